"""`POST /v1/signals`: one object or a list, each with a result of its own."""

import asyncio
import json
from typing import Any

import orjson
from fastapi import APIRouter, Request

from schemas.vocabulary.natures import FAULTS, URGENT
from schemas.vocabulary.signals import Phase
from services.chassis.problems import Problem
from services.ingest.adapters.generic.bodies import EXAMPLE, MAX_SIGNALS, GenericSignal, Refused, SignalResult
from services.ingest.adapters.generic.understanding import understand
from services.ingest.adapters.http.answers import ERRORS, ProblemDocument, accepted
from services.ingest.adapters.http.device_gate import CHALLENGE
from services.ingest.adapters.http.door import Door, IdempotencyKey
from services.ingest.adapters.http.lenient import Read, Unusable, read_fields
from services.ingest.adapters.http.turns import Turns, begin
from services.ingest.directory import Directory

_URGENT = frozenset(nature.value for nature in URGENT)
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
    turns = Turns()

    @router.post(
        "/signals", status_code=202, responses=ERRORS, openapi_extra={"requestBody": _BODY}, summary="Signaux / signals"
    )
    async def signals(request: Request, idempotency_key: IdempotencyKey = None) -> list[SignalResult]:
        try:
            sent = _parse(await request.body())
            items = sent if isinstance(sent, list) else [sent]
            if not 1 <= len(items) <= MAX_SIGNALS:
                raise Problem(422, "invalid", INVALID, f"1 … {MAX_SIGNALS}")
        except Problem as problem:
            await door.keep(request, f"{problem.title}: {problem.detail}")
            raise
        directory = door.directory()
        async with turns.one(any(map(_may_be_urgent, items))):
            begun = await begin(
                [
                    _one(door, directory, item, request, _key(idempotency_key, number, len(items)), number)
                    for number, item in enumerate(items)
                ]
            )
        judged = await asyncio.gather(*begun)
        await _keep_doubted(door, request, judged)
        return _whole([result for result, _ in judged])

    return router


def _may_be_urgent(item: Any) -> bool:
    """Before it is understood: whatever its phase."""
    return isinstance(item, dict) and isinstance(nature := item.get("nature"), str) and nature in _URGENT


async def _one(
    door: Door, directory: Directory, item: Any, request: Request, key: str | None, number: int
) -> tuple[SignalResult, tuple[str, ...]]:
    """The result for one signal of the request, and what was doubted about it; its fault is its own."""
    try:
        found = read_signal(item)
    except Unusable as error:
        return Refused(error=_invalid(error.doubts)), error.doubts
    try:
        signal = understand(found.body, directory, door.clock.now())
        return accepted(await door.receive(signal, request, key, found.doubts, number)), found.doubts
    except Problem as problem:
        refused = Refused(error=ProblemDocument.model_validate(problem.body()))
        return refused, (f"device: {problem.kind}",) if problem.status == 401 else ()


def read_signal(item: Any) -> Read[GenericSignal]:
    """One signal. An alarm of a known nature is taken without the fields that cannot be read; a fault or a sign of life
    is not, for its device has time to do it right. Raises Unusable."""
    if not isinstance(item, dict):
        raise Unusable(("signal: no JSON object",))
    found = read_fields(item, GenericSignal)
    if found.doubts and (found.body.nature in FAULTS or found.body.phase is Phase.HEARTBEAT):
        raise Unusable(found.doubts)
    return found


async def _keep_doubted(door: Door, request: Request, judged: list[tuple[SignalResult, tuple[str, ...]]]) -> None:
    """The request's bytes are kept once, whatever number of its signals could not be read or were refused."""
    doubted = [(number, doubts) for number, (_, doubts) in enumerate(judged) if doubts]
    if doubted:
        number, doubts = doubted[0]
        await door.keep(request, f"signal {number}, and {len(doubted) - 1} more: {'; '.join(doubts[:3])}")


def _whole(results: list[SignalResult]) -> list[SignalResult]:
    """The results, or a problem where not one signal is stored: 503 if repeating may help, else 422."""
    errors = [result.error for result in results if isinstance(result, Refused)]
    if len(errors) < len(results):
        return results
    again = next((error for error in errors if error.status == 503), None)
    if again is not None:
        raise Problem(503, again.type.rsplit(":", 1)[-1], again.title, again.detail, {"Retry-After": "2"})
    first = errors[0]
    if all(error.status == 401 for error in errors):
        kind = first.type.rsplit(":", 1)[-1]
        raise Problem(401, kind, first.title, first.detail, CHALLENGE, reason=first.reason, time=first.time)
    raise Problem(422, "invalid", first.title, first.detail, errors=_by_number(errors)[:20])


def _by_number(errors: list[ProblemDocument]) -> list[dict[str, str]]:
    """What is wrong, its place led by the signal's number in the request."""
    return [
        {"place": f"{number}.{fault['place']}".rstrip("."), "reason": fault["reason"]}
        for number, error in enumerate(errors)
        for fault in error.errors or [{"place": "", "reason": error.title}]
    ]


def _parse(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        try:
            # NaN, or a number that no float holds: only that field is unreadable, and an alarm is taken without it.
            return json.loads(raw.decode("utf-8"))
        except (ValueError, RecursionError):
            raise Problem(422, "invalid", "JSON illisible / unreadable JSON", str(error)) from error


def _invalid(doubts: tuple[str, ...]) -> ProblemDocument:
    """Where and why, never the value."""
    places = [dict(zip(("place", "reason"), doubt.split(": ", 1), strict=True)) for doubt in doubts[:20]]
    return ProblemDocument(type="urn:vigie:problem:invalid", title=INVALID, status=422, errors=places)


def _key(key: str | None, number: int, total: int) -> str | None:
    """One Idempotency-Key for a list: each signal gets its own from it."""
    return key if key is None or total == 1 else f"{key}#{number}"
