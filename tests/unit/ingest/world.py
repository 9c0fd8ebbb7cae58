"""A small city, a driven clock and hand-written lanes for ingest's unit tests."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.codec import Headers, decode, encode
from schemas.messages.dead import DeadLetter
from schemas.messages.signal import Signal
from schemas.pack.devices import Analytics, Device, LabelRule, Panel, Zone
from schemas.pack.pack import CityPack
from schemas.pack.places import Centre, Commune, Sector
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind
from schemas.wire import Position
from services.chassis.dead_letter import DeadLetters
from services.chassis.health import Health
from services.chassis.producer import DeliveryFailed, Producer
from services.ingest.adapters.dc09.conversation import Conversation
from services.ingest.adapters.dc09.keys import PanelKeys
from services.ingest.adapters.http.device_gate import DeviceGate
from services.ingest.adapters.http.seen_signatures import SeenSignatures
from services.ingest.directory import Directory
from services.ingest.journal.journal import Journal
from services.ingest.keeping import Keeping, Patience
from services.ingest.messages import Record
from services.ingest.packs import Directories
from services.ingest.reception import Reception
from services.ingest.rejected import Rejected

START = datetime(2026, 5, 4, 21, 12, 3, tzinfo=UTC)
KEY_NAME = "VIGIE_KEY_TEST_PANEL"
SECTOR = Sector(id="east", name="East", commune="57463", polygon=((49.0, 6.0), (49.2, 6.0), (49.2, 6.4), (49.0, 6.4)))


class DrivenClock:
    """A clock that only a test moves."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def forward(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)


@dataclass
class FakeLanes:
    """Keeps what was sent. `away`: Kafka refuses; `silent`: it never answers until `answer` is called."""

    away: bool = False
    urgent_away: bool = False
    silent: bool = False
    urgent_silent: bool = False
    records: list[Record] = field(default_factory=list)
    urgent_records: list[Record] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    dead_headers: list[Headers] = field(default_factory=list)
    waiting: list["Future[None]"] = field(default_factory=list)

    def send(self, record: Record) -> "Future[None]":
        self.records.append(record)
        return self._settled(self.away)

    def send_urgent(self, record: Record) -> "Future[None]":
        self.urgent_records.append(record)
        return self._settled(self.urgent_away, self.urgent_silent)

    def send_dead(self, record: Record) -> "Future[None]":
        _, value, headers = record
        self.dead.append(decode(value, headers, [DeadLetter]))
        self.dead_headers.append(headers)
        return self._settled(self.away)

    def answer(self) -> None:
        """Kafka acknowledges everything that waits."""
        for future in self.waiting:
            future.set_result(None)
        self.waiting.clear()

    @property
    def signals(self) -> list[Signal]:
        return [decode(value, headers, [Signal]) for _, value, headers in self.records]

    @property
    def urgent(self) -> list[Signal]:
        return [decode(value, headers, [Signal]) for _, value, headers in self.urgent_records]

    def _settled(self, away: bool, silent: bool = False) -> "Future[None]":
        future: Future[None] = Future()
        if self.silent or silent:
            self.waiting.append(future)
        elif away:
            future.set_exception(DeliveryFailed("away"))
        else:
            future.set_result(None)
        return future


class NoProducer(Producer):
    """For what only counts dead letters."""

    def __init__(self) -> None:
        """Connects to nothing."""


def device(identifier: str, kind: DeviceKind, **more: object) -> Device:
    """A device in sector `east`, at its centre."""
    place = {"commune": "57463", "sector": "east", "position": Position(lat=49.1, lon=6.2), "name": identifier}
    return Device.model_validate({"id": identifier, "kind": kind, **place, **more})


PANEL = device(
    "panel-school",
    DeviceKind.PANEL,
    site="school",
    panel=Panel(
        account="571001",
        zones=(
            Zone(zone="01", place="Hall", nature=Nature.FIRE),
            Zone(zone="02", place="Canteen", position=Position(lat=49.11, lon=6.21)),
        ),
        supervision_s=300,
    ),
)
SEALED_PANEL = device(
    "panel-congress",
    DeviceKind.PANEL,
    site="congress",
    panel=Panel(account="571005", key_ref=f"env:{KEY_NAME}", zones=(Zone(zone="01", place="Hall"),), supervision_s=300),
)
KIOSK = device("kiosk-1", DeviceKind.KIOSK, site="square", supervision_s=900)
LAMP = device("lamp-1", DeviceKind.SENSOR)
CAMERA = device(
    "cam-station",
    DeviceKind.CAMERA,
    site="station",
    analytics=Analytics(
        frigate_name="cam-testdrive",
        labels={"person": LabelRule(use_case="support", nature=Nature.PERSON_DETECTED, min_score=0.6)},
    ),
)


def pack(*devices: Device, code: str = "57463") -> CityPack:
    """A centre of one commune and one sector."""
    return CityPack(
        centre=Centre(code=code, name="Metz", communes=(Commune(insee="57463", name="Metz"),)),
        sectors=(SECTOR,),
        sites=(),
        devices=devices or (PANEL, SEALED_PANEL, KIOSK, LAMP, CAMERA),
        units=(),
        run_cards=(),
    )


def directory() -> Directory:
    """The directory of the small city."""
    held = pack()
    return Directory({held.centre.code: held})


class World:
    """Reception and what stands around it, in the small city, without Kafka. No journal unless it gets bytes."""

    def __init__(self, wait_s: float = 0.05, journal_bytes: int = 0) -> None:
        self.clock, self.lanes, self.health = DrivenClock(), FakeLanes(), Health("ingest-test")
        self._folder = TemporaryDirectory()
        self.journal = Journal(Path(self._folder.name), journal_bytes, self.clock)
        self.now = 0.0
        self.keeping = Keeping(self.lanes, self.journal, Patience(1.0, 0.25), monotonic=lambda: self.now)
        if journal_bytes:
            self.journal.load_now()
        self.reception = Reception(self.keeping, self.clock, wait_s)
        self.directories = Directories(self.health, self.clock.now(), 30.0, None)
        letters = DeadLetters(NoProducer(), self.health, self.clock, 1000)
        self.rejected = Rejected(self.keeping, letters, self.clock, 1.0)
        self.gate = DeviceGate(None, SeenSignatures(None), self.clock)
        for part in pack().parts(START):
            key, value, headers = encode(part, "test")
            self.directories.accept(key, value, headers)
        self.conversation = Conversation(self.reception, self.directories, PanelKeys(None), self.rejected, self.clock)
