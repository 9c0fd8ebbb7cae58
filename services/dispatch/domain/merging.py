"""Two incidents that may be one: merged or proposed, which is kept, and the form in which that is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from schemas.vocabulary.dispatching import IncidentState
from schemas.vocabulary.natures import Priority
from services.dispatch.domain.incident import Incident, outranks
from services.dispatch.domain.recommending.recording import UnknownForm

FORM = 1
"""Number of this form; raised when a field changes its meaning."""


class Merge(StrEnum):
    """What becomes of two incidents of one situation, or of an operator's order."""

    KEEPS_FIRST = "keeps_first"
    KEEPS_SECOND = "keeps_second"
    BOTH_ENGAGED = "both_engaged"
    SPLIT_IS_FINAL = "split_is_final"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, as far as it decides. `engaged`: a unit, an agency or a crew is bound by it."""

    id: str
    state: IncidentState
    priority: Priority
    opened_at: datetime
    engaged: bool
    acknowledged_at: datetime | None = None
    split_by_operator: bool = False

    @property
    def unfinished(self) -> bool:
        """True while people still work on it."""
        return self.state in {IncidentState.OPEN, IncidentState.IN_PROGRESS}


@dataclass(frozen=True, slots=True)
class Pair:
    """The two, `ordered` by an operator or else proposed by correlation.

    `told_apart`: an operator said that they are not one. `asks_nobody_else`: the one that would be lost has but asked
    agencies that the kept one has asked as well, so that nobody would be missing.
    """

    first: Side
    second: Side
    ordered: bool = False
    told_apart: bool = False
    asks_nobody_else: bool = False


def side_of(incident: Incident, engaged: bool) -> Side:
    """An incident as one of the two."""
    return Side(
        incident.id,
        incident.state,
        incident.priority,
        incident.opened_at,
        engaged,
        incident.acknowledged_at,
        incident.split_by_operator,
    )


def settle(pair: Pair) -> Merge:
    """Merged by themselves only while at most one is engaged; an operator's split is final, unless he orders it."""
    first, second = pair.first, pair.second
    if not pair.ordered:
        if first.split_by_operator or second.split_by_operator or pair.told_apart:
            return Merge.SPLIT_IS_FINAL
        if not (first.unfinished and second.unfinished):
            return Merge.FINISHED
    if first.engaged and second.engaged and not (pair.ordered and pair.asks_nobody_else):
        return Merge.BOTH_ENGAGED
    return Merge.KEEPS_FIRST if outranks_first(pair) else Merge.KEEPS_SECOND


def outranks_first(pair: Pair) -> bool:
    """True if the first is further advanced."""
    return outranks(pair.first, pair.second, pair.first.engaged, pair.second.engaged)


def kept(pair: Pair) -> str | None:
    """The incident that goes on where they are merged, None where they are not."""
    return {Merge.KEEPS_FIRST: pair.first.id, Merge.KEEPS_SECOND: pair.second.id}.get(settle(pair))


def as_inputs(pair: Pair) -> dict[str, Any]:
    """JSON values only; `from_inputs` is its inverse."""
    sides = {"first": _side_out(pair.first), "second": _side_out(pair.second)}
    told = {"told_apart": pair.told_apart, "asks_nobody_else": pair.asks_nobody_else}
    return {"form": FORM, **sides, **told, "ordered": pair.ordered, "merge": settle(pair).value}


def from_inputs(inputs: Mapping[str, Any]) -> Pair:
    """The two as they were. Raises UnknownForm, and KeyError, TypeError or ValueError where the record is damaged."""
    if inputs.get("form") != FORM:
        raise UnknownForm(f"merging has form {inputs.get('form')!r}, this version reads {FORM}")
    sides = (_side_in(inputs["first"]), _side_in(inputs["second"]))
    return Pair(*sides, inputs["ordered"], inputs.get("told_apart", False), inputs.get("asks_nobody_else", False))


def _side_out(side: Side) -> dict[str, Any]:
    return {
        "id": side.id,
        "state": side.state.value,
        "priority": side.priority.value,
        "opened_at": side.opened_at.isoformat(),
        "engaged": side.engaged,
        "acknowledged_at": side.acknowledged_at.isoformat() if side.acknowledged_at else None,
        "split_by_operator": side.split_by_operator,
    }


def _side_in(known: Mapping[str, Any]) -> Side:
    seen = known["acknowledged_at"]
    return Side(
        id=known["id"],
        state=IncidentState(known["state"]),
        priority=Priority(known["priority"]),
        opened_at=datetime.fromisoformat(known["opened_at"]),
        engaged=known["engaged"],
        acknowledged_at=datetime.fromisoformat(seen) if seen else None,
        split_by_operator=known["split_by_operator"],
    )
