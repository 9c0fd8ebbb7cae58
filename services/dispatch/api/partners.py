"""Doors of partner agencies and crews: hand-overs and work orders."""

from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Table, select

from schemas.vocabulary.dispatching import WorkOrderState
from schemas.vocabulary.natures import NATURES
from services.chassis.problems import Problem
from services.dispatch import views
from services.dispatch.actions import partners
from services.dispatch.actions.keeping import keep
from services.dispatch.actions.partners import OrderStep, Reply
from services.dispatch.api import bodies
from services.dispatch.api.answers.engaging import HandOverAnswered, WorkOrder, WorkOrderReported
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Actor, Door, Doors, IdempotencyKey, not_found
from services.dispatch.domain.task import HandOver
from services.dispatch.store import case as cases
from services.dispatch.store import tables
from services.dispatch.store.case import Case
from services.dispatch.store.reading import rows
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1", tags=["partners and crews"])
ANSWER = answers(HandOverAnswered, 404, 409)


async def answer(
    door: Door, request: Request, hand_over_id: str, which: Reply, reason: str | None, actor: str, key: str | None
) -> dict[str, Any]:
    """What a partner answers to a hand-over."""

    async def act(work: Work) -> dict[str, Any]:
        case = await _case_of(work, tables.hand_overs, hand_over_id, "hand-over")
        after = partners.reply(work, case, case.hand_overs[hand_over_id], which, actor, reason)
        return {"hand_over_id": after.id, "state": after.state, "incident_id": after.incident_id}

    try:
        return await door.transact(request, key, act)
    except partners.Withdrawn as error:
        raise _withdrawn(error.hand_over) from error


def _withdrawn(hand_over: HandOver) -> Problem:
    """409 that says what happened to the incident since the partner was asked."""
    return Problem(
        409,
        "hand-over-withdrawn",
        "Demande annulée / hand-over withdrawn",
        "Votre intervention n'est plus demandée : ne partez pas, ou revenez. / You are no longer needed: stand down.",
        state=hand_over.state.value,
        reason=hand_over.reason,
        withdrawn_at=views.moment(hand_over.ended_at),
        incident_id=hand_over.incident_id,
        allowed=[],
    )


@router.post("/hand-overs/{hand_over_id}/acknowledge", **ANSWER)
async def acknowledge(
    door: Doors, request: Request, hand_over_id: str, actor: Actor, idempotency_key: IdempotencyKey = None
) -> dict[str, Any]:
    """The agency takes it on."""
    return await answer(door, request, hand_over_id, Reply.ACKNOWLEDGE, None, actor, idempotency_key)


@router.post("/hand-overs/{hand_over_id}/refuse", **ANSWER)
async def refuse(
    door: Doors,
    request: Request,
    hand_over_id: str,
    body: bodies.Reason,
    actor: Actor,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """The agency cannot; the task is open again and an operator is alerted."""
    return await answer(door, request, hand_over_id, Reply.REFUSE, body.reason, actor, idempotency_key)


@router.post("/hand-overs/{hand_over_id}/complete", **ANSWER)
async def complete(
    door: Doors, request: Request, hand_over_id: str, actor: Actor, idempotency_key: IdempotencyKey = None
) -> dict[str, Any]:
    """The agency has finished."""
    return await answer(door, request, hand_over_id, Reply.COMPLETE, None, actor, idempotency_key)


@router.get("/work-orders", **answers(list[WorkOrder]))
async def list_orders(door: Doors, state: WorkOrderState | None = None) -> list[dict[str, Any]]:
    """Work orders, newest first, with the place of their incident."""
    return await work_orders(door, [state] if state else None)


async def work_orders(door: Door, states: list[WorkOrderState] | None) -> list[dict[str, Any]]:
    """The same, for the stream's snapshot."""
    table, incident = tables.work_orders, tables.incidents
    where = (incident.c.address, incident.c.lat, incident.c.lon, incident.c.priority, incident.c.signals)
    query = select(table, *where).join(incident, incident.c.id == table.c.incident_id)
    if states:
        query = query.where(table.c.state.in_(states))
    found = await rows(door.engine, query.order_by(table.c.ordered_at.desc()).limit(500))
    return [_order_view(row) for row in found]


def _order_route(which: OrderStep, meaning: str) -> None:
    name, described = f"order_{which.name.lower()}", answers(WorkOrderReported, 404, 409)

    @router.post(f"/work-orders/{{order_id}}/{which.value}", name=name, description=meaning, **described)
    async def endpoint(
        door: Doors,
        request: Request,
        order_id: str,
        actor: Actor,
        body: bodies.OrderBody | None = None,
        idempotency_key: IdempotencyKey = None,
    ) -> dict[str, Any]:
        note, material, at = (body.note, tuple(body.material), body.at) if body else (None, (), None)

        async def act(work: Work) -> dict[str, Any]:
            case = await _case_of(work, tables.work_orders, order_id, "work order")
            after = partners.progress(work, case, case.orders[order_id], which, actor, note, material, at)
            return {"order_id": after.id, "state": after.state, "incident_id": after.incident_id}

        return await door.transact(request, idempotency_key, act)


_order_route(OrderStep.TAKE, "A crew takes it on.")
_order_route(OrderStep.START, "The crew has begun.")
_order_route(OrderStep.COMPLETE, "The crew has finished.")
_order_route(OrderStep.ALREADY_FIXED, "Nothing was left to do.")


async def _case_of(work: Work, table: Table, part_id: str, what: str) -> Case:
    incident_id = await work.conn.scalar(select(table.c.incident_id).where(table.c.id == part_id))
    case = await cases.load(work, incident_id) if incident_id else None
    if case is None:
        raise not_found(what, part_id)
    keep(work, case)
    return case


def _order_view(row: Any) -> dict[str, Any]:
    plain = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}
    words = NATURES[row["nature"]]
    return plain | {"order_id": row["id"], "nature_fr": words.fr, "nature_en": words.en}
