"""Who stands at the door: reads the badge, asks the table of `domain.access`, looks up whose an object is.

The one place that lets people in. An identity provider will bring another way to a badge, not another way in.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from pydantic import SecretStr
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.chassis import logs
from services.chassis.problems import Problem
from services.dispatch.api.origins import is_foreign
from services.dispatch.badges import Attempts, Badges, system_now
from services.dispatch.domain.access import BOUND, Own, Person, Refusal, Role, Rule, refusal, rule_of
from services.dispatch.metrics import REFUSED
from services.dispatch.settings import DispatchSettings
from services.dispatch.store.reading import read
from services.dispatch.store.tables import assignments, hand_overs, work_orders

if TYPE_CHECKING:
    from services.dispatch.api.door import Door

log = logs.get(__name__)
COOKIE = "vigie_badge"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
SAID = {
    Refusal.NOT_SIGNED_IN: (401, "Identifiez-vous / sign in", "POST /v1/session"),
    Refusal.NOT_FOR_ROLE: (403, "Pas pour ce rôle / not for this role", "Demandez au chef de salle. / Ask the lead."),
    Refusal.NOT_OWN: (403, "Pas le vôtre / not your own", "Ceci est à un autre équipage. / This is another unit's."),
    Refusal.OTHER_ORIGIN: (403, "Autre site / another site", "Ouvrez la page de Vigie. / Open Vigie's own page."),
}


@dataclass
class Gate:
    """What this process needs to know people by."""

    settings: DispatchSettings
    badges: Badges = field(init=False)
    attempts: Attempts = field(default_factory=Attempts)

    def __post_init__(self) -> None:
        """With open accounts a key for this process alone will do."""
        key = self.settings.dispatch_session_key or SecretStr(secrets.token_hex(32))
        self.badges = Badges(key, self.settings.dispatch_service_token)

    @property
    def enforced(self) -> bool:
        """False: a badge is read where there is one, nobody is asked for it."""
        return self.settings.vigie_accounts != "open"

    def person(self, request: Request, *, expired: bool = False) -> Person | None:
        """Who sends this, by bearer token or cookie."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        badge = token.strip() if kind.lower() == "bearer" else request.cookies.get(COOKIE)
        return self.badges.read(badge, system_now(), expired=expired) if badge else None


def gate_of(request: Request) -> Gate:
    """The gate of this application."""
    gate: Gate = request.app.state.gate
    return gate


async def admitted(request: Request) -> Person | None:
    """Who is let in; None only where nobody is asked (`open`). Raises Problem 401 or 403."""
    gate = gate_of(request)
    rule = rule_of(request.method, request.scope["route"].path)
    person = gate.person(request, expired=rule is not None and rule.expired_badge)
    if not gate.enforced:
        return person
    same_site(request)
    whose = await _whose(request, rule, person) if person is not None and person.role in BOUND and rule else None
    _refuse(request, refusal(person, rule, whose))
    return person


def same_site(request: Request) -> None:
    """Refuses what another site's page sends with our cookie (beside SameSite=Strict). Raises Problem 403."""
    foreign = request.method not in READING and is_foreign(request, gate_of(request).settings)
    _refuse(request, Refusal.OTHER_ORIGIN if foreign else None)


def _refuse(request: Request, why: Refusal | None) -> None:
    if why is None:
        return
    REFUSED.labels(why).inc()
    log.info("refused", reason=why, method=request.method, route=request.scope["route"].path)
    status, title, detail = SAID[why]
    raise Problem(status, why.replace("_", "-"), title, detail, reason=why)


async def _whose(request: Request, rule: Rule, person: Person) -> str | None:
    """The unit or agency that the object of this request belongs to; None if unknown."""
    if rule.own is None:
        return None
    door: Door = request.app.state.door
    if rule.own is Own.INCIDENT:
        return person.own if await _is_there(request, door.engine, person) else None
    return await WHOSE[rule.own](request, door.engine)


async def _is_there(request: Request, engine: AsyncEngine, person: Person) -> bool:
    """True if the unit was sent to that incident; a crew, if there is work for crews."""
    incident = request.path_params["incident_id"]
    table = work_orders if person.role is Role.CREW else assignments
    mine = table.c.incident_id == incident
    if person.role is not Role.CREW:
        mine = and_(mine, assignments.c.unit_id == person.own)
    return await _column(engine, table.c.id, mine) is not None


async def _of_unit(request: Request, _: AsyncEngine) -> str | None:
    return request.path_params.get("unit") or request.query_params.get("unit")


async def _of_assignment(request: Request, engine: AsyncEngine) -> str | None:
    known = request.path_params.get("assignment_id")
    return await _column(engine, assignments.c.unit_id, assignments.c.id == known)


async def _of_hand_over(request: Request, engine: AsyncEngine) -> str | None:
    known = request.path_params.get("hand_over_id")
    return await _column(engine, hand_overs.c.agency, hand_overs.c.id == known)


async def _column(engine: AsyncEngine, column: ColumnElement[str], where: ColumnElement[bool]) -> str | None:
    async def act(conn: AsyncConnection) -> str | None:
        return await conn.scalar(select(column).where(where))

    return await read(engine, act)


async def _named(request: Request, _: AsyncEngine) -> str | None:
    try:
        content = await request.json()
    except ValueError:
        return None
    unit = content.get("unit") if isinstance(content, dict) else None
    return unit if isinstance(unit, str) else None


WHOSE: dict[Own, Callable[[Request, AsyncEngine], Awaitable[str | None]]] = {
    Own.UNIT: _of_unit,
    Own.ASSIGNMENT: _of_assignment,
    Own.HAND_OVER: _of_hand_over,
    Own.NAMED: _named,
}
Admitted = Annotated[Person | None, Depends(admitted)]
Gates = Annotated[Gate, Depends(gate_of)]
