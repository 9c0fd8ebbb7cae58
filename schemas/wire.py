"""The foundation every message stands on: frozen, JSON-safe models and the identity of their CloudEvents type."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints


class WireModel(BaseModel):
    """A frozen value. Readers ignore fields they do not know, so that writers may add optional ones first."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, ser_json_inf_nan="null")


class Message(WireModel):
    """A value that travels on a topic; `ce_type` is its CloudEvents type, `vigie.<noun>.<past verb>.v<N>`."""

    ce_type: ClassVar[str]

    @property
    def event_id(self) -> str:
        """The CloudEvents id; the same for every copy of one event."""
        raise NotImplementedError

    @property
    def event_time(self) -> datetime:
        """The CloudEvents time, UTC."""
        raise NotImplementedError

    @property
    def event_key(self) -> str:
        """The Kafka key, as the topic file states it."""
        raise NotImplementedError


Insee = Annotated[str, StringConstraints(pattern=r"^[0-9][0-9AB][0-9]{3}$")]
"""INSEE code of a commune, five characters (2A and 2B in Corsica)."""

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""An id chosen by a pack or by us: printable, at most 128 characters."""

Instant = AwareDatetime
"""A moment with its offset; written as RFC 3339 in UTC."""

Confidence = Annotated[float, Field(ge=0.0, le=1.0)]


class Position(WireModel):
    """WGS 84, degrees; `accuracy_m` is the radius in metres that the device claims."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    accuracy_m: Annotated[float, Field(ge=0)] | None = None


class Origin(WireModel):
    """Where a message belongs: a centre serves many communes, a deployment many centres."""

    centre: Insee
    commune: Insee | None = None
    pack_version: str
