"""The HTTP application: all HTTP doors, health, metrics, OpenAPI."""

from collections.abc import Iterable

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from services.chassis.body_limit import BodyLimit
from services.chassis.health import Health
from services.chassis.operations import operations_routes, request_spans
from services.chassis.problems import install
from services.chassis.request_metrics import RequestMetrics
from services.ingest.adapters.http.answers import ProblemDocument

DESCRIPTION = """Portes HTTP des capteurs : bornes d'appel, SOS de l'application, tout autre capteur.
/ HTTP doors for devices: call kiosks, app SOS, any other sensor.

Un 202 signifie : enregistré durablement. Un 503 : répétez la même requête.
/ 202 means durable. 503 means: repeat the same request."""


def build(
    health: Health, doors: Iterable[APIRouter], max_body_bytes: int, models: Iterable[type[BaseModel]] = ()
) -> FastAPI:
    """The application; connects to nothing. `models` are what doors read by themselves, for the document."""
    app = FastAPI(
        title="Vigie ingest",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        telemetry=request_spans(),
    )
    install(app)
    for door in doors:
        app.include_router(door)
    app.include_router(operations_routes(health))
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes)
    app.add_middleware(RequestMetrics)
    app.openapi_schema = _openapi(app, [ProblemDocument, *models])
    return app


def _openapi(app: FastAPI, models: Iterable[type[BaseModel]]) -> dict[str, object]:
    """The generated document with the schemas that it refers to but that no route declares."""
    document = app.openapi()
    components = document.setdefault("components", {}).setdefault("schemas", {})
    for model in models:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        components.update(schema.pop("$defs", {}))
        components[model.__name__] = schema
    return document
