"""Ingest's metrics. Labels are enums and doors, never an id."""

from services.chassis.metrics import counter, gauge, histogram
from services.ingest.domain.proving import ProofReason

SIGNALS = counter(
    "vigie_ingest_signals_total",
    "Signals acknowledged to a device, by door, phase and why they were stored or known already.",
    unit="signals",
    labels=["door", "phase", "reason"],
)
URGENT_SIGNALS = counter(
    "vigie_ingest_urgent_signals_total",
    "Signals that took the urgent lane as well, by nature.",
    unit="signals",
    labels=["nature"],
)
FLAGGED = counter("vigie_ingest_flags_total", "Doubts put on signals.", unit="flags", labels=["flag"])
NOT_ACCEPTED = counter(
    "vigie_ingest_not_accepted_total",
    "Signals a device was told to repeat, by door and reason; of a request that was not read, one.",
    unit="signals",
    labels=["door", "reason"],
    begins=[("http", "too_many_wait")],
)
REQUESTS_WAITING = gauge(
    "vigie_ingest_requests_waiting",
    "Requests with ordinary signals that wait for their turn.",
    unit="requests",
)
DURABLE_SECONDS = histogram(
    "vigie_ingest_durable_seconds",
    "From a signal understood until it is durable: on `signals` or in the journal.",
    labels=["door"],
)
REMEMBERED_MARKS = gauge(
    "vigie_ingest_remembered_marks", "Marks of the last two minutes held to recognise repeats.", unit="marks"
)
DC09_FRAMES = counter(
    "vigie_ingest_dc09_frames_total",
    "DC-09 frames by transport and what became of them.",
    unit="frames",
    labels=["transport", "result"],
)
DC09_CONNECTIONS = gauge("vigie_ingest_dc09_connections", "Open DC-09 TCP connections.", unit="connections")
HTTP_CUT = counter(
    "vigie_ingest_http_connections_cut_total",
    "HTTP connections that we closed, by reason.",
    unit="connections",
    labels=["reason"],
)
DC09_CLOSED = counter(
    "vigie_ingest_dc09_connections_closed_total",
    "DC-09 TCP connections that ended, by reason.",
    unit="connections",
    labels=["reason"],
)
MQTT_MESSAGES = counter(
    "vigie_ingest_mqtt_messages_total",
    "Camera messages acknowledged to the broker, by what became of them.",
    unit="messages",
    labels=["result"],
)
MQTT_CONNECTED = gauge("vigie_ingest_mqtt_connected", "1 while the MQTT session is connected.", unit="1")
DEVICES_LOST = gauge("vigie_ingest_devices_lost", "Supervised devices that are silent now.", unit="devices")
DEVICE_PROOFS = counter(
    "vigie_ingest_device_proofs_total",
    "Messages of devices that must sign or show a certificate, by why they were taken or refused.",
    unit="messages",
    labels=["reason"],
    begins=[(reason.value,) for reason in ProofReason],
)
KAFKA_AWAY = gauge(
    "vigie_ingest_kafka_away", "1 while the lane does not acknowledge in time.", unit="1", labels=["lane"]
)
JOURNAL_ENTRIES = gauge("vigie_ingest_journal_entries", "Acknowledged signals that wait for Kafka.", unit="signals")
JOURNAL_OLDEST_SECONDS = gauge(
    "vigie_ingest_journal_oldest_seconds", "How long the oldest of them has waited.", unit="seconds"
)
JOURNAL_BYTES = gauge("vigie_ingest_journal_bytes", "What counts against the journal's limit.", unit="bytes")
JOURNAL_WRITTEN = counter(
    "vigie_ingest_journal_written_total", "Signals that became durable in the journal.", unit="signals"
)
JOURNAL_DRAINED = counter(
    "vigie_ingest_journal_drained_total", "Deliveries from the journal that were acknowledged.", unit="records"
)
SECOND_PATH = counter(
    "vigie_ingest_second_path_total",
    "Urgent signals posted to dispatch while Kafka did not answer, by result.",
    unit="signals",
    labels=["result"],
)
