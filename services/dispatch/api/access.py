"""Who stands at the door: reads the badge, asks the table of `domain.access`, looks up whose an object is.

The one place that lets people in: by a badge of ours, or by an access token of the identity provider.
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
from services.dispatch.badges import Attempts, Badges, Shown, system_now
from services.dispatch.domain.access import BOUND, Doubt, Own, Person, Refusal, Role, Rule, doubt_of, refusal, rule_of
from services.dispatch.domain.identity import KNOWN_BUT_NOT_ALLOWED, Untrusted
from services.dispatch.domain.revoking import Revoked
from services.dispatch.identity.signing_in import SignIn
from services.dispatch.identity.tokens import NotTrusted
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
    Refusal.REVOKED: (401, "Accès retiré / access withdrawn", "Voyez le chef de salle. / See the shift lead."),
}
ASK_HIM = "Demandez à qui gère les comptes. / Ask whoever manages accounts."
NO_PART = {
    Untrusted.NO_ROLE: "Aucun rôle dans Vigie / no role in Vigie",
    Untrusted.NO_UNIT: "Aucun équipage n'est nommé / no unit is named",
    Untrusted.NO_AGENCY: "Aucun organisme n'est nommé / no agency is named",
}


@dataclass
class Gate:
    """What this process needs to know people by."""

    settings: DispatchSettings
    sign_in: SignIn | None = None
    """The identity provider, where there is one."""
    revoked: Revoked = field(default_factory=Revoked)
    key: SecretStr = field(init=False)
    badges: Badges = field(init=False)
    attempts: Attempts = field(default_factory=Attempts)

    def __post_init__(self) -> None:
        """With open accounts a key for this process alone will do."""
        self.key = self.settings.dispatch_session_key or SecretStr(secrets.token_hex(32))
        self.badges = Badges(self.key, self.settings.dispatch_service_token)

    @property
    def enforced(self) -> bool:
        """False: a badge is read where there is one, nobody is asked for it."""
        return self.settings.vigie_accounts != "open"

    async def known(self, request: Request, *, expired: bool = False) -> Shown | None:
        """Who sends this, by bearer token or cookie; None if nobody or not known. Raises NotTrusted for a token."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        by_token = kind.lower() == "bearer"
        badge = token.strip() if by_token else request.cookies.get(COOKIE)
        if not badge:
            return None
        now = system_now()
        shown = self.badges.shown(badge, now, expired=expired)
        if shown is None and by_token and self.sign_in is not None and not self.badges.shown(badge, now, expired=True):
            return Shown(*await self.sign_in.bearer(badge, now))
        return shown

    async def person(self, request: Request) -> Person | None:
        """Who is signed in here, if he still counts. For pages that ask before they show anything."""
        try:
            shown = await self.known(request)
        except NotTrusted:
            return None
        return shown.person if shown and not self.revoked.meets(shown.person, shown.issued_at) else None

    async def is_revoked(self, request: Request) -> bool:
        """True if this browser holds a badge that was taken back, however old."""
        try:
            shown = await self.known(request, expired=True)
        except NotTrusted:
            return False
        return shown is not None and self.revoked.meets(shown.person, shown.issued_at)


def gate_of(request: Request) -> Gate:
    """The gate of this application."""
    gate: Gate = request.app.state.gate
    return gate


async def admitted(request: Request) -> Person | None:
    """Who is let in; None only where nobody is asked (`open`). Raises Problem 401 or 403."""
    rule = rule_of(request.method, request.scope["route"].path)
    if rule is None or not rule.never_refused:
        return await _checked(request, rule)
    try:
        return await _checked(request, rule)
    except Problem as problem:
        request.state.doubt = doubt_of(str(problem.extra["reason"]))
        return None


async def _checked(request: Request, rule: Rule | None) -> Person | None:
    gate = gate_of(request)
    try:
        shown = await gate.known(request, expired=rule is not None and rule.never_refused)
    except NotTrusted as error:
        if not gate.enforced:
            return None
        raise _untrusted(request, error.reason) from error
    person = shown.person if shown else None
    if not gate.enforced:
        return person
    same_site(request)
    if shown is None and await gate.is_revoked(request):
        _refuse(request, Refusal.REVOKED)  # run out as well: the page must forget all the same
    if shown is not None and gate.revoked.meets(shown.person, shown.issued_at):
        _refuse(request, Refusal.REVOKED)
    request.state.shown = shown
    whose = await _whose(request, rule, person) if person is not None and person.role in BOUND and rule else None
    _refuse(request, refusal(person, rule, whose))
    return person


def doubt_about(request: Request) -> Doubt | None:
    """Why whoever sends this would have been refused anywhere else; None if he is let in as himself."""
    doubt: Doubt | None = getattr(request.state, "doubt", None)
    return doubt


def same_site(request: Request) -> None:
    """Refuses what another site's page sends with our cookie (beside SameSite=Strict). Raises Problem 403."""
    foreign = request.method not in READING and is_foreign(request, gate_of(request).settings)
    _refuse(request, Refusal.OTHER_ORIGIN if foreign else None)


def _refuse(request: Request, why: Refusal | None) -> None:
    if why is None:
        return
    REFUSED.labels(why).inc()
    log.info("request_refused", reason=why, method=request.method, route=request.scope["route"].path)
    status, title, detail = SAID[why]
    raise Problem(status, why.replace("_", "-"), title, detail, reason=why)


def _untrusted(request: Request, why: Untrusted) -> Problem:
    """What to answer to a token that is not trusted (RFC 6750), or to one whose person has no part here."""
    REFUSED.labels(why).inc()
    log.info("request_refused", reason=why, method=request.method, route=request.scope["route"].path)
    if why is Untrusted.AWAY:
        title = "Fournisseur d'identité indisponible / identity provider away"
        return Problem(503, "provider-away", title, "Réessayez / try again.", {"Retry-After": "5"}, reason=why)
    if why in KNOWN_BUT_NOT_ALLOWED:
        return Problem(403, why.replace("_", "-"), NO_PART[why], ASK_HIM, reason=why)
    status, title, detail = SAID[Refusal.NOT_SIGNED_IN]
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return Problem(status, "not-signed-in", title, detail, challenge, reason=why)


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
