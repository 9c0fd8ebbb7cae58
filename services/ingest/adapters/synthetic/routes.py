"""`POST /v1/synthetic-sos`: by the same reception and both lanes as any SOS, and told apart by its phase.

It is a heartbeat of nature SOS from a device that no pack can name: screening counts it as a sign of life, dispatch
tries the decision and takes it back. So nothing of it reaches a card, a unit or a statistic.
"""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import SYNTHETIC_DEVICE, DeviceKind, Phase
from services.ingest.adapters.http.answers import ERRORS, Accepted, accepted
from services.ingest.adapters.http.door import Door, IdempotencyKey
from services.ingest.directory import Directory
from services.ingest.domain.signal import Understood


class SyntheticSos(BaseModel):
    """One probe. `probe` is its number; repeated within two minutes it is the same one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"probe": "2026-05-04T21:12:00Z"}]})

    probe: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9:._-]+$")]


def routes(door: Door) -> APIRouter:
    """The door of the probe."""
    router = APIRouter(prefix="/v1", tags=["operations"])

    @router.post("/synthetic-sos", status_code=202, responses=ERRORS, summary="SOS d'essai / synthetic SOS")
    async def synthetic_sos(
        body: SyntheticSos, request: Request, idempotency_key: IdempotencyKey = None
    ) -> list[Accepted]:
        return [accepted(await door.receive(understand(body, door.directory()), request, idempotency_key))]

    return router


def understand(body: SyntheticSos, directory: Directory) -> Understood:
    """The signal of a probe."""
    return Understood(
        device=SYNTHETIC_DEVICE,
        device_kind=DeviceKind.SYSTEM,
        place=directory.unplaced(),
        nature=Nature.SOS,
        phase=Phase.HEARTBEAT,
        content=body.probe.encode(),
        mark=body.probe,
        proves_life=False,
    )
