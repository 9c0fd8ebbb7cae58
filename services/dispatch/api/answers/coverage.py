"""Coverage and move-ups."""

from datetime import datetime

from pydantic import BaseModel, Field

from services.dispatch.api.answers.engaging import PlaceShown
from services.dispatch.domain.moving_up import MoveUpEnd


class GapShown(BaseModel):
    """A demand point that is poorly covered, by the sector it lies in or nearest to."""

    sector: str | None
    name: str | None
    position: PlaceShown
    chance: float = Field(description="that a free unit is in reach, 0…1")
    weight: float = Field(description="demand there, in the scale of the city pack")


class MoveProposed(BaseModel):
    """Who should move where; order it with `POST /v1/move-ups`."""

    unit: str
    call_sign: str
    post: str
    post_name: str
    seconds: float
    gain: float = Field(description="in expected coverage, as a share of all demand")


class CoverageShown(BaseModel):
    """How well free patrols cover a centre's demand; the stream shows the same as `coverage`."""

    centre: str
    computed_at: datetime
    utilisation: float = Field(description="busy share of the patrols on duty, 0…1, smoothed over half an hour")
    expected_coverage: float = Field(description="share of demand that finds a free patrol in reach, 0…1")
    free_units: int
    gaps: list[GapShown]
    move_ups: list[MoveProposed]


class MoveUpShown(BaseModel):
    """A move-up, under way until `ended_at`; the stream shows the same as `move_up`."""

    move_up_id: str
    centre: str
    unit: str
    call_sign: str
    post: str
    post_name: str | None
    position: PlaceShown | None
    seconds: float | None
    gain: float | None
    ordered_at: datetime
    ordered_by: str
    reason: str | None
    ended_at: datetime | None
    end_reason: MoveUpEnd | None


class MoveUpOfUnit(BaseModel):
    """The move-up that a unit is under."""

    move_up_id: str
    post: str
