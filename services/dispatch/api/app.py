"""The application: all routes, problem documents, and the other door's origin allowed."""

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

from fastapi import Depends, FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.chassis import logs, problems
from services.chassis.body_limit import BodyLimit
from services.chassis.closed_door import ClosedDoor
from services.chassis.database import away
from services.chassis.health import Health
from services.chassis.operations import operations_routes, request_spans
from services.chassis.problems import Problem
from services.chassis.request_metrics import RequestMetrics
from services.dispatch.api import oidc, register, session
from services.dispatch.api.access import Gate, admitted
from services.dispatch.api.describing import describe
from services.dispatch.api.door import Door
from services.dispatch.api.origins import allowed_origins
from services.dispatch.api.pages import serve_pages
from services.dispatch.identity.signing_in import SignIn
from services.dispatch.store.register import Register

log = logs.get(__name__)
ROUTES = (
    "assignments",
    "attaching",
    "broadcasts",
    "coverage",
    "duplicates",
    "escalations",
    "incidents",
    "holds",
    "logbook",
    "maps",
    "merges",
    "partners",
    "positions",
    "presence",
    "protected",
    "recommending",
    "register",
    "reordering",
    "revocations",
    "room",
    "rosters",
    "shift",
    "streets",
    "system",
    "units",
    "welfare",
    "streaming",
)
"""Modules beside this one whose `router` only those enter whom the table of access admits; signing in is apart."""

MAX_BODY_BYTES = 16 * 1024 * 1024
"""The largest that anybody sends is a city pack with its polygons; photos have their own limit of 8 MB."""


def build(
    door: Door, health: Health, sign_in: SignIn | None = None, is_open: Callable[[], bool] = lambda: True
) -> FastAPI:
    """The application over one door; people known by `sign_in` where accounts are an identity provider's.

    Until `is_open` the API answers 503.
    """
    app = FastAPI(
        telemetry=request_spans(),
        title="Vigie dispatch",
        version=_version(),
        description="Incidents, units and assignments of an urban supervision centre. Errors are RFC 9457.",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.door = door
    app.state.gate = Gate(door.settings, sign_in)
    app.state.register = Register(door.engine)
    problems.install(app)
    app.add_exception_handler(DBAPIError, _database_failed)
    app.add_exception_handler(PoolTimeout, _database_failed)
    app.add_middleware(BodyLimit, max_bytes=MAX_BODY_BYTES)
    app.add_middleware(ClosedDoor, is_open=is_open)
    app.add_middleware(
        CORSMiddleware,
        allow_origin_regex=allowed_origins(door.settings),
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["ETag"],
    )
    app.add_middleware(RequestMetrics)
    for name in ROUTES:
        router = import_module(f"{__package__}.{name}").router
        app.include_router(router, dependencies=[Depends(admitted), Depends(register.noted)])
    app.include_router(session.router)
    app.include_router(oidc.router)
    app.include_router(operations_routes(health))
    describe(app)
    serve_pages(app, door.settings)
    return app


async def _database_failed(_: Request, error: Exception) -> Response:
    """503 while PostgreSQL is away; 422 for text that it cannot hold; anything else is our fault."""
    if away(error):
        problem = Problem(503, "database-away", "Base indisponible / database away", "Réessayez / try again.")
        return JSONResponse(problem.body(), 503, {"Retry-After": "1"}, problems.MEDIA_TYPE)
    if isinstance(error, DataError):
        problem = Problem(422, "unstorable", "Texte refusé / text refused", "Leave out control characters.")
        return JSONResponse(problem.body(), 422, media_type=problems.MEDIA_TYPE)
    log.error("database_failed", exc_info=error)
    problem = Problem(500, "fault", "Erreur interne / internal error", "Réessayez / try again.")
    return JSONResponse(problem.body(), 500, media_type=problems.MEDIA_TYPE)


def _version() -> str:
    try:
        return version("vigie")
    except PackageNotFoundError:
        return "development"
