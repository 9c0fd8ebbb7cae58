"""What the routes about streets take."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.wire import Insee, Instant
from services.dispatch.api.bodies import Body, Text
from services.dispatch.domain.travelling import Profile

StreetId = Annotated[str, Field(min_length=1, max_length=128)]


class Circle(Body):
    """All street segments that come within `radius_m` metres of a place."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    radius_m: Annotated[float, Field(gt=0, le=20_000)]


class ByIds(Body):
    """Streets by id, both directions: a pack's street, `way/<OpenStreetMap id>`."""

    ids: Annotated[list[StreetId], Field(min_length=1, max_length=500)]


class ByName(Body):
    """All streets of this name, as the map writes it."""

    name: Annotated[str, Field(min_length=1, max_length=200)]


class ByCircle(Body):
    """Whatever lies around a place."""

    around: Circle


class StreetChangeBody(Body):
    """Which streets; closed, or at most `speed_kmh`, or `factor` times the usual speed; why, and until when."""

    centre: Insee | None = None
    streets: ByIds | ByName | ByCircle
    closed: bool = False
    speed_kmh: Annotated[float, Field(ge=1, le=130)] | None = None
    factor: Annotated[float, Field(ge=0.05, le=5)] | None = None
    profiles: Annotated[tuple[Profile, ...], Field(min_length=1)] = tuple(Profile)
    reason: Text
    starts_at: Instant | None = None
    ends_at: Instant

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if self.closed == (self.speed_kmh is not None or self.factor is not None):
            raise ValueError("donnez closed, ou bien speed_kmh ou factor / give closed, or else speed_kmh or factor")
        return self
