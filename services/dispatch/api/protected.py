"""Protected persons' addresses: set by the room with an end, listed, and ended."""

from typing import Any

from fastapi import APIRouter, Request, Response

from schemas.pack.geometry import contains, distance_m
from services.chassis.problems import Problem
from services.dispatch.actions import protecting
from services.dispatch.api import bodies
from services.dispatch.api.answers.protected import ProtectedAddress, ProtectedAddressSet
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Actor, Doors, IdempotencyKey, not_found
from services.dispatch.api.room import centre_of
from services.dispatch.packs import Book
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1/protected-addresses", tags=["room"])
FAR_M = 20_000.0
"""Farther than this from every corner of every sector an address is a slip: it would protect nobody."""


@router.get("", **answers(list[ProtectedAddress]))
async def list_addresses(door: Doors, request: Request) -> list[dict[str, Any]]:
    """Protected addresses in force, the first to end first."""

    async def act(work: Work) -> dict[str, Any]:
        return {"addresses": await protecting.in_force(work)}

    found: list[dict[str, Any]] = (await door.transact(request, None, act))["addresses"]
    return found


@router.post("", **answers(ProtectedAddressSet, status=201))
async def add_address(
    door: Doors,
    request: Request,
    body: bodies.ProtectedAddressBody,
    actor: Actor,
    idempotency_key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Protects an address until `ends_at`: incidents there go by the run cards for it, officers read what is said.

    Neither place nor text is answered: answers are kept for a day for their idempotency key.
    """

    async def act(work: Work) -> dict[str, Any]:
        if body.ends_at <= work.now:
            raise Problem(422, "ends-before-start", "Fin déjà passée / already over", "Give a later `ends_at`.")
        centre = await centre_of(work, body.centre)
        book = await work.book(centre)
        if book is not None and _far(book, body.lat, body.lon):
            title = "Position hors du centre / position outside the centre"
            raise Problem(422, "position", title, "Check `lat` and `lon`: they may be swapped.")
        return await protecting.add(
            work,
            centre=centre,
            lat=body.lat,
            lon=body.lon,
            radius_m=body.radius_m,
            instructions=body.instructions,
            ends_at=body.ends_at,
            actor=actor,
        )

    return await door.transact(request, idempotency_key, act, 201)


@router.delete("/{address_id}", **answers(None, 404, status=204))
async def end_address(door: Doors, request: Request, address_id: str) -> Response:
    """Ends the protection now and erases what was to be known there."""

    async def act(work: Work) -> dict[str, Any]:
        if not await protecting.end(work, address_id):
            raise not_found("protected address", address_id)
        return {}

    await door.transact(request, None, act)
    return Response(status_code=204)


def _far(book: Book, lat: float, lon: float) -> bool:
    polygons = [sector.polygon for sector in book.pack.sectors]
    inside = any(contains(polygon, (lat, lon)) for polygon in polygons)
    corners = [corner for polygon in polygons for corner in polygon]
    return bool(corners) and not inside and min(distance_m((lat, lon), corner) for corner in corners) > FAR_M
