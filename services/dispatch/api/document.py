"""The OpenAPI document without a database: what the web app's types are generated from."""

from pathlib import Path
from typing import Any

from services.chassis.database import engine
from services.chassis.health import Health
from services.dispatch.api.app import build
from services.dispatch.api.door import Door
from services.dispatch.live import Live
from services.dispatch.packs import Library
from services.dispatch.settings import DispatchSettings
from services.dispatch.timers import Timers

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


def openapi_document() -> dict[str, Any]:
    """The document as it is served; nothing is connected for it."""
    health, library = Health("dispatch"), Library()
    settings = DispatchSettings.model_validate({"database_url": NOWHERE, "vigie_pages_dir": Path("/nonexistent")})
    database = engine(NOWHERE, "document")
    door = Door(database, library, Live(database, NOWHERE, health), Timers(database, library, settings), settings)
    found: dict[str, Any] = build(door, health).openapi()
    found["info"]["version"] = "0"  # the release's number is no part of the contract
    return found
