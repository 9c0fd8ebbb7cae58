"""Updates, cancels, restores and withdrawals: they annotate the card of their first signal and never open one."""

from sqlalchemy import bindparam, false, update

from schemas.messages.signal import SignalOutcome
from schemas.vocabulary.dispatching import IncidentEvent
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Outcome, Phase
from services.dispatch import messages
from services.dispatch.actions import deciding, suspecting
from services.dispatch.actions.keeping import keep
from services.dispatch.domain.report import Report
from services.dispatch.store import case as cases
from services.dispatch.store import signals
from services.dispatch.store.case import Case
from services.dispatch.store.pipeline import Statement
from services.dispatch.store.tables import signal_outcomes
from services.dispatch.store.work import Work


async def annotate(work: Work, incident_id: str, report: Report) -> None:
    """Puts an annotation on a card in any state. A cancel or restore is shown, and stands nobody down by itself."""
    case = await cases.load(work, await signals.resolve_alias(work.conn, incident_id))
    if case is None or not await signals.link(work, case.incident.id, report, signals.ANNOTATION):
        return
    await _note(work, case, report)
    await deciding.protect(work, case)
    keep(work, case)


async def _note(work: Work, case: Case, report: Report) -> None:
    """Records the annotation; where the incident moved by it, others near its new place may be the same."""
    before = case.incident.place
    _annotate(case, report)
    if case.incident.place != before:
        await suspecting.look(work, case)


def _annotate(case: Case, report: Report) -> None:
    """Records the annotation; the position of a moving SOS becomes the incident's."""
    if report.phase is Phase.UPDATE and report.nature is Nature.SOS and report.place is not None:
        case.amend(place=report.place)
    if report.phase in {Phase.CANCEL, Phase.WITHDRAW} and case.incident.unfinished:
        case.ask_attention(f"device_{report.phase}")
    detail = {"signal_id": report.signal_id, "device": report.device, "phase": report.phase}
    case.record(IncidentEvent.SIGNAL_ANNOTATED, report.phase, detail=detail)


_WAITING = (signal_outcomes.c.first_signal_id == bindparam("signal_id"), signal_outcomes.c.unattached)
_TAKE = Statement(
    update(signal_outcomes).where(*_WAITING).values(unattached=false()).returning(signal_outcomes.c.record)
)


async def attach_waiting(work: Work, case: Case, signal_id: str) -> None:
    """Brings the outcomes that came before their first signal's card to it."""
    [taken] = await work.ask((_TAKE, {"signal_id": signal_id}))
    for row in taken:
        outcome = SignalOutcome.model_validate(row["record"])
        report = messages.report_of_outcome(outcome)
        if outcome.outcome is Outcome.UPDATE:
            if await signals.link(work, case.incident.id, report, signals.ANNOTATION):
                await _note(work, case, report)
        else:
            count_folded(case, outcome)


def count_folded(case: Case, outcome: SignalOutcome) -> None:
    """Shows on the card how many signals were folded into its first."""
    folded = max(case.incident.folded, outcome.count)
    if folded != case.incident.folded:
        case.amend(folded=folded)
