"""The application: all routes, problem documents, and the other door's origin allowed."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.chassis import logs, problems
from services.chassis.database import away
from services.chassis.health import Health
from services.chassis.operations import operations_routes, request_spans
from services.chassis.problems import Problem
from services.dispatch.api import (
    assignments,
    escalations,
    incidents,
    merges,
    partners,
    protected,
    room,
    streaming,
    units,
)
from services.dispatch.api.describing import describe
from services.dispatch.api.door import Door

log = logs.get(__name__)
LOOPBACK = r"http://(127\.0\.0\.1|localhost)(:\d+)?"


def build(door: Door, health: Health) -> FastAPI:
    """The application over one door."""
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
    problems.install(app)
    app.add_exception_handler(DBAPIError, _database_failed)
    app.add_exception_handler(PoolTimeout, _database_failed)
    app.add_middleware(
        CORSMiddleware,
        allow_origin_regex=LOOPBACK,
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["ETag"],
    )
    for part in (incidents, merges, escalations, assignments, units, partners, room, protected, streaming):
        app.include_router(part.router)
    app.include_router(operations_routes(health))
    describe(app)
    _serve_pages(app, door.settings.vigie_pages_dir)
    return app


def _serve_pages(app: FastAPI, folder: Path) -> None:
    if folder.is_dir():
        app.mount("/", StaticFiles(directory=folder, html=True), name="pages")


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
