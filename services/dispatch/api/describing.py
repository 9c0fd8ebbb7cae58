"""The OpenAPI document: what each route answers, and that every error is a problem document (RFC 9457)."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from services.chassis.problems import MEDIA_TYPE
from services.dispatch.api.answers.problem import ProblemDocument
from services.dispatch.api.answers.streaming import EVENTS

MEANINGS = {
    401: "nobody is signed in",
    403: "not for this role, or not one's own; `reason` says which",
    404: "unknown id",
    409: "not possible from the present state; `allowed` names what is",
    412: "changed since the ETag in If-Match; `changes` says what",
    413: "too large",
    415: "not of a kind that is taken",
    422: "wrong input, or an idempotency key that was used for another request",
    429: "too many attempts; Retry-After says how long to wait",
}
EVERYWHERE = (401, 403, 422)
PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def answers(model: Any, *problems: int, status: int = 200, also: int | None = None) -> dict[str, Any]:
    """Arguments for a route that answers `model` under `status` (and `also`), or one of these problems."""
    described: dict[int | str, dict[str, Any]] = {known: _problem(known) for known in problems}
    for good in filter(None, (status, also)):
        described[good] = {"model": model} if model is not None else {"description": "done"}
    return {"response_model": None, "responses": described, "status_code": status}


def _problem(status: int) -> dict[str, Any]:
    return {"description": MEANINGS[status], "content": PROBLEM}


def describe(app: FastAPI) -> None:
    """Completes what FastAPI derives: each operation may answer 422, 413 to a body, by default another problem."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            derived = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            app.openapi_schema = _completed(derived)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _completed(schema: dict[str, Any]) -> dict[str, Any]:
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        components.pop(unused, None)
    for name, shape in _of_the_stream().items():
        components.setdefault(name, shape)
    components["Problem"] = ProblemDocument.model_json_schema() | {"title": "Problem"}
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            if path.startswith("/v1/"):
                operation["responses"] |= {str(status): _problem(status) for status in EVERYWHERE}
                if "requestBody" in operation:
                    operation["responses"].setdefault("413", _problem(413))
                operation["responses"]["default"] = {"description": "another error", "content": PROBLEM}
    return schema


def _of_the_stream() -> dict[str, Any]:
    """OpenAPI 3.1 has no place for the events of a stream: their shapes stand among the schemas, by name."""
    wanted = [(model, "validation") for model in EVENTS]
    _, found = models_json_schema(wanted, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    return dict(found["$defs"])
