"""Streets: what travel times rest on, and closures and speeds while running."""

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.problems import Problem
from services.dispatch.actions import street_changing
from services.dispatch.actions.street_changing import Wanted
from services.dispatch.api.answers.streets import StreetChangeShown, StreetsShown
from services.dispatch.api.centre import centre_among
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Actor, Door, Doors, IdempotencyKey, not_found
from services.dispatch.api.street_bodies import StreetChangeBody
from services.dispatch.domain.travelling import Basis
from services.dispatch.networks import STRAIGHT, Network, Networks
from services.dispatch.store.reading import read, rows
from services.dispatch.store.tables import current_packs
from services.dispatch.store.work import Work
from services.dispatch.street_watch import bring_up_to_date
from services.dispatch.travel.changes import Named, StreetChange
from services.dispatch.travel.errors import UnknownStreet
from services.dispatch.travel.near_names import near_names
from services.dispatch.travel.streets import StreetTravel

router = APIRouter(prefix="/v1", tags=["streets"])
BASIS = {
    Basis.STREETS: ("par la route", "by road"),
    Basis.SCHEMATIC_STREETS: ("par la route, schématique", "by road, schematic"),
    Basis.STRAIGHT_LINE: ("à vol d'oiseau, estimé", "straight line, estimated"),
}


@router.get("/streets", **answers(list[StreetsShown], 404))
async def list_streets(door: Doors, centre: str | None = None) -> list[dict[str, Any]]:
    """What travel times rest on in this process, by centre: streets, engine, extract, changes in force."""
    packs = await _packs(door)
    if centre is not None and centre not in packs:
        raise not_found("centre", centre)
    wanted = sorted(packs) if centre is None else [centre]
    return [_shown(name, packs[name], door.library.networks) for name in wanted]


@router.get("/street-changes", **answers(list[StreetChangeShown]))
async def list_changes(door: Doors, centre: str | None = None) -> list[dict[str, Any]]:
    """Closures and speeds in force or to come, the first to begin first."""
    found = await rows(door.engine, street_changing.unfinished())
    return [street_changing.view(row) for row in found if centre in {None, row["centre"]}]


@router.post("/street-changes", **answers(StreetChangeShown, 409, status=201))
async def add_change(
    door: Doors, request: Request, body: StreetChangeBody, actor: Actor, idempotency_key: IdempotencyKey = None
) -> dict[str, Any]:
    """Closes streets or gives them another speed, from now or `starts_at` until `ends_at`. The next decision sees it.

    An unknown street is refused with names that look like it.
    """
    packs = await _packs(door)
    centre = centre_among(sorted(packs), body.centre)
    wanted = _wanted(body)
    await _must_exist(door, packs[centre], wanted.on_streets())

    async def act(work: Work) -> dict[str, Any]:
        if wanted.ends_at <= max(work.now, wanted.starts_at or work.now):
            raise Problem(422, "ends-before-start", "Fin passée / ends too early", "Give a later `ends_at`.")
        return await street_changing.add(work, centre=centre, wanted=wanted, actor=actor)

    made = await door.transact(request, idempotency_key, act, 201)
    await bring_up_to_date(door.engine, door.library)
    return made


@router.delete("/street-changes/{change_id}", **answers(None, 404, status=204))
async def end_change(door: Doors, request: Request, change_id: str) -> Response:
    """Ends a change now."""

    async def act(work: Work) -> dict[str, Any]:
        if not await street_changing.end(work, change_id):
            raise not_found("street change", change_id)
        return {}

    await door.transact(request, None, act)
    await bring_up_to_date(door.engine, door.library)
    return Response(status_code=204)


async def _packs(door: Door) -> dict[str, str]:
    async def act(conn: AsyncConnection) -> dict[str, str]:
        packs = {row.centre: row.version for row in await conn.execute(select(current_packs))}
        for centre, version in packs.items():
            await door.library.version(conn, centre, version)
        return packs

    return await read(door.engine, act)


def _wanted(body: StreetChangeBody) -> Wanted:
    return Wanted(
        streets=body.streets.model_dump(mode="json"),
        closed=body.closed,
        speed_kmh=body.speed_kmh,
        factor=body.factor,
        profiles=tuple(dict.fromkeys(body.profiles)),
        reason=body.reason,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
    )


async def _must_exist(door: Door, version: str, change: StreetChange) -> None:
    """409 where the centre has no streets, 503 while they are being prepared, 422 where the change finds none."""
    network = await door.library.networks.ready(version)
    if network is None:
        said = "Les rues sont en préparation ; réessayez. / The streets are being prepared; try again."
        raise Problem(503, "streets-not-ready", "Rues en préparation / streets not ready", said)
    travel = network.travel
    if not isinstance(travel, StreetTravel):
        said = "Donnez au pack des rues ou une carte (street_extract). / Give the pack streets or an extract."
        raise Problem(409, "no-streets", "Centre sans rues / centre without streets", said)
    try:
        if await asyncio.to_thread(travel.reach_of, change):
            return
    except UnknownStreet as unknown:
        raise await _unknown(travel, unknown.street, by_name=isinstance(change.where, Named)) from unknown
    said = "Déplacez ou élargissez le cercle. / Move or widen the circle."
    raise Problem(422, "no-street-there", "Aucune rue à cet endroit / no street there", said)


async def _unknown(travel: StreetTravel, street: str, *, by_name: bool) -> Problem:
    known = travel.graph.names if by_name else travel.graph.streets
    near = await asyncio.to_thread(near_names, street, known)
    title = f"Rue inconnue : {street[:128]} / unknown street"
    said = "Choisissez dans `near`, ou donnez `around`. / Choose from `near`, or give `around`."
    return Problem(422, "unknown-street", title, said, street=street[:128], near=near)


def _shown(centre: str, version: str, networks: Networks) -> dict[str, Any]:
    network = networks.held(version)
    travel = network.travel if network else STRAIGHT
    french, english = BASIS[travel.basis]
    streets = travel if isinstance(travel, StreetTravel) else None
    return {
        "centre": centre,
        "pack_version": version,
        "preparing": networks.preparing(version),
        "basis": travel.basis,
        "basis_fr": french,
        "basis_en": english,
        "engine": streets.engine if streets else None,
        "nodes": streets.graph.node_count if streets else 0,
        "arcs": streets.graph.arc_count if streets else 0,
        "extract": _extract(network) if network else None,
        "changes": [change.id for change in streets.changes] if streets else [],
        "unmatched": list(network.unmatched) if network else [],
    }


def _extract(network: Network) -> dict[str, Any] | None:
    if network.extract is None or network.located is None:
        return None
    named, located = network.extract, network.located
    return {"file": named.file, "sha256": named.sha256, "state": located.state, "advice": network.advice}
