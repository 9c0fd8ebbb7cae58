"""The health of the whole system, for the console's own page."""

from typing import Any

from fastapi import APIRouter

from services.dispatch.api.answers.log import SystemHealth
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Doors

router = APIRouter(prefix="/v1", tags=["operations"])


@router.get("/system", **answers(SystemHealth))
async def system(door: Doors) -> dict[str, Any]:
    """Which services are up, how long each hop takes, and what waits."""
    return await door.peers.report()
