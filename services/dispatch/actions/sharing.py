"""A backlog: several incidents of a centre wait, and its units are shared out among them in one transaction."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import insert

from schemas.vocabulary.dispatching import ResponderKind
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.actions import engaging
from services.dispatch.actions.choosing import bound_to, incident_view, kept_on, unit_views, with_reserve
from services.dispatch.actions.keeping import keep
from services.dispatch.actions.reaching import Reach, reach
from services.dispatch.domain.recommending import (
    Backlog,
    IncidentView,
    Matching,
    Pair,
    Policy,
    Reason,
    Situation,
    UnitView,
    match,
    recommend,
)
from services.dispatch.domain.recommending.recording_backlog import backlog_as_inputs
from services.dispatch.domain.task import Task
from services.dispatch.domain.unit import Unit
from services.dispatch.store import case as cases
from services.dispatch.store import fleet, tables
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work

KIND = "backlog"
"""Of its rows in the table of decisions."""
POLICY = Policy()


async def share_out(work: Work, centre: str, kind: ResponderKind, incidents: Collection[str], offer: timedelta) -> None:
    """Matches waiting incidents and units round by round, a slot of each a round, until nobody more can be sent.

    Incidents that somebody else decides about just now are left out. One alone follows the rule for one.
    """
    waiting = [case for case in await cases.load_free(work, incidents) if _task(case, kind) is not None]
    for case in waiting:
        keep(work, case)
    # An officer in distress is asked of nobody's matching: the nearest go, whoever else waits.
    for case in [known for known in waiting if known.incident.nature is Nature.OFFICER_DISTRESS]:
        await engaging.offer_units(work, case, _waiting(case, kind), offer, "unit_freed")
    waiting = [
        case
        for case in waiting
        if case.incident.nature is not Nature.OFFICER_DISTRESS and _task(case, kind) is not None
    ]
    if len(waiting) < POLICY.backlog_from:
        for case in waiting:
            await engaging.offer_units(work, case, _waiting(case, kind), offer, "unit_freed")
        return
    units = await fleet.lock_fleet(work, centre, kind)
    table = Table(work, centre, kind, offer, units, await unit_views(work, units))
    table.join(waiting)
    await table.share()


@dataclass
class Table:
    """Who waits and who could go, kept up as the transaction binds units. `units` are locked.

    `waiting` and `ways` (how long the units need to it) by incident.
    """

    work: Work
    centre: str
    kind: ResponderKind
    offer: timedelta
    units: dict[str, Unit]
    views: tuple[UnitView, ...]
    waiting: dict[str, Case] = field(default_factory=dict)
    ways: dict[str, Reach] = field(default_factory=dict)

    def join(self, found: Iterable[Case]) -> None:
        """These wait too: their ways are asked for together, a question a version of the streets."""
        by_book: dict[str, list[Case]] = {}
        for case in found:
            self.waiting[case.incident.id] = case
            if case.incident.id not in self.ways:
                by_book.setdefault(case.book.version, []).append(case)
        for cases_of in by_book.values():
            travel = self.work.library.travel(cases_of[0].book)
            goals = [(case.incident.place, case.incident.priority) for case in cases_of]
            answers = reach(travel, self.units, goals)
            self.ways |= {case.incident.id: way for case, way in zip(cases_of, answers, strict=True)}

    async def share(self) -> None:
        """Rounds until one sends nobody; then whoever is left is looked at alone, and waits visibly.

        Lives that still lack several units come before the others: what they need is not given away in a first round.
        """
        while await self._round(self._lives_of_several()) or await self._round(self.waiting):
            continue
        while self.waiting:
            await self._alone(self.waiting.pop(min(self.waiting, key=self._urgency)))

    async def _round(self, members: Mapping[str, Case]) -> bool:
        """One matching, followed; False if it sends nobody."""
        if members is self.waiting and len(members) < POLICY.backlog_from:
            return False
        while members:
            backlog = Backlog(tuple(self._situation(case) for case in members.values()))
            matching = match(backlog)
            held = [pair.diverts for pair in matching.pairs if pair.diverts and not await self._to_be_had(pair.diverts)]
            if not held:
                await self._follow(backlog, matching)
                return bool(matching.pairs)
            for incident in held:
                self.views = kept_on(self.views, incident)
        return False

    def _lives_of_several(self) -> dict[str, Case]:
        """All that are in danger of life, as long as one of them lacks more than one unit."""
        lives = {known: case for known, case in self.waiting.items() if case.incident.priority is Priority.P1}
        several = any(len(engaging.free_slots(case, _waiting(case, self.kind))) > 1 for case in lives.values())
        return lives if several else {}

    def _urgency(self, incident: str) -> tuple[int, datetime, str]:
        known = self.waiting[incident].incident
        return known.priority.rank, known.opened_at, known.id

    async def _to_be_had(self, incident: str) -> bool:
        """False where somebody else decides about that incident just now."""
        return await cases.load(self.work, incident, wait=False) is not None

    async def _follow(self, backlog: Backlog, matching: Matching) -> None:
        if not matching.pairs:
            return
        decision = await self._record(backlog, matching)
        known = {situation.incident.id: situation.incident for situation in backlog.situations}
        lost = {pair.unit: pair.diverts for pair in matching.pairs if pair.diverts is not None}
        to = {pair.unit: pair.incident for pair in matching.pairs}
        for unit, incident in lost.items():
            await engaging.divert(self.work, incident, unit, to[unit])
        for pair in matching.pairs:
            await self._bind(self.waiting[pair.incident], pair, decision, known[pair.incident])
        self._wait_again(lost.values())

    async def _bind(self, case: Case, pair: Pair, decision: str, known: IncidentView) -> None:
        task, unit = _waiting(case, self.kind), self.units[pair.unit]
        slot, reason = engaging.free_slots(case, task)[0], Reason.DIVERTED if pair.diverts else Reason.MATCHED
        inputs = {
            "clock": self.work.now.isoformat(),
            "pack_version": case.incident.pack_version,
            "travel": self.ways[case.incident.id].basis,
            "decision": decision,
            "recommended": pair.unit,
        }
        made = await engaging.assign(self.work, case, task, slot, unit, reason, self.offer, cases.SYSTEM, inputs)
        self.units[unit.id] = replace(unit, epoch=made.epoch)
        self.views = bound_to(self.views, unit.id, known, self.work.now)
        engaging.settle(case, task)
        if _task(case, self.kind) is None:
            del self.waiting[case.incident.id]

    def _wait_again(self, lost: Iterable[str]) -> None:
        """Incidents that lost their unit join the next round."""
        again = [self.work.cases[incident] for incident in dict.fromkeys(lost)]
        self.join(case for case in again if _task(case, self.kind) is not None)

    async def _alone(self, case: Case) -> None:
        """By the rule for one: the last that waits, or where units are left whose position nobody knows."""
        task, way = _waiting(case, self.kind), self.ways[case.incident.id]
        situation = self._situation(case)
        if recommend(situation).best is not None:
            situation = await with_reserve(self.work, case, task, self.units, situation)
        slots = engaging.free_slots(case, task)
        after, lost = await engaging.fill(self.work, case, task, slots, self.units, situation, way.basis, self.offer)
        self.views = after.units
        self._wait_again(lost)

    def _situation(self, case: Case) -> Situation:
        """The inputs for one slot of a waiting incident. Coverage does not enter a matching."""
        way = self.ways[case.incident.id]
        return Situation(
            incident=incident_view(case, _waiting(case, self.kind), self.work.now, self.offer, self.units),
            units=self.views,
            seconds=way.seconds,
            now=self.work.now,
            unreachable=way.unreachable,
            policy=POLICY,
        )

    async def _record(self, backlog: Backlog, matching: Matching) -> str:
        """Rule 15, once for all incidents of the round: the events refer to it."""
        decision = str(uuid.uuid4())
        inputs = {"backlog": backlog_as_inputs(backlog), "matching": asdict(matching)}
        row = {"id": decision, "centre": self.centre, "kind": KIND, "at": self.work.now, "inputs": inputs}
        await self.work.conn.execute(insert(tables.decisions).values(row))
        return decision


def _task(case: Case, kind: ResponderKind) -> Task | None:
    """The first task of that kind that waits for a unit."""
    return next(iter(engaging.sent_for(case, kind)), None) if case.incident.unfinished else None


def _waiting(case: Case, kind: ResponderKind) -> Task:
    """The same where it is known to wait."""
    task = _task(case, kind)
    if task is None:
        raise LookupError(f"no task of incident {case.incident.id} waits for a {kind}")
    return task
