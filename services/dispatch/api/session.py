"""Signing in and out, and the doors: what a page asks before anything else."""

import hmac
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.problems import Problem
from services.dispatch.accounts import accounts
from services.dispatch.api import bodies, oidc
from services.dispatch.api.access import SAID, Gate, Gates, same_site
from services.dispatch.api.answers.session import DoorsShown, SessionEnded, SessionShown
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Door, Doors
from services.dispatch.api.origins import doors_for
from services.dispatch.badges import system_now
from services.dispatch.domain.access import Person, Refusal
from services.dispatch.packs import Book
from services.dispatch.store.reading import read
from services.dispatch.store.tables import current_packs

router = APIRouter(prefix="/v1", tags=["session"])


@router.get("/doors", **answers(DoorsShown))
async def read_doors(door: Doors, request: Request) -> dict[str, Any]:
    """The addresses of all dispatch processes, as this client reaches them; each answers alike."""
    return {"doors": doors_for(request, door.settings)}


@router.get("/session", **answers(SessionShown))
async def read_session(door: Doors, gate: Gates, request: Request) -> dict[str, Any]:
    """Who is signed in, and who may."""
    shown = await _shown(door, gate, await gate.person(request))
    return shown | {"revoked": await gate.is_revoked(request)}


@router.post("/session", **answers(SessionShown, 401, 429))
async def sign_in(
    door: Doors, gate: Gates, request: Request, response: Response, body: bodies.SigningIn
) -> dict[str, Any]:
    """Signs in for a shift of twelve hours. The badge comes as a cookie; other clients send it as a bearer token."""
    same_site(request)
    if gate.sign_in is not None:
        title = "Entrez par le fournisseur d'identité / sign in by the identity provider"
        raise Problem(401, "by-provider", title, "GET /v1/session/begin")
    now = system_now()
    person = next((known for known in accounts(await _books(door)) if known.account == body.account), None)
    if person is not None and (wait := gate.attempts.wait_s(person.account, now)):
        raise Problem(
            429, "wait", "Trop d'essais / too many attempts", f"{wait} s", {"Retry-After": str(wait)}, wait_s=wait
        )
    if person is None or not _is_pin(gate, body.pin.get_secret_value()):
        if person is not None:
            gate.attempts.wrong(person.account, now)
        raise Problem(401, "wrong-pin", "Compte ou code inconnu / unknown account or PIN", "Vérifiez / check both.")
    gate.attempts.right(person.account)
    if gate.revoked.meets(person, now.timestamp()):
        status, title, detail = SAID[Refusal.REVOKED]
        raise Problem(status, Refusal.REVOKED, title, detail, reason=Refusal.REVOKED)
    oidc.issue(response, door, gate, request, person)
    return await _shown(door, gate, person)


@router.delete("/session", **answers(SessionEnded))
async def sign_out(door: Doors, gate: Gates, request: Request, response: Response) -> dict[str, Any]:
    """Takes the badge off this browser. Where a provider knows him, too, `continue_at` is where he signs out there."""
    same_site(request)
    return {"continue_at": await oidc.leave(door, gate, request, response)}


def _is_pin(gate: Gate, given: str) -> bool:
    """With open accounts and no PIN set, any will do: nothing is protected by it."""
    pin = gate.settings.vigie_demo_pin
    if pin is None:
        return not gate.enforced
    return hmac.compare_digest(given.encode(), pin.get_secret_value().encode())


async def _shown(door: Door, gate: Gate, person: Person | None) -> dict[str, Any]:
    books = await _books(door)
    return {
        "accounts": gate.settings.vigie_accounts,
        "person": _person_view(person) if person else None,
        "revoked": False,
        "choices": [] if gate.sign_in else [_person_view(known) for known in accounts(books)],
        "centres": [_centre_view(book) for book in books],
        "now": system_now().isoformat(),
    }


async def _books(door: Door) -> list[Book]:
    """The packs in force, by centre."""

    async def act(conn: AsyncConnection) -> list[Book | None]:
        centres = (await conn.execute(select(current_packs.c.centre).order_by(current_packs.c.centre))).scalars().all()
        return [await door.library.current(conn, centre) for centre in centres]

    return [book for book in await read(door.engine, act) if book is not None]


def _person_view(person: Person) -> dict[str, Any]:
    return {
        "account": person.account,
        "name": person.name,
        "role": person.role,
        "unit": person.unit,
        "agency": person.agency,
    }


def _centre_view(book: Book) -> dict[str, Any]:
    centre = book.pack.centre
    return {"code": centre.code, "name": centre.name, "timezone": centre.timezone, "exercise": centre.exercise}
