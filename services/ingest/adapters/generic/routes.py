"""`POST /v1/signals`: one object or a list, each with a result of its own."""

import asyncio
from typing import Any

import orjson
from fastapi import APIRouter, Request
from pydantic import ValidationError

from services.chassis.problems import Problem
from services.ingest.adapters.generic.bodies import EXAMPLE, MAX_SIGNALS, GenericSignal, Refused, SignalResult
from services.ingest.adapters.generic.understanding import understand
from services.ingest.adapters.http.answers import ERRORS, ProblemDocument, accepted
from services.ingest.adapters.http.door import Door, IdempotencyKey
from services.ingest.directory import Directory

INVALID = "Signal invalide / invalid signal"
_ITEM = {"$ref": "#/components/schemas/GenericSignal"}
_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"anyOf": [_ITEM, {"type": "array", "items": _ITEM, "minItems": 1, "maxItems": MAX_SIGNALS}]},
            "examples": {
                "one": {"value": EXAMPLE},
                "several": {"value": [EXAMPLE, {"device": "capteur-crue-saulcy", "nature": "water"}]},
            },
        }
    },
}


def routes(door: Door) -> APIRouter:
    """The door for everything else."""
    router = APIRouter(prefix="/v1", tags=["signals"])

    @router.post(
        "/signals", status_code=202, responses=ERRORS, openapi_extra={"requestBody": _BODY}, summary="Signaux / signals"
    )
    async def signals(request: Request, idempotency_key: IdempotencyKey = None) -> list[SignalResult]:
        sent = _parse(await request.body())
        items = sent if isinstance(sent, list) else [sent]
        if not 1 <= len(items) <= MAX_SIGNALS:
            raise Problem(422, "invalid", INVALID, f"1 … {MAX_SIGNALS}")
        directory = door.directory()
        keys = [_key(idempotency_key, number, len(items)) for number in range(len(items))]
        results = await asyncio.gather(
            *(_one(door, directory, item, request, key) for item, key in zip(items, keys, strict=True))
        )
        return _whole(results)

    return router


async def _one(door: Door, directory: Directory, item: Any, request: Request, key: str | None) -> SignalResult:
    """The result for one signal of the request; its fault is its own."""
    try:
        body = GenericSignal.model_validate_json(orjson.dumps(item))
    except ValidationError as error:
        return Refused(error=_invalid(error))
    try:
        return accepted(await door.receive(understand(body, directory, door.clock.now()), request, key))
    except Problem as problem:
        return Refused(error=ProblemDocument.model_validate(problem.body()))


def _whole(results: list[SignalResult]) -> list[SignalResult]:
    """The results, or a problem where not one signal is stored: 503 if repeating may help, else 422."""
    errors = [result.error for result in results if isinstance(result, Refused)]
    if len(errors) < len(results):
        return results
    again = next((error for error in errors if error.status == 503), None)
    if again is not None:
        raise Problem(503, again.type.rsplit(":", 1)[-1], again.title, again.detail, {"Retry-After": "2"})
    first = errors[0]
    raise Problem(422, "invalid", first.title, first.detail, errors=[error.model_dump() for error in errors[:20]])


def _parse(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Problem(422, "invalid", "JSON illisible / unreadable JSON", str(error)) from error


def _invalid(error: ValidationError) -> ProblemDocument:
    """Where and why, never the value."""
    places = [
        {"place": ".".join(str(step) for step in fault["loc"]), "reason": fault["msg"]}
        for fault in error.errors(include_input=False, include_url=False)[:20]
    ]
    return ProblemDocument(type="urn:vigie:problem:invalid", title=INVALID, status=422, errors=places)


def _key(key: str | None, number: int, total: int) -> str | None:
    """One Idempotency-Key for a list: each signal gets its own from it."""
    return key if key is None or total == 1 else f"{key}#{number}"
