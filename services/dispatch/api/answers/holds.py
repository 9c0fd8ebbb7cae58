"""Legal holds."""

from datetime import datetime

from pydantic import BaseModel


class LegalHold(BaseModel):
    """Why an incident is kept past its time, by whom and since when. In force while `lifted_at` is none."""

    hold_id: str
    incident_id: str
    reason: str
    set_by: str
    at: datetime
    lifted_at: datetime | None
    lifted_by: str | None
