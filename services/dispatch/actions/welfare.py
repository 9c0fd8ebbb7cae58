"""The welfare check within a transaction: asking, alerting the room, and hearing an officer."""

from datetime import datetime, timedelta

from sqlalchemy import select

from schemas.vocabulary.dispatching import AssignmentState, IncidentEvent
from services.dispatch.actions.keeping import keep
from services.dispatch.domain.assignment import Assignment
from services.dispatch.domain.attention import WELFARE_CHECK, WELFARE_UNANSWERED
from services.dispatch.domain.welfare import Due, Sign, asked, due, heard, missed, settled
from services.dispatch.store import case as cases
from services.dispatch.store.case import Case
from services.dispatch.store.tables import assignments
from services.dispatch.store.work import Work


def after(case: Case, default: timedelta) -> timedelta:
    """How long a unit may be silent on this incident's scene: its run card's time, else `default`."""
    card = case.book.card(case.incident.run_card)
    return timedelta(seconds=card.welfare_after_s) if card is not None and card.welfare_after_s else default


def check(work: Work, case: Case, assignment_id: str, answer_within: timedelta) -> bool:
    """Asks a silent unit, or alerts the room where the answer is missed; False if neither is due any more."""
    held = case.assignments[assignment_id]
    what = due(held, work.now)
    if what is None:
        return False
    inputs = {"clock": work.now.isoformat(), "due_at": held.welfare_at.isoformat() if held.welfare_at else None}
    detail = {"assignment_id": held.id, "unit": held.unit}
    if what is Due.ASK:
        _put(work, case, asked(held, work.now, answer_within), "asked")
        case.ask_attention(WELFARE_CHECK)
        case.record(IncidentEvent.WELFARE_ASKED, what, inputs=inputs, detail=detail)
    else:
        _put(work, case, missed(held), "unanswered")
        case.ask_attention(WELFARE_UNANSWERED)
        case.record(IncidentEvent.ATTENTION_ASKED, what, inputs=inputs, detail=detail)
    return True


def arm(work: Work, case: Case, assignment_id: str, said_at: datetime | None, default: timedelta) -> None:
    """Begins to count a unit's silence once it is on scene."""
    held = case.assignments[assignment_id]
    now = heard(held, said_at, work.now, after(case, default))
    if now != held:
        _put(work, case, now, None)


def hear(
    work: Work,
    case: Case,
    unit: str,
    sign: Sign,
    said_at: datetime | None,
    default: timedelta,
    actor: str | None = None,
) -> Assignment | None:
    """A sign of life of `unit`: its next check is due later, an open question is answered. None if it is not here."""
    held = next((a for a in case.assignments.values() if a.unit == unit and a.state is AssignmentState.ON_SCENE), None)
    if held is None:
        return None
    now = heard(held, said_at, work.now, after(case, default))
    answered = held.welfare_asked_at is not None and now.welfare_asked_at is None
    if now != held:
        _put(work, case, now, "answered" if answered else None)
    if answered:
        case.amend(attention=settled(case.incident.attention, case.assignments.values()))
        detail = {"assignment_id": held.id, "unit": unit}
        case.record(IncidentEvent.WELFARE_ANSWERED, sign, actor=actor or unit, detail=detail)
    return held


async def hear_unit(
    work: Work, unit: str, sign: Sign, said_at: datetime | None, default: timedelta, actor: str | None = None
) -> Assignment | None:
    """The same, wherever the unit is on scene; the assignment as it was before, None if it is on no scene."""
    table = assignments
    where = (table.c.unit_id == unit, table.c.state == AssignmentState.ON_SCENE)
    incident_id = await work.conn.scalar(select(table.c.incident_id).where(*where))
    case = await cases.load(work, incident_id) if incident_id is not None else None
    if case is None:
        return None
    held = hear(work, case, unit, sign, said_at, default, actor)
    keep(work, case)
    return held


def _put(work: Work, case: Case, assignment: Assignment, shown: str | None) -> None:
    """The assignment's state is the same: tablet and topic learn nothing new but the question itself."""
    case.put_quietly(assignment)
    if shown is None:
        return
    answer_by = assignment.welfare_at if shown == "asked" else None
    told = {
        "unit": assignment.unit,
        "assignment_id": assignment.id,
        "incident_id": assignment.incident_id,
        "state": shown,
        "asked_at": assignment.welfare_asked_at.isoformat() if assignment.welfare_asked_at else None,
        "answer_by": answer_by.isoformat() if answer_by else None,
    }
    work.show("welfare", told, assignment.unit)
