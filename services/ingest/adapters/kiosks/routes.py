"""`POST /v1/kiosks/{kiosk}/calls` and `/heartbeat`."""

from datetime import datetime

from fastapi import APIRouter, Request

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Flag, Phase
from services.ingest.adapters.http.answers import ERRORS, Accepted, accepted, described_body
from services.ingest.adapters.http.door import DeviceId, Door, IdempotencyKey
from services.ingest.adapters.http.lenient import Read, Unusable, read
from services.ingest.adapters.kiosks.bodies import KioskCall, KioskHeartbeat
from services.ingest.directory import Directory
from services.ingest.domain.clocks import aware, time_flags
from services.ingest.domain.signal import Understood


def routes(door: Door) -> APIRouter:
    """The kiosk door."""
    router = APIRouter(prefix="/v1/kiosks", tags=["kiosks"])

    @router.post(
        "/{kiosk}/calls",
        status_code=202,
        responses=ERRORS,
        summary="Appel d'une borne / kiosk call",
        openapi_extra=described_body(KioskCall),
    )
    async def call(kiosk: DeviceId, request: Request, idempotency_key: IdempotencyKey = None) -> list[Accepted]:
        raw, now = await request.body(), door.clock.now()
        doubts: tuple[str, ...]
        try:
            found = read(raw, KioskCall)
            signal, doubts = understand_call(kiosk, found.body, raw, door.directory(), now), found.doubts
        except Unusable as unusable:
            signal, doubts = unknown_press(kiosk, raw, door.directory()), unusable.doubts
        return [accepted(await door.receive(signal, request, idempotency_key, doubts))]

    @router.post(
        "/{kiosk}/heartbeat",
        status_code=202,
        responses=ERRORS,
        summary="Signe de vie / heartbeat",
        openapi_extra=described_body(KioskHeartbeat, required=False),
    )
    async def heartbeat(kiosk: DeviceId, request: Request) -> list[Accepted]:
        raw = await request.body()
        found = read(raw, KioskHeartbeat) if raw else Read(KioskHeartbeat())
        signal = understand_heartbeat(kiosk, aware(found.body.at), door.directory())
        return [accepted(await door.receive(signal, request, doubts=found.doubts))]

    return router


def unknown_press(kiosk: str, raw: bytes, directory: Directory) -> Understood:
    """Someone pressed, and the kiosk's message does not say which button: an operator finds out."""
    known = directory.device(kiosk)
    return Understood(
        device=kiosk,
        device_kind=DeviceKind.KIOSK,
        place=known.place if known is not None else directory.unplaced(),
        nature=Nature.UNKNOWN_ALARM,
        content=raw,
        zone_place=known.device.name if known is not None else None,
        flags=(*(() if known is not None else directory.unknown_device), Flag.UNKNOWN_CODE),
    )


def understand_call(kiosk: str, body: KioskCall, raw: bytes, directory: Directory, now: datetime) -> Understood:
    """The signal of a press; an unknown kiosk's is flagged, never refused."""
    at = aware(body.at)
    known = directory.device(kiosk)
    return Understood(
        device=kiosk,
        device_kind=DeviceKind.KIOSK,
        place=known.place if known is not None else directory.unplaced(),
        nature=body.nature.nature,
        content=raw,
        mark=body.call_id,
        device_at=at,
        zone_place=known.device.name if known is not None else None,
        flags=(*(() if known is not None else directory.unknown_device), *time_flags(at, now)),
    )


def understand_heartbeat(kiosk: str, at: datetime | None, directory: Directory) -> Understood:
    """A sign of life: each one is stored, and its outcome is `supervision`."""
    known = directory.device(kiosk)
    return Understood(
        device=kiosk,
        device_kind=DeviceKind.KIOSK,
        place=known.place if known is not None else directory.unplaced(),
        nature=Nature.SUPERVISION_LOST,
        phase=Phase.HEARTBEAT,
        content=b"heartbeat",
        device_at=at,
        flags=() if known is not None else directory.unknown_device,
    )
