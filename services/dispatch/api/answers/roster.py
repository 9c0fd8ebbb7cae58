"""The roster."""

from datetime import datetime

from pydantic import BaseModel

from schemas.vocabulary.dispatching import RosterKind


class RosterShown(BaseModel):
    """A line of the roster. `begun_at` and `done_at`: when its beginning and its end took effect."""

    line_id: str
    centre: str
    unit: str
    kind: RosterKind
    starts_at: datetime
    ends_at: datetime
    capabilities: list[str] | None
    set_by: str
    set_at: datetime
    begun_at: datetime | None
    done_at: datetime | None
