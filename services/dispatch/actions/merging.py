"""Two incidents that are one: merged by themselves only while at most one is engaged, else proposed to an operator."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from schemas.vocabulary.dispatching import IncidentEvent, IncidentState, TaskState
from services.chassis import telemetry
from services.dispatch.actions import deciding, engaging, partners, reconsidering, suspecting, tasking
from services.dispatch.actions.intake import Times
from services.dispatch.actions.keeping import keep
from services.dispatch.domain.adding import missing
from services.dispatch.domain.attention import louder
from services.dispatch.domain.incident import Action, NotAllowed, check
from services.dispatch.domain.merging import Merge, Pair, as_inputs, outranks_first, settle, side_of
from services.dispatch.domain.run_card import Need
from services.dispatch.domain.task import Task
from services.dispatch.store import case as cases
from services.dispatch.store import duplicates, signals, tables
from services.dispatch.store.case import SYSTEM, Case
from services.dispatch.store.pipeline import tell
from services.dispatch.store.work import Work

MERGE_PROPOSED = "merge_proposed"


class BothEngaged(Exception):
    """Units are bound by both; an operator must stand the units of one down first."""


async def propose(work: Work, one: str, other: str, times: Times) -> str:
    """Merges two incidents of one situation, or records the proposal on both; returns the incident that goes on."""
    first, second = await _both(work, one, other)
    pair = await _pair(work, first, second)
    decided = settle(pair)
    if decided is Merge.SPLIT_IS_FINAL:
        return first.incident.id
    if decided is Merge.FINISHED:
        return first.incident.id if first.incident.unfinished else second.incident.id
    if decided is Merge.BOTH_ENGAGED:
        await _propose_on(work, first, second, pair)
        await _propose_on(work, second, first, pair)
        keep(work, first)
        keep(work, second)
        return first.incident.id
    return (await _merge(work, first, second, pair, times, reason="same_situation")).incident.id


async def merge_by_operator(work: Work, one: str, other: str, times: Times, actor: str) -> Case:
    """Merges on an operator's order, which counts in the ETag of both. Raises NotAllowed or BothEngaged.

    Two engaged ones may be merged where the lost one has but asked agencies that the kept one has asked as well.
    """
    first, second = await _both(work, one, other)
    check(first.incident, Action.MERGE)
    check(second.incident, Action.MERGE)
    pair = await _pair(work, first, second, ordered=True)
    if settle(pair) is Merge.BOTH_ENGAGED:
        raise BothEngaged
    for case in (first, second):
        case.amend(revision=case.incident.revision + 1)
    return await _merge(work, first, second, pair, times, reason="operator", actor=actor)


async def _merge(
    work: Work, first: Case, second: Case, pair: Pair, times: Times, *, reason: str, actor: str = SYSTEM
) -> Case:
    """Keeps the furthest advanced; the other's unstarted tasks are cancelled, its ids lead to the kept one.

    The kept one is looked at again with the other's nature and all sources: what was more urgent there still is.
    """
    kept, lost = (first, second) if settle(pair) is Merge.KEEPS_FIRST else (second, first)
    for case in (kept, lost):
        telemetry.link(case.incident.traceparent)
    partners.withdraw_hand_overs(work, lost, "merged", actor)
    unmet = [task for task in lost.tasks.values() if not task.state.finished]
    for task in unmet:
        lost.put(replace(task, state=TaskState.CANCELLED, closed_at=work.now))
    before = lost.incident.state
    lost.amend(state=IncidentState.MERGED, merged_into=kept.incident.id, state_before_merge=before, escalate_at=None)
    lost.record(IncidentEvent.MERGED, reason, actor=actor, detail={"into": kept.incident.id})
    kept.amend(
        signals=kept.incident.signals + lost.incident.signals,
        sources=await signals.sources(work.conn, kept.incident.id, lost.incident.id),
    )
    deciding.mark(kept, lost.incident.protected_address)
    confirmed = deciding.held(lost) or deciding.held(kept)
    seen = await reconsidering.look_again(work, kept, lost.incident.nature, confirmed=confirmed)
    detail, inputs = {"merged": lost.incident.id}, _inputs(work, kept, pair) | seen.inputs_if_nothing_follows
    kept.record(IncidentEvent.MERGED, reason, actor=actor, detail=detail, inputs=inputs)
    suspecting.settle(kept, {lost.incident.id})
    suspecting.settle(lost, set(lost.incident.duplicates))
    await reconsidering.follow(work, kept, seen, times.offer)
    await _carry_over(work, kept, unmet, reason, times)
    keep(work, lost)
    keep(work, kept)
    return kept


async def _carry_over(work: Work, kept: Case, unmet: list[Task], reason: str, times: Times) -> None:
    """What the lost one still waited for is waited for on the kept one: who was to come is not forgotten."""
    carried: list[Task] = []
    for task in unmet:
        need = Need(task.kind, task.slots, task.capabilities, task.agency)
        further = missing(kept.tasks.values(), (need,))
        for added in tasking.put_tasks(work, kept, further, kept.incident.run_card or "none", reason):
            if task.state is not TaskState.PENDING:
                await engaging.engage_task(work, kept, added, times.offer, reason)
            carried.append(added)
    reconsidering.leave_to_operator(kept, carried)


def _asks_the_same_agencies(kept: Case, lost: Case) -> bool:
    """True if nobody would be missing: what binds `lost` are open hand-overs to agencies that `kept` asks too."""
    if any(known.state.active for known in lost.assignments.values()) or lost.orders:
        return False
    asked = {known.agency for known in kept.hand_overs.values() if known.state.open}
    return {known.agency for known in lost.hand_overs.values() if known.state.open} <= asked


async def unmerge(work: Work, lost: Case, kept: Case, actor: str) -> None:
    """Takes a merge back, for good: what an operator split is not merged again by itself."""
    if lost.incident.merged_into != kept.incident.id:
        raise NotAllowed(lost.incident.state, Action.UNMERGE, [])
    before = lost.incident.state_before_merge or IncidentState.OPEN
    lost.amend(state=before, merged_into=None, state_before_merge=None, split_by_operator=True)
    for task in list(lost.tasks.values()):
        if task.state is TaskState.CANCELLED:
            lost.put(replace(task, state=TaskState.PENDING, closed_at=None))
    lost.record(IncidentEvent.UNMERGED, "operator", actor=actor, detail={"from": kept.incident.id})
    # The row must let go before the sources that are left are counted.
    await tell(work.conn, [cases.incident_row(lost.incident)])
    for case in (kept, *await _above(work, kept)):
        case.amend(
            signals=max(1, case.incident.signals - lost.incident.signals),
            sources=await signals.sources(work.conn, case.incident.id),
            revision=case.incident.revision + 1,
        )
        case.record(IncidentEvent.UNMERGED, "operator", actor=actor, detail={"released": lost.incident.id})
        keep(work, case)
    keep(work, lost)


async def _above(work: Work, case: Case) -> list[Case]:
    """The incidents that this one was merged into meanwhile, the nearest first: they count what it counts."""
    found: list[Case] = []
    while case.incident.merged_into is not None:
        above = await cases.load(work, case.incident.merged_into)
        if above is None:
            raise LookupError(f"incident {case.incident.merged_into} is not stored")
        found.append(above)
        case = above
    return found


async def _propose_on(work: Work, case: Case, other: Case, pair: Pair) -> None:
    """Asks an operator, once for each other incident: further alarms of the situation do not ask again."""
    events = tables.events
    proposals = select(events.c.detail).where(
        events.c.incident_id == case.incident.id, events.c.event == IncidentEvent.MERGE_PROPOSED
    )
    if any(made["with"] == other.incident.id for made in (await work.conn.execute(proposals)).scalars()):
        return
    case.amend(attention=louder(case.incident.attention, MERGE_PROPOSED))
    detail = {"with": other.incident.id}
    case.record(IncidentEvent.MERGE_PROPOSED, Merge.BOTH_ENGAGED, inputs=_inputs(work, case, pair), detail=detail)


async def _pair(work: Work, first: Case, second: Case, *, ordered: bool = False) -> Pair:
    sides = (side_of(first.incident, first.engaged), side_of(second.incident, second.engaged))
    apart = not ordered and await duplicates.told_apart(work.conn, first.incident.id, second.incident.id)
    pair = Pair(*sides, ordered, apart)
    kept, lost = (first, second) if outranks_first(pair) else (second, first)
    return replace(pair, asks_nobody_else=_asks_the_same_agencies(kept, lost))


def _inputs(work: Work, case: Case, pair: Pair) -> dict[str, Any]:
    """What replay evaluates again: both sides as they were before anything was done."""
    plain = {"clock": work.now.isoformat(), "pack_version": case.incident.pack_version}
    return plain | {"merging": as_inputs(pair)}


async def _both(work: Work, one: str, other: str) -> tuple[Case, Case]:
    loaded = {}
    for incident_id in sorted({one, other}):
        case = await cases.load(work, incident_id)
        if case is None:
            raise LookupError(f"incident {incident_id} is not stored")
        loaded[incident_id] = case
    return loaded[one], loaded[other]
