"""Outcomes of screening: recorded for every signal; faults become work orders, updates go to their card."""

from collections import defaultdict
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from schemas.messages.signal import SignalOutcome
from schemas.vocabulary.signals import Outcome
from services.dispatch import messages
from services.dispatch.actions import intake
from services.dispatch.actions.annotating import annotate, count_folded
from services.dispatch.actions.intake import Times, find_first
from services.dispatch.actions.keeping import keep
from services.dispatch.metrics import OUTCOMES
from services.dispatch.store.tables import signal_outcomes
from services.dispatch.store.work import Work

COUNTED = frozenset({Outcome.FOLDED, Outcome.REPEAT})
ACTING = COUNTED | {Outcome.FAULT, Outcome.UPDATE}


async def receive(work: Work, outcomes: list[SignalOutcome], times: Times) -> None:
    """Records a batch and does what each asks for. An outcome that is recorded already changes nothing."""
    await _lock_scopes(work, outcomes)
    recorded = await _record(work, outcomes)
    fresh = [outcome for signal_id, outcome in _unique(outcomes).items() if signal_id in recorded]
    for outcome in fresh:
        OUTCOMES.labels(outcome.outcome, outcome.reason).inc()
        if outcome.outcome not in COUNTED:
            await _act(work, outcome, times)
    for alike in _followers(fresh):
        await _count(work, alike)


async def _lock_scopes(work: Work, outcomes: list[SignalOutcome]) -> None:
    """Takes the locks of all that will touch a card, in one order, so that two batches cannot lock each other out.

    Without them a count and the alarm it belongs to could be written side by side and never find each other.
    """
    acting = {outcome.signal_id: outcome for outcome in outcomes if outcome.outcome in ACTING}
    await work.lock_scope(*sorted({messages.report_of_outcome(outcome).lock_scope for outcome in acting.values()}))


async def _act(work: Work, outcome: SignalOutcome, times: Times) -> None:
    report = messages.report_of_outcome(outcome)
    if outcome.outcome is Outcome.FAULT:
        await intake.receive(work, report, times)
    elif outcome.outcome is Outcome.UPDATE:
        first = await find_first(work, report)
        if first is not None:
            await annotate(work, first, report)
            await _attached(work, outcome.signal_id)


def _followers(outcomes: list[SignalOutcome]) -> list[list[SignalOutcome]]:
    """Those that only count, together by what they follow: a flood of one device changes its card once a batch."""
    together: dict[tuple[str, ...], list[SignalOutcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.outcome in COUNTED and outcome.first_signal_id:
            subject = messages.report_of_outcome(outcome).subject
            together[outcome.first_signal_id, outcome.device, subject or ""].append(outcome)
    return list(together.values())


async def _count(work: Work, alike: list[SignalOutcome]) -> None:
    first = await find_first(work, messages.report_of_outcome(alike[0]))
    if first is None:
        return
    await _attached(work, *(outcome.signal_id for outcome in alike))
    folded = [outcome for outcome in alike if outcome.outcome is Outcome.FOLDED]
    if folded:
        case = await intake.load(work, first)
        count_folded(case, max(folded, key=lambda outcome: outcome.count))
        keep(work, case)


async def _record(work: Work, outcomes: list[SignalOutcome]) -> set[str]:
    statement = insert(signal_outcomes).on_conflict_do_nothing().returning(signal_outcomes.c.signal_id)
    rows = [_row(outcome) for outcome in _unique(outcomes).values()]
    stored = await work.conn.execute(statement, rows)
    return set(stored.scalars())


def _unique(outcomes: list[SignalOutcome]) -> dict[str, SignalOutcome]:
    return {outcome.signal_id: outcome for outcome in outcomes}


async def _attached(work: Work, *signal_ids: str) -> None:
    where = signal_outcomes.c.signal_id.in_(signal_ids)
    await work.conn.execute(update(signal_outcomes).where(where).values(unattached=False))


def _row(outcome: SignalOutcome) -> dict[str, Any]:
    return {
        "signal_id": outcome.signal_id,
        "outcome": outcome.outcome,
        "reason": outcome.reason,
        "device": outcome.device,
        "first_signal_id": outcome.first_signal_id,
        "decided_at": outcome.decided_at,
        "unclaimed": outcome.outcome is Outcome.ALARM,
        "unattached": outcome.outcome in COUNTED | {Outcome.UPDATE} and outcome.first_signal_id is not None,
        "record": outcome.model_dump(mode="json"),
    }
