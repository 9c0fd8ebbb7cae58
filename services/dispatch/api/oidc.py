"""Signing in and out by way of the identity provider: dispatch itself exchanges the code, pages see no token.

The browser comes and goes by whole pages, so what goes wrong is said by the page that it returns to (`?entree=…`).
"""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.chassis import logs
from services.chassis.problems import Problem
from services.dispatch.api.access import COOKIE, Gate, Gates
from services.dispatch.api.door import Door, Doors
from services.dispatch.api.origins import is_secure, own_url
from services.dispatch.badges import KEPT, SHIFT, system_now
from services.dispatch.domain.access import Person, Refusal
from services.dispatch.domain.identity import Untrusted
from services.dispatch.identity.signing_in import LASTS, Begun, SignIn
from services.dispatch.identity.tokens import NotTrusted
from services.dispatch.metrics import REFUSED

log = logs.get(__name__)
router = APIRouter(prefix="/v1/session", tags=["session"])
ON_THE_WAY, IDENTITY = "vigie_signing_in", "vigie_identity"
PATH = "/v1/session"
"""Both cookies are sent to these routes only."""
PAGES = ("/", "/tablette/", "/equipe/")
MOVED: dict[int | str, dict[str, Any]] = {
    303: {"description": "to the provider, or back to the page; `?entree=` says what went wrong"},
}
NOT_HERE = Problem(404, "no-provider", "Pas de fournisseur d'identité / no identity provider", "VIGIE_ACCOUNTS=oidc")


@router.get("/begin", status_code=303, response_class=Response, responses=MOVED)
async def begin(door: Doors, gate: Gates, request: Request, page: str = "/", again: bool = False) -> Response:
    """Sends the browser to the identity provider. `again`: it asks for a password even if it knows him."""
    sign_in = _provider(gate)
    begun = Begun.new(page if page in PAGES else "/", own_url(request, door.settings) + PATH + "/callback")
    try:
        response = RedirectResponse(await sign_in.address(begun, again=again), 303)
    except NotTrusted as error:
        return _back(begun.page, error.reason)
    response.set_cookie(
        ON_THE_WAY,
        begun.sealed(gate.key, system_now()),
        max_age=int(LASTS.total_seconds()),
        path=PATH,
        httponly=True,
        # Lax: he comes back from another site.
        samesite="lax",
        secure=is_secure(request, door.settings),
    )
    return _unkept(response)


@router.get("/callback", status_code=303, response_class=Response, responses=MOVED)
async def come_back(
    door: Doors,
    gate: Gates,
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
    iss: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Where the provider sends the browser back to: the badge comes as a cookie, the same as any other."""
    sign_in, now, page = _provider(gate), system_now(), "/"
    try:
        begun = Begun.opened(request.cookies.get(ON_THE_WAY, ""), gate.key, now)
        page = begun.page
        if iss and iss != sign_in.settings.oidc_issuer:  # RFC 9207: the answer of another provider
            raise NotTrusted(Untrusted.ISSUER)
        if error or not code:
            raise NotTrusted(Untrusted.REFUSED)
        person, id_token = await sign_in.finish(begun, state, code, now)
    except NotTrusted as refused:
        return _back(page, refused.reason)
    if gate.revoked.meets(person, now.timestamp()):
        return _back(page, Refusal.REVOKED)
    response = _back(page)
    issue(response, door, gate, request, person)
    _keep(response, IDENTITY, id_token, int(SHIFT.total_seconds()), PATH, secure=is_secure(request, door.settings))
    return response


def issue(response: Response, door: Door, gate: Gate, request: Request, person: Person) -> None:
    """Puts a badge into the cookie of this browser."""
    badge = gate.badges.issue(person, system_now())
    secure = is_secure(request, door.settings)
    _keep(response, COOKIE, badge, int(KEPT.total_seconds()), "/", secure=secure)


async def leave(door: Door, gate: Gate, request: Request, response: Response) -> str | None:
    """Forgets him here; where the browser goes so that the provider does, too. None where there is nothing to do."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    id_token = request.cookies.get(IDENTITY)
    if gate.sign_in is None or id_token is None:
        return None
    response.delete_cookie(IDENTITY, path=PATH, httponly=True, samesite="strict")
    try:
        return await gate.sign_in.leaving(id_token, own_url(request, door.settings) + "/")
    except NotTrusted as error:
        log.warning("left_here_only", reason=error.reason)
        return None


def _provider(gate: Gate) -> SignIn:
    if gate.sign_in is None:
        raise NOT_HERE
    return gate.sign_in


def _back(page: str, why: Untrusted | Refusal | None = None) -> Response:
    if why is not None:
        REFUSED.labels(why).inc()
        log.info("sign_in_refused", reason=why)
    response = RedirectResponse(f"{page}?{urlencode({'entree': why.value})}" if why else page, 303)
    response.delete_cookie(ON_THE_WAY, path=PATH, httponly=True, samesite="lax")
    return _unkept(response)


def _keep(response: Response, name: str, value: str, max_age: int, path: str, *, secure: bool) -> None:
    response.set_cookie(name, value, max_age=max_age, path=path, httponly=True, samesite="strict", secure=secure)


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
