"""What the clients sent and saw, and when: the only source of every figure the demo gives."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Way(StrEnum):
    """The protocol a signal went by."""

    DC09 = "dc09"
    HTTP = "http"
    MQTT = "mqtt"


@dataclass
class Sent:
    """One signal. `sent_at`, `acknowledged_at`: seconds of the monotonic clock; the first attempt counts as sent.

    HTTP answers with `signal_id`. A panel's ACK names none, so its signal is found again by device and
    `device_at` (whole seconds); a camera's by its object, `subject`.
    """

    way: Way
    device: str
    urgent: bool
    sent_at: float
    what: str = ""
    acknowledged_at: float | None = None
    signal_id: str | None = None
    device_at: datetime | None = None
    subject: str | None = None
    repeat: bool = False
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class TabletEvent:
    """One state of one assignment as a tablet received it, at `received_at` on the monotonic clock.

    `moment` is the time that all events of one of dispatch's transactions share.
    """

    position: int
    moment: str
    unit: str
    assignment_id: str
    epoch: int
    incident_id: str
    task_id: str
    slot: int
    state: str
    signal_ids: frozenset[str]
    received_at: float


@dataclass(frozen=True, slots=True)
class Told:
    """One webhook that a partner received."""

    agency: str
    key: str
    incident_id: str
    hand_over_id: str | None
    work_order: str | None
    signed: bool
    received_at: float


@dataclass
class Ledger:
    """Everything that was seen. Appended to on the event loop only."""

    sent: list[Sent] = field(default_factory=list)
    tablet_events: list[TabletEvent] = field(default_factory=list)
    incidents: dict[str, dict[str, Any]] = field(default_factory=dict)
    incident_events: dict[str, list[str]] = field(default_factory=dict)
    first_shown: dict[str, float] = field(default_factory=dict)
    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)
    signal_cards: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    work_orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    _frames: dict[tuple[str, datetime], str] = field(default_factory=dict)
    _subjects: dict[str, str] = field(default_factory=dict)
    _on_tablets: dict[str, str] = field(default_factory=dict)
    _of_incident: dict[str, list[TabletEvent]] = field(default_factory=dict)

    def learn(self, record: dict[str, Any]) -> None:
        """An outcome as dispatch's door tells it; the first of a frame or subject is its own."""
        signal = str(record["signal_id"])
        self.outcomes[signal] = record
        if record.get("device_at"):
            self._frames.setdefault((record["device"], datetime.fromisoformat(record["device_at"])), signal)
        if record.get("subject"):
            self._subjects.setdefault(record["subject"], signal)

    def show_tablet(self, event: TabletEvent) -> None:
        """One state of one assignment, as received."""
        self.tablet_events.append(event)
        self._of_incident.setdefault(event.incident_id, []).append(event)
        for signal in event.signal_ids:
            self._on_tablets.setdefault(signal, event.incident_id)

    def signal_of(self, sent: "Sent") -> str | None:
        """The id of the signal that a client sent: from the answer, else found among the outcomes."""
        if sent.signal_id is not None:
            return sent.signal_id
        if sent.way is Way.DC09 and sent.device_at is not None:
            return self._frames.get((sent.device, sent.device_at))
        return self._subjects.get(sent.subject) if sent.subject else None

    def incident_of(self, signal: str) -> str | None:
        """By the signal ids on the tablets, else by what the signal's door says."""
        card = self.signal_cards.get(signal)
        return self._on_tablets.get(signal) or (card["incident_id"] if card else None)

    def show_incident(self, view: dict[str, Any], events: Iterable[str], received_at: float) -> None:
        """A newer state of an incident; an older one, from a door that lags, only adds its events."""
        name = view["incident_id"]
        self.first_shown.setdefault(name, received_at)
        known = self.incidents.get(name)
        if known is None or view["version"] >= known["version"]:
            self.incidents[name] = {**(known or {}), **view}
        self.incident_events.setdefault(name, []).extend(events)

    def opened_by(self, device: str, after: str) -> list[dict[str, Any]]:
        """Incidents of that device opened since `after` (RFC 3339), oldest first."""
        found = [i for i in self.incidents.values() if i.get("device") == device and i["opened_at"] >= after]
        return sorted(found, key=lambda incident: str(incident["opened_at"]))

    def of_site(self, site: str, after: str) -> list[dict[str, Any]]:
        """Incidents at that site opened since `after`, oldest first."""
        found = [i for i in self.incidents.values() if i.get("site") == site and i["opened_at"] >= after]
        return sorted(found, key=lambda incident: str(incident["opened_at"]))

    def offers(self, incident_id: str) -> list[TabletEvent]:
        """What tablets were offered for an incident."""
        return [event for event in self._of_incident.get(incident_id, ()) if event.state == "offered"]

    def units_of(self, incident_id: str) -> set[str]:
        """Units whose tablets showed the incident."""
        return {event.unit for event in self._of_incident.get(incident_id, ())}
