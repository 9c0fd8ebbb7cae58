"""Dispatch's metrics, each declared once."""

from services.chassis.metrics import counter, gauge, histogram

TRANSACTION_RETRIES = counter(
    "vigie_dispatch_transaction_retries_total",
    "Transactions run again after a lock, race or restart.",
    unit="transactions",
    labels=["cause"],
)
INCIDENT_EVENTS = counter(
    "vigie_dispatch_incident_events_total",
    "Recorded decisions about incidents.",
    unit="events",
    labels=["event", "priority"],
)
OFFERS = counter("vigie_dispatch_offers_total", "Offers to units, by reason.", unit="offers", labels=["reason"])
ALARM_TO_OFFER = histogram(
    "vigie_dispatch_alarm_to_offer_seconds",
    "From ingest's receipt of the first alarm to the first offer of a unit.",
    labels=["priority"],
)
OFFER_TO_SCENE = histogram(
    "vigie_dispatch_offer_to_scene_seconds",
    "From a unit's offer to its report that it is on scene.",
    labels=["priority"],
    buckets=(30, 60, 120, 180, 240, 300, 420, 600, 900, 1200, 1800, 3600),
)
REPORTS = counter(
    "vigie_dispatch_unit_reports_total",
    "Reports from tablets, by step and what they did.",
    unit="reports",
    labels=["step", "verdict"],
)
UNACKNOWLEDGED_P1 = gauge(
    "vigie_dispatch_unacknowledged_p1", "Unfinished P1 incidents that nobody acknowledged.", unit="incidents"
)
OPERATORS = gauge(
    "vigie_dispatch_operators", "Operators whose console is open, by centre.", unit="operators", labels=["centre"]
)
ALARMS_PER_OPERATOR = gauge(
    "vigie_dispatch_alarms_per_operator",
    "Incidents opened within ten minutes for each operator present (EEMUA 191: 1 steady, 10 a flood).",
    unit="incidents",
    labels=["centre"],
)
FALSE_ALARM_SHARE = gauge(
    "vigie_dispatch_false_alarm_share",
    "Share of a site's incidents of 30 days that were dismissed; of the 20 sites with most, with 5 incidents at least.",
    unit="1",
    labels=["centre", "site"],
)
CHATTERING_DEVICES = gauge(
    "vigie_dispatch_chattering_devices",
    "Devices whose signals were folded for chatter within ten minutes.",
    unit="devices",
)
TASKS_WAITING = gauge("vigie_dispatch_tasks_waiting", "Tasks that wait for a free unit.", unit="tasks")
EXPECTED_COVERAGE = gauge(
    "vigie_dispatch_expected_coverage",
    "Share of demand that finds a free patrol in reach.",
    unit="1",
    labels=["centre"],
)
MOVE_UPS = counter(
    "vigie_dispatch_move_ups_total", "Move-ups ordered, and ended by why.", unit="orders", labels=["step"]
)
HOLDERS_THROWN_OUT = counter(
    "vigie_dispatch_stopped_holders_total",
    "Connections ended because their process was stopped amid its statements and others waited for its locks.",
    unit="connections",
)
OUTBOX_DEPTH = gauge(
    "vigie_dispatch_outbox_depth", "Records that wait in the outbox; more than 10,000 are not counted.", unit="records"
)
OUTBOX_OLDEST = gauge(
    "vigie_dispatch_outbox_oldest_seconds",
    "How long this process has seen the same record as the oldest that waits.",
    unit="seconds",
)
OUTBOX_LEADER = gauge("vigie_dispatch_outbox_leader", "1 in the process whose relay holds the lease.", unit="1")
STREAM_CLIENTS = gauge("vigie_dispatch_stream_clients", "Connected consoles and tablets.", unit="connections")
STREAM_CUT_OFF = counter(
    "vigie_dispatch_stream_cut_off_total", "Clients cut off because they read too slowly.", unit="connections"
)
RECORDS_HANDLED = counter(
    "vigie_dispatch_records_handled_total",
    "Records consumed, by topic and what became of them.",
    unit="records",
    labels=["topic", "result"],
)
OUTCOMES = counter(
    "vigie_dispatch_signal_outcomes_total",
    "Outcomes of screening as recorded.",
    unit="signals",
    labels=["outcome", "reason"],
)
STREET_CHANGES = gauge("vigie_dispatch_street_changes", "Closures and speeds in force on streets.", unit="changes")
STREET_CHANGE_APPLIED = histogram(
    "vigie_dispatch_street_change_applied_seconds", "To bring one street network to the changes in force."
)
DUPLICATES = counter(
    "vigie_dispatch_duplicates_total",
    "Possible duplicates, suspected, or rejected by an operator.",
    unit="pairs",
    labels=["what"],
)
BROADCASTS = counter(
    "vigie_dispatch_broadcasts_total",
    "Descriptions broadcast to patrols: set, read by a unit, ended.",
    unit="broadcasts",
    labels=["about", "what"],
)
REFUSED = counter(
    "vigie_dispatch_refused_requests_total",
    "Requests refused at the door, by why.",
    unit="requests",
    labels=["reason"],
)
RECONCILED = counter(
    "vigie_dispatch_reconciled_signals_total",
    "Acknowledged signals compared with their outcome and incident, by where they were found to stand.",
    unit="signals",
    labels=["standing"],
)
UNRECONCILED = gauge(
    "vigie_dispatch_unreconciled_signals",
    "Acknowledged signals without outcome or incident that nothing under way will bring.",
    unit="signals",
    labels=["standing"],
)
RECONCILER_WAITING = gauge(
    "vigie_dispatch_reconciler_waiting", "Signals read by the reconciler that are still on their way.", unit="signals"
)
RECONCILED_AT = gauge(
    "vigie_dispatch_reconciled_timestamp_seconds", "When signals and outcomes were last compared.", unit="seconds"
)
SYSTEM_ALARMS = gauge(
    "vigie_dispatch_system_alarms", "1 while the system's own alarm stands.", unit="1", labels=["alarm"]
)
SYNTHETIC_SOS = counter(
    "vigie_dispatch_synthetic_sos_total",
    "Synthetic SOS sent through the ingest door, by what came of them.",
    unit="probes",
    labels=["result"],
)
SYNTHETIC_SOS_SECONDS = histogram(
    "vigie_dispatch_synthetic_sos_seconds", "From the synthetic SOS's request at ingest to the synthetic tablet."
)
REGISTER_WAITING = gauge("vigie_dispatch_register_waiting", "Entries in line for the access register.", unit="entries")
REGISTER_LATE = counter(
    "vigie_dispatch_register_late_total",
    "Answers given before their entry in the access register was durable.",
    unit="answers",
)
