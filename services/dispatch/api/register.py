"""The access register: written by every door that shows something about people, read by the auditor."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy import ColumnElement, cast, select
from sqlalchemy.dialects.postgresql import JSONB

from schemas.wire import Identifier, Instant
from services.chassis.problems import Problem
from services.dispatch.api.access import Admitted
from services.dispatch.api.answers.register import RegisterPage
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Doors
from services.dispatch.domain.access import Role
from services.dispatch.domain.access_register import SHOWN, Entry, Line, Seen
from services.dispatch.store.register import Full, Register, page_of
from services.dispatch.store.tables import access_register

router = APIRouter(prefix="/v1/access-register", tags=["access"])
LONGEST = 500
"""Characters of a reason or a filter that are kept."""


async def noted(request: Request, person: Admitted) -> None:
    """Writes down who is about to see what; what that waits for is said in `store.register`.

    Our own processes are left out: they ask for readiness, not to look at people.
    """
    what = SHOWN.get(f"{request.method} {request.scope['route'].path}")
    if what is None or (person is not None and person.role is Role.SERVICE):
        return
    register: Register = request.app.state.register
    try:
        await register.note(_entry(request, what, person))
    except Full as error:
        title = "Registre des accès en retard / access register behind"
        raise Problem(503, "register-full", title, "Réessayez / try again.", {"Retry-After": "5"}) from error


def _entry(request: Request, what: Seen, person: Admitted) -> Entry:
    asked = {name: value[:LONGEST] for name, value in request.query_params.items() if name != "reason"}
    reason = request.query_params.get("reason")
    return Entry(
        what,
        person.account if person else "nobody-asked",
        person.role.value if person else None,
        person.own if person else None,
        next(iter(request.path_params.values()), None),
        asked or None,
        reason[:LONGEST] if reason else None,
    )


@router.get("", **answers(RegisterPage))
async def read_register(
    door: Doors,
    since: Instant | None = None,
    until: Instant | None = None,
    actor: Annotated[Identifier | None, Query(description="an account")] = None,
    what: Seen | None = None,
    about: Annotated[str | None, Query(max_length=200, description="id of an incident or attachment")] = None,
    before: Annotated[int | None, Query(ge=1, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> dict[str, Any]:
    """Who saw or exported what, newest first. Reading this is written down as well."""
    table = access_register
    said = cast(table.c.entry, JSONB)
    wanted: list[ColumnElement[bool]] = []
    if since is not None:
        wanted.append(table.c.at >= since)
    if until is not None:
        wanted.append(table.c.at < until)
    if before is not None:
        wanted.append(table.c.position < before)
    for name, value in (("actor", actor), ("what", what), ("object", about)):
        if value is not None:
            wanted.append(said[name].astext == value)
    found = await page_of(door.engine, select(table).where(*wanted).order_by(table.c.position.desc()).limit(limit))
    following = found[-1].position if len(found) == limit else None
    return {"entries": [_view(line) for line in found], "next": following}


def _view(line: Line) -> dict[str, Any]:
    said = json.loads(line.text)
    names = ("what", "actor", "role", "own", "object", "asked", "reason")
    told = {"position": line.position, "at": line.at.isoformat(), "hash": line.hash.hex()}
    return {name: said.get(name) for name in names} | told
