"""Possible duplicates of an incident."""

from datetime import datetime

from pydantic import BaseModel, Field

from schemas.vocabulary.dispatching import IncidentState
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.duplicates import Likeness


class LikenessShown(BaseModel):
    """What speaks for or against it."""

    reason: Likeness
    fr: str
    en: str


class PossibleDuplicate(BaseModel):
    """Another unfinished incident that may be the same happening."""

    incident_id: str
    nature: Nature
    nature_fr: str
    nature_en: str
    priority: Priority
    state: IncidentState
    sector: str | None
    site: str | None
    address: str | None
    opened_at: datetime
    score: float = Field(ge=0, le=1, description="1: nothing speaks against it")
    suspected: bool = Field(description="true from the score on from which the room is asked to look")
    distance_m: float
    seconds_apart: float = Field(description="seconds between their openings")
    reasons: list[LikenessShown] = Field(description="of the place, of the time, of the nature")
