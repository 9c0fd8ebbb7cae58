"""A situation arrives: correlation proposes that alarms belong together; here it is decided."""

from schemas.messages.signal import Situation
from schemas.vocabulary.natures import Nature
from services.dispatch import messages
from services.dispatch.actions import intake, joining, kiosks, merging
from services.dispatch.actions.intake import Times
from services.dispatch.actions.keeping import keep
from services.dispatch.domain.report import Report
from services.dispatch.store import signals
from services.dispatch.store.work import Work


async def receive(work: Work, situation: Situation, times: Times) -> None:
    """Brings the situation's newest alarm to its incident; joins two incidents that prove to be one."""
    report = messages.report_of_alarm(situation.alarm)
    if report.nature is Nature.ACCESS_CALL:
        await kiosks.receive(work, report)
        return
    await work.lock_scope(f"situation:{situation.situation_id}")
    # The alarm's own scope too, before anything is looked up: the urgent lane may bring the same alarm at this moment.
    await work.lock_scope(report.lock_scope)
    claimed = await signals.incident_of_situation(work.conn, situation.situation_id)
    known = await signals.incident_of_signal(work.conn, report.signal_id)
    if report.phase.annotates and known is None:
        incident = await intake.annotate_or_open(work, report, times)
    elif known is None:
        incident = await _place(work, report, claimed, times)
    else:
        incident = await _settle(work, known, claimed, times)
    if incident is None:
        return
    await signals.claim_situation(
        work,
        situation.situation_id,
        incident,
        situation.confidence,
        situation.sources,
        situation.changed_at,
    )
    await _show_confidence(work, incident, situation)


async def _place(work: Work, report: Report, claimed: str | None, times: Times) -> str | None:
    if claimed is None:
        return await intake.receive(work, report, times)
    return await intake.link(work, claimed, report, joining.claimed_by_situation(report, claimed), times)


async def _settle(work: Work, known: str, claimed: str | None, times: Times) -> str:
    """The alarm is on a card already (it was urgent): if the situation points elsewhere, the two are joined."""
    kept = await signals.resolve_alias(work.conn, known)
    if claimed is None:
        return kept
    other = await signals.resolve_alias(work.conn, claimed)
    return kept if other == kept else await merging.propose(work, kept, other, times)


async def _show_confidence(work: Work, incident_id: str, situation: Situation) -> None:
    case = await intake.load(work, incident_id)
    before = case.incident
    if before.confidence == situation.confidence:
        return
    case.amend(confidence=situation.confidence)
    keep(work, case)
