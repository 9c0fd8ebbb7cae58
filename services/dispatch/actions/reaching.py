"""How long each unit needs to each of some incidents, as decisions take it: with a fall-back, and its basis stated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.vocabulary.natures import Priority
from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import Basis, Profile, TravelTable, TravelTimes, Unreachable
from services.dispatch.domain.unit import Unit
from services.dispatch.travel.straight_line import StraightLineTravel

URGENT = frozenset({Priority.P1, Priority.P2})
STRAIGHT = StraightLineTravel()
Goal = tuple[Place | None, Priority]
"""Where an incident is, if anybody knows, and its priority, which says how one drives there."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Seconds by unit, why there are none for others, and what they rest on."""

    seconds: Mapping[str, float]
    unreachable: Mapping[str, str]
    basis: Basis


def reach(travel: TravelTimes, units: Mapping[str, Unit], goals: Sequence[Goal]) -> list[Reach]:
    """One answer a goal, in their order; one question to the streets a profile.

    An incident whose place nobody knows is as near to one unit as to another. Where no street leads to it the
    straight line is taken: help is rather sent on an estimate than not at all.
    """
    located = [(unit.id, unit.place) for unit in units.values() if unit.place is not None]
    names, sources = [unit for unit, _ in located], [place for _, place in located]
    found = {at: Reach(dict.fromkeys(names, 0.0), {}, Basis.STRAIGHT_LINE) for at in range(len(goals))}
    for profile in Profile:
        there = [(at, place) for at, (place, priority) in enumerate(goals) if place and profile_of(priority) is profile]
        if not there or not sources:
            continue
        table = travel.table(sources, [place for _, place in there], profile)
        for column, (at, place) in enumerate(there):
            column_of = _column(table, column, names)
            if not column_of.seconds:
                column_of = _column(STRAIGHT.table(sources, (place,), profile), 0, names)
            found[at] = column_of
    return [found[at] for at in range(len(goals))]


def profile_of(priority: Priority) -> Profile:
    """With lights to what is urgent."""
    return Profile.LIGHTS if priority in URGENT else Profile.NORMAL


def _column(table: TravelTable, column: int, names: Sequence[str]) -> Reach:
    """Tenths of a second are exact enough, and short in the record."""
    times = zip(names, table.seconds[:, column].tolist(), strict=True)
    seconds = {unit: round(each, 1) for unit, each in times if each == each}  # not NaN
    missing: dict[str, str] = {}
    for row, unit in enumerate(names) if len(seconds) < len(names) else ():
        answer = table.answer(row, column)
        if isinstance(answer, Unreachable):
            missing[unit] = answer.reason.value
    return Reach(seconds, missing, table.basis)
