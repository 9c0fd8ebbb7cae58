"""What `join` was asked about an alarm, as values that can be recorded and asked again (rule 15).

Subjects name what a device follows, which may be a person's phone: only whether they are the alarm's own is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.vocabulary.natures import Nature
from services.dispatch.domain.joining import Joined, join
from services.dispatch.domain.recommending.recording import UnknownForm

FORM = 1
"""Number of this form; raised when a field changes its meaning."""
OWN, OTHER = "own", "other"


@dataclass(frozen=True, slots=True)
class Alarm:
    """What of an alarm decides where it belongs."""

    nature: Nature
    device: str
    site: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An unfinished incident of the same site, device or subject; `distance_m` to the alarm is told, not asked for."""

    id: str
    opened_at: datetime
    nature: Nature
    device: str | None = None
    site: str | None = None
    subject: str | None = None
    distance_m: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """An alarm and the incidents it might belong to.

    `claimed`: the incident of its situation, which is not asked about. `overtaken`: that incident, or the one that
    `join` found, was finished before its lock was held.
    """

    alarm: Alarm
    candidates: tuple[Candidate, ...] = ()
    claimed: str | None = None
    overtaken: bool = False


@dataclass(frozen=True, slots=True)
class Joining:
    """Where the alarm went: the incident it joined, None where it opens one; and why."""

    into: str | None
    reason: Joined


def place(arrival: Arrival) -> Joining:
    """Where the alarm belongs."""
    if arrival.overtaken:
        return Joining(None, Joined.NEW)
    if arrival.claimed is not None:
        return Joining(arrival.claimed, Joined.SAME_SITUATION)
    found, reason = join(arrival.alarm, arrival.candidates)
    return Joining(found.id if found else None, reason)


def as_inputs(arrival: Arrival) -> dict[str, Any]:
    """JSON values only; `from_inputs` is its inverse, but for what subjects are called."""
    alarm, decided = arrival.alarm, place(arrival)
    return {
        "form": FORM,
        "alarm": {
            "nature": alarm.nature.value,
            "device": alarm.device,
            "site": alarm.site,
            "subject": OWN if alarm.subject else None,
        },
        "candidates": [_candidate_out(known, alarm.subject) for known in arrival.candidates],
        "claimed": arrival.claimed,
        "overtaken": arrival.overtaken,
        "into": decided.into,
        "reason": decided.reason.value,
    }


def from_inputs(inputs: Mapping[str, Any]) -> Arrival:
    """The arrival as it was. Raises UnknownForm, and KeyError, TypeError or ValueError where the record is damaged."""
    if inputs.get("form") != FORM:
        raise UnknownForm(f"joining has form {inputs.get('form')!r}, this version reads {FORM}")
    alarm = inputs["alarm"]
    return Arrival(
        Alarm(Nature(alarm["nature"]), alarm["device"], alarm["site"], alarm["subject"]),
        tuple(_candidate_in(known) for known in inputs["candidates"]),
        inputs["claimed"],
        inputs["overtaken"],
    )


def _candidate_out(known: Candidate, subject: str | None) -> dict[str, Any]:
    own = OWN if subject and known.subject == subject else OTHER
    return {
        "id": known.id,
        "opened_at": known.opened_at.isoformat(),
        "nature": known.nature.value,
        "device": known.device,
        "site": known.site,
        "subject": own if known.subject else None,
        "distance_m": known.distance_m,
    }


def _candidate_in(known: Mapping[str, Any]) -> Candidate:
    opened_at = datetime.fromisoformat(known["opened_at"])
    return Candidate(**{**known, "opened_at": opened_at, "nature": Nature(known["nature"])})
