"""The faults. Each says in both languages what is done; the table of docs/alerts.md is made of that."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from confluent_kafka import Producer
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # exported without __all__
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from tests.drills.centre import SIGNED, Centre
from tests.drills.drill import Expected, drill

Acts = AsyncIterator[None]
DEAF_SCREENS = 8
LATE_SOS = 12


def _down(service: str) -> Expected:
    return Expected("VigieServiceDown", 60, {"service": service})


@drill(
    "ingest-stopped",
    "ingest arrêté 8 min (SIGSTOP)",
    "ingest stopped for 8 min (SIGSTOP)",
    _down("ingest"),
    Expected("VigieSyntheticSosFails", 150),
    Expected("VigieSyntheticSosAbsent", 540),
)
async def ingest_stopped(centre: Centre) -> Acts:
    """Nothing comes in: no signal, no synthetic SOS."""
    with centre.stopped("ingest"):
        yield


@drill(
    "screening-stopped",
    "screening arrêté, des signaux entrent (SIGSTOP)",
    "screening stopped while signals come in (SIGSTOP)",
    _down("screening"),
    Expected("VigieScreeningStands", 150),
    Expected("VigieSignalsLost", 150),
)
async def screening_stopped(centre: Centre) -> Acts:
    """Signals are acknowledged and have no outcome."""
    with centre.stopped("screening"):
        yield


@drill("correlation-stopped", "correlation arrêté (SIGSTOP)", "correlation stopped (SIGSTOP)", _down("correlation"))
async def correlation_stopped(centre: Centre) -> Acts:
    """It is there and says nothing."""
    with centre.stopped("correlation"):
        yield


@drill("notify-stopped", "notify arrêté (SIGSTOP)", "notify stopped (SIGSTOP)", _down("notify"))
async def notify_stopped(centre: Centre) -> Acts:
    """It is there and says nothing."""
    with centre.stopped("notify"):
        yield


@drill(
    "dispatch-stopped",
    "le seul dispatch arrêté 20 s avec 12 SOS (SIGSTOP), puis relancé",
    "the only dispatch stopped for 20 s with 12 SOS (SIGSTOP), then it goes on",
    _down("dispatch"),
    Expected("VigieOffersLate", 120, window="5 min", ends_first=True),
)
async def dispatch_stopped(centre: Centre) -> Acts:
    """Alarms wait in Kafka; their offers come late."""
    with centre.stopped("dispatch"):
        for _ in range(LATE_SOS):
            await centre.sos()
        yield


@drill(
    "situations-refused",
    "le topic situations refuse les messages (max.message.bytes abaissé) : correlation ne peut plus répondre",
    "the topic situations refuses messages (max.message.bytes lowered): correlation cannot answer",
    Expected("VigieCorrelationStands", 200),
)
async def situations_refused(centre: Centre) -> Acts:
    """Kafka refuses what correlation writes, and nothing else; an SOS is among it."""
    await asyncio.to_thread(_accept_ten_bytes, centre, "situations")
    await centre.sos()
    yield
    await centre.run("-m", "schemas.topics", "create")  # as the run-book says


@drill(
    "kafka-stopped",
    "Kafka arrêté (SIGSTOP), un SOS, puis le journal plein",
    "Kafka stopped (SIGSTOP), an SOS, then the journal full",
    Expected("VigieKafkaAway", 60, {"lane": "signals"}),
    Expected("VigieOutboxWaits", 150),
    Expected("VigieJournalOld", 200),
    Expected("VigieDoorRefuses", 200, window="5 min"),
    Expected("VigieDoorRefusesSlowly", 200, window="30 min"),
)
async def kafka_stopped(centre: Centre) -> Acts:
    """Everything goes to the journal until that is full: then devices are told to repeat."""
    with centre.stopped("kafka"):
        await centre.sos()
        filling = asyncio.create_task(_fill_journal(centre))
        yield
        filling.cancel()


@drill(
    "lease-left",
    "un bail du relais laissé dans le futur (base restaurée, horloge revenue en arrière)",
    "a lease of the relay left in the future (database restored, clock set back)",
    Expected("VigieOutboxStuck", 150),
)
async def lease_left(centre: Centre) -> Acts:
    """Nobody relays: decisions wait."""
    await asyncio.to_thread(_lease, centre, "nobody", timedelta(hours=1))
    noting = asyncio.create_task(_note_on(centre))
    yield
    noting.cancel()
    await asyncio.to_thread(_lease, centre, "nobody", timedelta(0))


@drill(
    "table-locked",
    "une session d'administration garde un verrou sur une table",
    "an administrator's session keeps a lock on a table",
    Expected("VigieReconcilerStands", 150),
    Expected("VigieReaderBehind", 250, {"service": "dispatch", "topic": "signal.outcomes"}),
)
async def table_locked(centre: Centre) -> Acts:
    """`BEGIN; LOCK TABLE …` in psql, and a coffee: outcomes cannot be recorded while 2,000 signals come in."""
    session = await asyncio.to_thread(centre.sql)
    await asyncio.to_thread(session.execute, "LOCK TABLE dispatch.signal_outcomes IN ACCESS EXCLUSIVE MODE")
    for _ in range(5):
        await centre.lamps(400)
    yield
    await asyncio.to_thread(session.close)


@drill(
    "garbage",
    "quelqu'un écrit n'importe quoi dans le topic signals",
    "somebody writes garbage to the topic signals",
    Expected("VigieDeadLetters", 60, {"topic": "signals.dead"}, window="10 min"),
)
async def garbage(centre: Centre) -> Acts:
    """Three records that no reader understands."""

    def write() -> None:
        producer = Producer({"bootstrap.servers": centre.stack.kafka})
        for number in range(3):
            producer.produce("signals", b"\xff not a signal", f"garbage-{number}")
        producer.flush(20)

    await asyncio.to_thread(write)
    yield


@drill(
    "partner-refuses",
    "le partenaire refuse tout (503)",
    "the partner refuses everything (503)",
    Expected("VigieNotificationsWait", 250),
)
async def partner_refuses(centre: Centre) -> Acts:
    """A hand-over that cannot be told."""
    centre.partner.down = True
    await centre.sos()
    yield
    centre.partner.down = False


@drill(
    "mqtt-stopped",
    "le courtier des caméras arrêté (SIGSTOP)",
    "the cameras' broker stopped (SIGSTOP)",
    Expected("VigieCamerasSilent", 240),
    Expected("VigieDegraded", 240, {"service": "ingest", "check": "mqtt"}),
)
async def mqtt_stopped(centre: Centre) -> Acts:
    """It accepts connections and says nothing."""
    with centre.stopped("mqtt"):
        yield


@drill(
    "kiosks-cut-off",
    "la ligne de 25 bornes supervisées (20 s) est coupée",
    "the line of 25 kiosks supervised every 20 s is cut",
    Expected("VigieDevicesSilent", 180),
)
async def kiosks_cut_off(centre: Centre) -> Acts:
    """They are not heard any more."""
    centre.line_of_kiosks = False
    yield
    centre.line_of_kiosks = True


@drill(
    "forged",
    "25 appels au nom d'une borne qui signe, sans sa clé",
    "25 calls in the name of a kiosk that signs, without its key",
    Expected("VigieDevicesRefused", 60, {"reason": "not_signed"}, window="10 min"),
)
async def forged(centre: Centre) -> Acts:
    """None is believed."""
    for number in range(25):
        body = {"call_id": f"forged-{number}", "nature": "sos"}
        answer = await centre.client.post(f"{centre.ingest}/v1/kiosks/{SIGNED}/calls", json=body)
        assert answer.status_code == httpx.codes.UNAUTHORIZED, answer.text
    yield


@drill(
    "nobody-looks",
    "12 SOS en une minute, et personne n'acquitte",
    "12 SOS within a minute, and nobody acknowledges",
    Expected("VigieP1Unacknowledged", 200),
    Expected("VigieAlarmFlood", 200, window="10 min"),
)
async def nobody_looks(centre: Centre) -> Acts:
    """The operator is away."""
    centre.operator_looks = False
    for _ in range(12):
        await centre.sos()
    yield
    centre.operator_looks = True


@drill(
    "screens-do-not-read",
    f"{DEAF_SCREENS} écrans ouvrent le flux et ne le lisent pas",
    f"{DEAF_SCREENS} screens open the stream and do not read it",
    Expected("VigieTabletsCutOff", 200, window="10 min"),
)
async def screens_do_not_read(centre: Centre) -> Acts:
    """As a tablet whose process hangs: its connection stands, its buffers fill up."""
    deaf = [await asyncio.to_thread(_deaf, centre.dispatch) for _ in range(DEAF_SCREENS)]
    noting = [asyncio.create_task(_note_on(centre)) for _ in range(6)]
    yield
    for task in noting:
        task.cancel()
    for screen in deaf:
        screen.close()


async def _fill_journal(centre: Centre) -> None:
    """More signals than the journal has room for; the journal must first be old."""
    while not {"VigieJournalOld", "VigieOutboxWaits"} <= centre.prometheus.ringing():
        await asyncio.sleep(1)
    while True:
        with contextlib.suppress(httpx.HTTPError):
            await centre.lamps(100)
        await asyncio.sleep(0.2)


async def _note_on(centre: Centre) -> None:
    """Decisions without end: lines in an incident's log."""
    answer = await centre.client.get(f"{centre.dispatch}/v1/incidents?limit=1")
    incident = answer.json()[0]["incident_id"]
    while True:
        body = {"text": "exercice " * 50}
        await centre.client.post(f"{centre.dispatch}/v1/incidents/{incident}/notes", json=body, timeout=30)


def _deaf(dispatch: str) -> socket.socket:
    """A connection to the stream with the smallest buffer, that nobody reads."""
    url = urlsplit(dispatch)
    screen = socket.socket()
    screen.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    screen.connect((url.hostname, url.port))
    screen.sendall(f"GET /v1/stream HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode())
    return screen


def _lease(centre: Centre, holder: str, for_: timedelta) -> None:
    with centre.sql() as session:
        update = "UPDATE dispatch.leases SET holder = %s, expires_at = now() + %s WHERE name = 'outbox'"
        session.execute(update, (holder, for_))


def _accept_ten_bytes(centre: Centre, topic: str) -> None:
    admin = AdminClient({"bootstrap.servers": centre.stack.kafka})
    entry = ConfigEntry("max.message.bytes", "10", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    for future in admin.incremental_alter_configs([resource]).values():
        future.result(20)
