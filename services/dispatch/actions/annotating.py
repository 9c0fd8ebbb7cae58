"""Updates, cancels, restores and withdrawals: they annotate the card of their first signal and never open one."""

from sqlalchemy import update

from schemas.messages.signal import SignalOutcome
from schemas.vocabulary.dispatching import IncidentEvent
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Outcome, Phase
from services.dispatch import messages
from services.dispatch.actions import deciding
from services.dispatch.actions.keeping import keep
from services.dispatch.domain.report import Report
from services.dispatch.store import case as cases
from services.dispatch.store import signals
from services.dispatch.store.case import Case
from services.dispatch.store.tables import signal_outcomes
from services.dispatch.store.work import Work


async def annotate(work: Work, incident_id: str, report: Report) -> None:
    """Puts an annotation on a card in any state. A cancel or restore is shown, and stands nobody down by itself."""
    case = await cases.load(work, await signals.resolve_alias(work.conn, incident_id))
    if case is None or not await signals.link(work, case.incident.id, report, signals.ANNOTATION):
        return
    _note(case, report)
    await deciding.protect(work, case)
    keep(work, case)


def _note(case: Case, report: Report) -> None:
    """Records the annotation; the position of a moving SOS becomes the incident's."""
    if report.phase is Phase.UPDATE and report.nature is Nature.SOS and report.place is not None:
        case.amend(place=report.place)
    if report.phase in {Phase.CANCEL, Phase.WITHDRAW} and case.incident.unfinished:
        case.amend(attention=f"device_{report.phase}")
    detail = {"signal_id": report.signal_id, "device": report.device, "phase": report.phase}
    case.record(IncidentEvent.SIGNAL_ANNOTATED, report.phase, detail=detail)


async def attach_waiting(work: Work, case: Case, signal_id: str) -> None:
    """Brings the outcomes that came before their first signal's card to it."""
    table = signal_outcomes
    where = (table.c.first_signal_id == signal_id, table.c.unattached)
    taken = await work.conn.execute(update(table).where(*where).values(unattached=False).returning(table.c.record))
    for record in taken.scalars().all():
        outcome = SignalOutcome.model_validate(record)
        report = messages.report_of_outcome(outcome)
        if outcome.outcome is Outcome.UPDATE:
            if await signals.link(work, case.incident.id, report, signals.ANNOTATION):
                _note(case, report)
        else:
            count_folded(case, outcome)


def count_folded(case: Case, outcome: SignalOutcome) -> None:
    """Shows on the card how many signals were folded into its first."""
    folded = max(case.incident.folded, outcome.count)
    if folded != case.incident.folded:
        case.amend(folded=folded)
