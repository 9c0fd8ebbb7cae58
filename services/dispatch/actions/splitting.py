"""An operator takes alarms out of an incident: they are a happening of their own. This is final."""

from dataclasses import replace

from sqlalchemy import select, update

from schemas.vocabulary.dispatching import Engagement, IncidentEvent, IncidentState
from schemas.vocabulary.natures import NATURES, Nature
from services.dispatch.actions import deciding, tasking
from services.dispatch.messages import derived_id
from services.dispatch.store import case as cases
from services.dispatch.store import mapping, signals
from services.dispatch.store.case import Case
from services.dispatch.store.pipeline import tell
from services.dispatch.store.tables import incident_signals
from services.dispatch.store.work import Work


class NothingToSplit(Exception):
    """The alarms are not on the card, or nothing would be left on it."""


async def split(work: Work, case: Case, signal_ids: list[str], actor: str) -> Case:
    """A new incident with these alarms, whose tasks wait for the operator. Raises NothingToSplit.

    It is as urgent as the most urgent of them, and asks for whoever the card of any of them asks for.
    """
    table = incident_signals
    query = select(table).where(table.c.incident_id == case.incident.id, table.c.role == signals.ALARM)
    held = {row["signal_id"]: row for row in (await work.conn.execute(query)).mappings()}
    moving = [held[known] for known in dict.fromkeys(signal_ids) if known in held]
    if not moving or len(moving) == len(held):
        raise NothingToSplit("name some, not all, of the alarms of this incident")
    moving.sort(key=lambda row: (row["received_at"], row["signal_id"]))
    first = moving[0]
    natures = tuple(dict.fromkeys(Nature(row["nature"]) for row in moving))
    fresh = Case(
        replace(
            case.incident,
            id=derived_id("split", case.incident.id, first["signal_id"]),
            nature=natures[0],
            priority=NATURES[natures[0]].priority,
            state=IncidentState.OPEN,
            opened_at=first["received_at"],
            device=first["device"],
            subject=first["subject"],
            place=mapping.place_of(first) or case.incident.place,
            version=0,
            revision=1,
            signals=len(moving),
            sources=len({row["device"] for row in moving}),
            folded=0,
            engagement=Engagement.OPERATOR_CONFIRMED,
            verify_first=False,
            confidence=None,
            resolved_at=None,
            acknowledged_at=work.now,
            acknowledged_by=actor,
            verified_at=None,
            verification=None,
            linked_to=case.incident.id,
            split_by_operator=True,
            attention=None,
            run_card=None,
            target_at=None,
            protected_address=None,
            flags=tuple(known for known in case.incident.flags if known != deciding.PROTECTED),
            duplicates=(),
        ),
        case.book,
    )
    silenced = deciding.held(case)
    answers = [await deciding.decide(work, fresh, known, silenced=silenced, by_operator=True) for known in natures]
    decided = min(answers, key=lambda known: known.plan.card.priority.rank)
    fresh.amend(nature=natures[answers.index(decided)])
    deciding.apply(fresh, decided.plan)
    fresh.amend(verify_first=False)
    await tell(work.conn, [cases.incident_row(fresh.incident)])
    ids = [row["signal_id"] for row in moving]
    await work.conn.execute(update(table).where(table.c.signal_id.in_(ids)).values(incident_id=fresh.incident.id))
    detail = {"from": case.incident.id}
    fresh.record(IncidentEvent.SPLIT, "operator", actor=actor, detail=detail, inputs=decided.inputs)
    for asking in (decided, *answers):
        tasking.add_tasks(work, fresh, asking.plan.card, asking.plan.ground)
    sources = await signals.sources(work.conn, case.incident.id)
    case.amend(signals=max(1, case.incident.signals - len(moving)), sources=sources, split_by_operator=True)
    case.record(IncidentEvent.SPLIT, "operator", actor=actor, detail={"into": fresh.incident.id, "signals": ids})
    return fresh
