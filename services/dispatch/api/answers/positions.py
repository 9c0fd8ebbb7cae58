"""What trackers are answered."""

from pydantic import BaseModel, Field


class TrackerHeard(BaseModel):
    """`unit` none: there was no fix to keep. `applied` false: a newer position is held, or none was sent."""

    unit: str | None
    applied: bool


class OwnTracksReply(BaseModel):
    """What the app could be told; nothing ever is."""

    type: str = Field(alias="_type")
