"""What any other device sends."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, field_validator

from schemas.messages.signal import Attributes
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Phase
from services.chassis.links import leads_inside
from services.ingest.adapters.http.answers import Accepted, ProblemDocument

MAX_SIGNALS = 1000
EXAMPLE: dict[str, JsonValue] = {
    "device": "lampe-patrotte-12",
    "nature": "lamp_out",
    "at": "2026-05-04T21:12:03Z",
    "sequence": 118,
    "attributes": {"hours": 41200},
}


class GenericSignal(BaseModel):
    """One signal. `sequence` marks repeats; `lat` and `lon` (WGS 84 degrees) replace the device's own position."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]}, allow_inf_nan=False)

    # Shorter than the contract's 128, so that a subject made from it fits.
    device: Annotated[str, Field(min_length=1, max_length=96, pattern=r"^[^\x00-\x1f\x7f]+$")]
    nature: Nature
    phase: Phase = Phase.RAISE
    at: datetime | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    accuracy_m: Annotated[float, Field(ge=0)] | None = None
    sequence: Annotated[str, Field(min_length=1, max_length=200)] | int | None = None
    attributes: Attributes = Field(default_factory=dict)

    @field_validator("attributes")
    @classmethod
    def _links(cls, attributes: Attributes) -> Attributes:
        """A link among the attributes is one to the outside."""
        for name, value in attributes.items():
            if isinstance(value, str) and leads_inside(value):
                raise ValueError(f"{name[:64]!r} is a link to an internal address or not to the web")
        return attributes


class Refused(BaseModel):
    """This one signal was not stored; the others of the list are judged by themselves."""

    error: ProblemDocument


SignalResult = Accepted | Refused
