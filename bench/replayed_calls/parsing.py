"""The file: one row a vehicle a call; local times without an offset, read as San Francisco's and kept as UTC."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from services.dispatch.domain.report import Place

ZONE = ZoneInfo("America/Los_Angeles")
FORM = "%m/%d/%Y %I:%M:%S %p"
LOCATION = re.compile(r"^\((-?[0-9.]+), (-?[0-9.]+)\)$")


class Unreadable(ValueError):
    """A row that cannot be read; the text names the row and what is wrong."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle at one call, UTC; None where the file has no time."""

    unit: str
    kind: str
    sequence: int
    dispatched: datetime
    responding: datetime | None
    on_scene: datetime | None
    available: datetime


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call number; `entered`: when call taking had it in the system. Vehicles in the order of dispatch."""

    number: str
    kind: str
    place: Place
    received: datetime
    entered: datetime
    vehicles: tuple[Vehicle, ...]

    @property
    def dispatched(self) -> datetime:
        """The first vehicle's."""
        return min(vehicle.dispatched for vehicle in self.vehicles)

    @property
    def on_scene(self) -> datetime | None:
        """The first vehicle's, None if the file has none."""
        return min((vehicle.on_scene for vehicle in self.vehicles if vehicle.on_scene), default=None)

    @property
    def first_there(self) -> Vehicle | None:
        """The vehicle that was on scene first."""
        there = [(vehicle.on_scene, vehicle.sequence) for vehicle in self.vehicles if vehicle.on_scene]
        return next((v for v in self.vehicles if there and (v.on_scene, v.sequence) == min(there)), None)


def local(text: str, after: datetime | None = None) -> datetime:
    """A local time as UTC. In the hour that comes twice in autumn the first one, unless that lies before `after`, the
    moment before it in the same row; a time that the spring change leaves out counts from before the change."""
    naive = datetime.strptime(text, FORM)
    first, second = (naive.replace(tzinfo=ZONE, fold=fold).astimezone(UTC) for fold in (0, 1))
    return second if after is not None and first < after <= second else first


def read_calls(path: Path) -> list[RecordedCall]:
    """All calls, in order of receipt. Raises Unreadable, OSError."""
    with path.open(encoding="utf-8", newline="") as file:
        return calls_of(csv.DictReader(file))


def calls_of(rows: Iterable[Mapping[str, str]]) -> list[RecordedCall]:
    """The calls of these rows. Raises Unreadable."""
    by_number: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        by_number.setdefault(row["Call Number"], []).append(row)
    return sorted((_call(held) for held in by_number.values()), key=lambda call: (call.received, call.number))


def _call(rows: Sequence[Mapping[str, str]]) -> RecordedCall:
    row = rows[0]
    try:
        received = local(row["Received DtTm"])
        entered = local(row["Entry DtTm"], received)
        vehicles = sorted((_vehicle(each, entered) for each in rows), key=lambda v: (v.dispatched, v.sequence))
        return RecordedCall(
            row["Call Number"], row["Call Type"], _place(row["Location"]), received, entered, tuple(vehicles)
        )
    except (KeyError, ValueError) as error:
        raise Unreadable(f"call {row.get('Call Number')}: {error}") from error


def _vehicle(row: Mapping[str, str], entered: datetime) -> Vehicle:
    times: list[datetime | None] = []
    last = entered
    for name in ("Dispatch DtTm", "Response DtTm", "On Scene DtTm", "Available DtTm"):
        times.append(local(row[name], last) if row[name] else None)
        last = times[-1] or last
    dispatched, responding, on_scene, available = times
    if dispatched is None or available is None:
        raise Unreadable(f"{row['RowID']} has no time of dispatch or of becoming available")
    sequence = int(row["Unit sequence in call dispatch"])
    return Vehicle(row["Unit ID"], row["Unit Type"], sequence, dispatched, responding, on_scene, available)


def _place(text: str) -> Place:
    found = LOCATION.match(text)
    if found is None:
        raise Unreadable(f"location {text!r} is not (lat, lon)")
    return Place(float(found[1]), float(found[2]))
