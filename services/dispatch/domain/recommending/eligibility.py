"""Which units are idle, which could be diverted, and which are refused with which reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from schemas.vocabulary.dispatching import UnitState
from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending.reasons import Refusal
from services.dispatch.domain.recommending.recommendation import Refused
from services.dispatch.domain.recommending.situation import Situation, UnitView

SOFT = frozenset({Refusal.POSITION_STALE, Refusal.POSITION_UNKNOWN})
"""Refusals that are lifted, last of all, when nobody else is left."""


Turned = tuple[UnitView, Refusal]
"""A unit that is turned down, and why."""


@dataclass(frozen=True, slots=True)
class Field:
    """The units of one situation, sorted out, each in exactly one of the lists, in order of their ids."""

    idle: tuple[UnitView, ...]
    declined: tuple[UnitView, ...]
    divertible: tuple[UnitView, ...]
    blind: tuple[Turned, ...]
    refused: tuple[Turned, ...]


def sort_out(situation: Situation) -> Field:
    """Every unit of the situation in exactly one list."""
    idle: list[UnitView] = []
    declined: list[UnitView] = []
    divertible: list[UnitView] = []
    blind: list[Turned] = []
    refused: list[Turned] = []
    for unit in sorted(situation.units, key=_id):
        reason = refusal(unit, situation)
        if reason in SOFT and unit.work is None:
            blind.append((unit, reason))
        elif reason is not None:
            refused.append((unit, reason))
        elif unit.work is not None:
            divertible.append(unit)
        elif unit.id in situation.incident.declined:
            declined.append(unit)
        else:
            idle.append(unit)
    return Field(tuple(idle), tuple(declined), tuple(divertible), tuple(blind), tuple(refused))


def _id(unit: UnitView) -> str:
    return unit.id


def refusal(unit: UnitView, situation: Situation) -> Refusal | None:
    """Why the unit is not proposed; None if it is idle, or bound but divertible for this incident."""
    return _not_working(unit, situation) or _not_suited(unit, situation) or _not_found(unit, situation)


def free_for_next(unit: UnitView, situation: Situation) -> bool:
    """True if the unit counts towards coverage: on duty, rested and bound to nothing."""
    return unit.work is None and _not_working(unit, situation) is None


def _not_working(unit: UnitView, situation: Situation) -> Refusal | None:
    if unit.retiring:
        return Refusal.RETIRING
    if unit.state is UnitState.OFF_DUTY:
        return Refusal.OFF_DUTY
    if unit.state is UnitState.UNAVAILABLE:
        return Refusal.UNAVAILABLE
    resting = unit.rest_until is not None and unit.rest_until > situation.now
    return Refusal.RESTING if resting else None


def _not_suited(unit: UnitView, situation: Situation) -> Refusal | None:
    incident = situation.incident
    if unit.id in incident.callers:
        return Refusal.CALLS_FOR_HELP
    if not incident.capabilities <= unit.capabilities:
        return Refusal.LACKS_CAPABILITY
    if unit.id in incident.asked_lately:
        return Refusal.ASKED_LATELY
    return _bound(unit, situation)


def _bound(unit: UnitView, situation: Situation) -> Refusal | None:
    """Bound units are refused, except those on their way to something less urgent when life is in danger."""
    work = unit.work
    if work is None:
        idle = unit.state is UnitState.AVAILABLE
        return None if idle else Refusal.OCCUPIED
    life = situation.incident.priority is Priority.P1 and work.priority is not Priority.P1
    own = work.incident == situation.incident.id or unit.id in situation.incident.declined
    if work.on_scene or unit.state is UnitState.ON_SCENE or not life or own:
        return Refusal.OCCUPIED
    return Refusal.DIVERTED_BEFORE if work.diversions >= situation.policy.diversions_per_incident else None


def _not_found(unit: UnitView, situation: Situation) -> Refusal | None:
    if unit.position_at is None:
        return Refusal.POSITION_UNKNOWN
    if (situation.now - unit.position_at).total_seconds() > situation.policy.position_stale_s:
        return Refusal.POSITION_STALE
    seconds = situation.seconds.get(unit.id)
    if seconds is None:
        return Refusal.UNREACHABLE
    routine = situation.incident.priority in {Priority.P3, Priority.P4}
    if routine and unit.duty_until is not None and situation.now + timedelta(seconds=seconds) >= unit.duty_until:
        return Refusal.DUTY_ENDS
    return None


def as_refused(turned: Iterable[Turned], situation: Situation) -> list[Refused]:
    """As the recommendation states them."""
    seconds, why = situation.seconds, situation.unreachable
    return [
        Refused(unit.id, reason, seconds.get(unit.id), why.get(unit.id) if reason is Refusal.UNREACHABLE else None)
        for unit, reason in turned
    ]
