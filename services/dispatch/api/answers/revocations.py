"""Badges that were taken back."""

from datetime import datetime

from pydantic import BaseModel

from services.dispatch.domain.revoking import Scope


class RevocationShown(BaseModel):
    """`who`: an account, a unit or an agency, by `scope`. In force while `lifted_at` is none."""

    revocation_id: str
    scope: Scope
    who: str
    reason: str
    set_by: str
    at: datetime
    lifted_at: datetime | None
    lifted_by: str | None
    lift_reason: str | None
