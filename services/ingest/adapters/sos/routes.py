"""`POST /v1/sos`, `/v1/sos/{id}/positions`, `/v1/sos/{id}/cancel`."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Path, Request

from services.ingest.adapters.http.answers import ERRORS, described_body
from services.ingest.adapters.http.door import Door, IdempotencyKey
from services.ingest.adapters.http.lenient import Read, read
from services.ingest.adapters.sos.bodies import SosAccepted, SosCall, SosCancel, SosPosition
from services.ingest.adapters.sos.understanding import SosReader
from services.ingest.reception import Receipt

SosId = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
MADE_IDS = uuid.UUID("9d3d8f0e-57a5-5b0c-8f1e-0c2f3a1b7e55")


def routes(door: Door, reader: SosReader) -> APIRouter:
    """The app's door."""
    router = APIRouter(prefix="/v1/sos", tags=["sos"])

    @router.post("", status_code=202, responses=ERRORS, summary="SOS", openapi_extra=described_body(SosCall))
    async def sos(request: Request, idempotency_key: IdempotencyKey = None) -> list[SosAccepted]:
        raw = await request.body()
        found = read(raw, SosCall)
        sos_id = found.body.sos_id or made_id(idempotency_key or (raw.hex() if found.doubts else None))
        signal = reader.call(sos_id, found.body, raw, door.directory(), door.clock.now())
        return [_answer(await door.receive(signal, request, idempotency_key, found.doubts), sos_id)]

    @router.post(
        "/{sos_id}/positions",
        status_code=202,
        responses=ERRORS,
        summary="Position suivante / next position",
        openapi_extra=described_body(SosPosition),
    )
    async def position(sos_id: SosId, request: Request, idempotency_key: IdempotencyKey = None) -> list[SosAccepted]:
        raw = await request.body()
        found = read(raw, SosPosition)
        signal = reader.position(sos_id, found.body, raw, door.directory(), door.clock.now())
        return [_answer(await door.receive(signal, request, idempotency_key, found.doubts), sos_id)]

    @router.post(
        "/{sos_id}/cancel",
        status_code=202,
        responses=ERRORS,
        summary="Annulation / cancel",
        openapi_extra=described_body(SosCancel, required=False),
    )
    async def cancel(sos_id: SosId, request: Request, idempotency_key: IdempotencyKey = None) -> list[SosAccepted]:
        raw = await request.body()
        found = read(raw, SosCancel) if raw else Read(SosCancel())
        signal = reader.cancel(sos_id, found.body, raw, door.directory(), door.clock.now())
        return [_answer(await door.receive(signal, request, idempotency_key, found.doubts), sos_id)]

    return router


def made_id(key: str | None) -> str:
    """An `sos_id` of ours: a repeat under the same key gets the same one, else each is new.

    The key is the request's Idempotency-Key, or its bytes where not all of them could be read: the app's own `sos_id`
    may be among what was left out, and its repeat must not be a second SOS.
    """
    return str(uuid.uuid4() if key is None else uuid.uuid5(MADE_IDS, key))


def _answer(receipt: Receipt, sos_id: str) -> SosAccepted:
    return SosAccepted(signal_id=receipt.signal_id, repeat=receipt.repeat, sos_id=sos_id)
