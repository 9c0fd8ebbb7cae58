"""What every route stands on: the transaction, the idempotency key, the ETag and the actor."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import ValidationError
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import logs
from services.chassis.problems import Problem
from services.dispatch.actions.intake import Times
from services.dispatch.actions.keeping import keep
from services.dispatch.api.access import Admitted
from services.dispatch.domain.incident import NotAllowed
from services.dispatch.live import Live
from services.dispatch.packs import Library
from services.dispatch.peers import Peers
from services.dispatch.settings import DispatchSettings
from services.dispatch.store import case as cases
from services.dispatch.store import tables
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work, run
from services.dispatch.timers import Timers

log = logs.get(__name__)
Act = Callable[[Work], Awaitable[dict[str, Any]]]
IdempotencyKey = Annotated[str | None, Header(max_length=200, description="the same key is answered the same again")]
ACTOR = r"^[^\x00-\x1f\x7f]*$"
"""A name in the log has no control characters: every event that names it would be refused by its schema."""
IfMatch = Annotated[str | None, Header(description="the ETag that the order rests on")]


@dataclass(frozen=True)
class Door:
    """The parts that routes use."""

    engine: AsyncEngine
    library: Library
    live: Live
    timers: Timers
    settings: DispatchSettings
    peers: Peers = field(init=False)

    def __post_init__(self) -> None:
        """Knows the other services by the settings."""
        object.__setattr__(self, "peers", Peers(self.settings.vigie_peers))

    @property
    def times(self) -> Times:
        """The times that actions need."""
        return Times(self.settings.offer, self.settings.link_within)

    async def transact(
        self, request: Request, key: str | None, act: Act, status: int = 200, *, any_body: bool = False
    ) -> dict[str, Any]:
        """Runs `act` in one transaction; under a known idempotency key its former answer is given again.

        NotAllowed becomes a 409 that names the allowed transitions. `any_body`: the key alone says that it is the
        same request.
        """
        # An empty key is none: as a key it would make all requests that bear it one and the same.
        key = key or None
        digest = await _digest(request, b"" if any_body else None) if key is not None else ""

        async def within(work: Work) -> dict[str, Any]:
            if key is None:
                return await act(work)
            await work.lock_scope(f"idempotency:{key}")
            known = await _known(work, key, digest)
            if known is not None:
                return known
            body = await act(work)
            row = {"key": key, "request": digest, "status": status, "body": body, "at": work.now}
            await work.conn.execute(insert(tables.idempotency).values(row))
            return body

        try:
            return await run(self.engine, self.library, within)
        except NotAllowed as error:
            raise conflict(error) from error
        except ValidationError as error:
            raise _not_writable(error) from error


def _not_writable(error: ValidationError) -> Problem:
    """422 for what a body's schema let pass and an event's schema does not. Nothing of it was stored."""
    errors = [
        {"place": f"{error.title}.{'.'.join(str(step) for step in each['loc'])}", "reason": each["msg"]}
        for each in error.errors(include_url=False, include_context=False, include_input=False)[:20]
    ]
    log.error("not_writable", **logs.fault(error), count=error.error_count())
    return Problem(422, "invalid", "Requête invalide / invalid request", errors=errors)


def conflict(error: NotAllowed) -> Problem:
    """409 naming what is allowed from the present state."""
    return Problem(
        409,
        "not-allowed",
        "Transition impossible / transition not allowed",
        f"« {error.wanted} » n'est pas possible depuis « {error.state} » / not possible from this state",
        state=str(error.state),
        wanted=str(error.wanted),
        allowed=[str(name) for name in error.allowed],
    )


def not_found(what: str, identifier: str) -> Problem:
    """404 for an unknown id."""
    return Problem(404, "not-found", f"{what} inconnu / unknown {what}", identifier[:128])


async def open_case(work: Work, incident_id: str, if_match: str | None) -> Case:
    """The case under lock, registered to be written. 404 if unknown, 412 with what changed if the ETag is old."""
    case = await cases.load(work, incident_id)
    if case is None:
        raise not_found("incident", incident_id)
    if if_match is not None and if_match.strip() not in {"*", etag(case)}:
        raise Problem(
            412,
            "changed",
            "Modifié entre-temps / changed meanwhile",
            "Relisez la fiche, puis recommencez. / Read the card again, then retry.",
            etag=etag(case),
            changes=await changes_since(work, case, if_match),
        )
    keep(work, case)
    return case


async def changes_since(work: Work, case: Case, if_match: str) -> list[dict[str, Any]]:
    """The operators' decisions since the revision of an old ETag."""
    table = tables.events
    query = select(table).where(table.c.incident_id == case.incident.id, table.c.actor != "system")
    found = (await work.conn.execute(query.order_by(table.c.version))).mappings()
    since = revision_of(if_match)
    return [
        {"event": row["event"], "actor": row["actor"], "reason": row["reason"], "at": row["at"].isoformat()}
        for row in found
        if row["state"].get("revision", 0) > since
    ]


def revision_of(if_match: str) -> int:
    """The revision that an entity tag of ours states, 0 for any other text: then everything has changed."""
    text = if_match.strip().strip('"')
    return int(text) if re.fullmatch(r"[0-9]{1,19}", text) else 0


def etag(case: Case) -> str:
    """The entity tag: operators' decisions only, not sources, counts or positions."""
    return f'"{case.incident.revision}"'


def actor_of(
    person: Admitted,
    x_actor: Annotated[
        str, Header(max_length=100, pattern=ACTOR, description="who orders, a pseudonymous id")
    ] = "operator",
) -> str:
    """Who gives the order: whoever is signed in. The header counts only where nobody is asked."""
    return person.account if person else x_actor.strip() or "operator"


def door_of(request: Request) -> Door:
    """The door's parts of this application."""
    door: Door = request.app.state.door
    return door


async def _known(work: Work, key: str, digest: str) -> dict[str, Any] | None:
    table = tables.idempotency
    row = (await work.conn.execute(select(table).where(table.c.key == key))).mappings().one_or_none()
    if row is None:
        return None
    if row["request"] != digest:
        raise Problem(
            422,
            "key-reused",
            "Clé d'idempotence réutilisée / idempotency key reused",
            "Use a new key for a new request.",
        )
    return dict(row["body"])


async def _digest(request: Request, instead_of_body: bytes | None) -> str:
    body = await request.body() if instead_of_body is None else instead_of_body
    content = json.dumps([request.method, request.scope["path"]]).encode() + body
    return hashlib.sha256(content).hexdigest()


def tag(response: Response, body: dict[str, Any]) -> dict[str, Any]:
    """Sets the ETag of a card that is answered."""
    response.headers["ETag"] = f'"{body["revision"]}"'
    return body


Doors = Annotated[Door, Depends(door_of)]
Actor = Annotated[str, Depends(actor_of)]
