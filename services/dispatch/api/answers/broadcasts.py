"""Broadcasts of a description to patrols."""

from datetime import datetime

from pydantic import BaseModel, Field

from schemas.vocabulary.dispatching import Wanted
from services.dispatch.domain.broadcasting import Concern


class BroadcastSet(BaseModel):
    """A broadcast without its text, which only `GET /v1/broadcasts` tells. The stream shows it as `broadcast`, and as
    `broadcast_ended` with why."""

    broadcast_id: str
    centre: str
    about: Wanted
    about_fr: str
    about_en: str
    sectors: list[str] = Field(description="none: all of the centre")
    incident_id: str | None
    set_by: str
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    ended_by: str | None


class ReadBy(BaseModel):
    """A unit that has read it."""

    unit: str
    read_at: datetime


class BroadcastShown(BroadcastSet):
    """A broadcast in force. Whoever shows `text` drops it at `ends_at`, or on `broadcast_ended`."""

    text: str
    because: Concern | None = Field(description="why it is for the unit that was asked about")
    reads: list[ReadBy] = Field(description="who has read it; of the unit alone where one was asked about")


class BroadcastRead(ReadBy):
    """Since when a unit has read it."""

    broadcast_id: str
