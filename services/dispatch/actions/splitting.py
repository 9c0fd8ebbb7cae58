"""An operator takes alarms out of an incident: they are a happening of their own. This is final."""

from dataclasses import replace

from sqlalchemy import select, update

from schemas.vocabulary.dispatching import Engagement, IncidentEvent, IncidentState
from schemas.vocabulary.natures import NATURES, Nature
from services.dispatch.actions import deciding, engaging
from services.dispatch.messages import derived_id
from services.dispatch.store import case as cases
from services.dispatch.store import mapping, signals
from services.dispatch.store.case import Case
from services.dispatch.store.tables import incident_signals
from services.dispatch.store.work import Work


class NothingToSplit(Exception):
    """The alarms are not on the card, or nothing would be left on it."""


async def split(work: Work, case: Case, signal_ids: list[str], actor: str) -> Case:
    """A new incident with these alarms, whose tasks wait for the operator. Raises NothingToSplit."""
    table = incident_signals
    query = select(table).where(table.c.incident_id == case.incident.id, table.c.role == signals.ALARM)
    held = {row["signal_id"]: row for row in (await work.conn.execute(query)).mappings()}
    moving = [held[known] for known in dict.fromkeys(signal_ids) if known in held]
    if not moving or len(moving) == len(held):
        raise NothingToSplit("name some, not all, of the alarms of this incident")
    first = min(moving, key=lambda row: (row["received_at"], row["signal_id"]))
    nature = Nature(first["nature"])
    fresh = Case(
        replace(
            case.incident,
            id=derived_id("split", case.incident.id, first["signal_id"]),
            nature=nature,
            priority=NATURES[nature].priority,
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
        ),
        case.book,
    )
    decided = await deciding.decide(work, fresh, nature, silenced=deciding.held(case), by_operator=True)
    deciding.apply(fresh, decided.plan)
    fresh.amend(verify_first=False)
    await cases.upsert_incident(work.conn, fresh.incident)
    ids = [row["signal_id"] for row in moving]
    await work.conn.execute(update(table).where(table.c.signal_id.in_(ids)).values(incident_id=fresh.incident.id))
    detail = {"from": case.incident.id}
    fresh.record(IncidentEvent.SPLIT, "operator", actor=actor, detail=detail, inputs=decided.inputs)
    engaging.add_tasks(work, fresh, decided.plan.card, decided.plan.ground)
    sources = await signals.sources(work.conn, case.incident.id)
    case.amend(signals=max(1, case.incident.signals - len(moving)), sources=sources, split_by_operator=True)
    case.record(IncidentEvent.SPLIT, "operator", actor=actor, detail={"into": fresh.incident.id, "signals": ids})
    return fresh
