"""The access register as the auditor reads it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from services.dispatch.domain.access_register import Seen


class RegisterEntry(BaseModel):
    """Who saw what, when and why. `hash`: hexadecimal, over the one before and this entry."""

    position: int
    at: datetime
    what: Seen
    actor: str
    role: str | None
    own: str | None
    object: str | None
    asked: dict[str, Any] | None
    reason: str | None
    hash: str


class RegisterPage(BaseModel):
    """Newest first. `next`: give it as `before` for the page that follows; none at the end."""

    entries: list[RegisterEntry]
    next: int | None
