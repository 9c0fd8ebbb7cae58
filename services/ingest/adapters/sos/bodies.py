"""What the app sends. Lenient on purpose: an SOS is never refused for a field that could not be filled."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.ingest.adapters.http.answers import SIGNAL_ID, Accepted

SOS_ID = "sos-7f3a"


class SosPosition(BaseModel):
    """Where the person is, WGS 84 degrees; `accuracy_m` in metres; `at` by the phone's clock."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"lat": 49.1097, "lon": 6.1772, "accuracy_m": 12, "at": "2026-05-04T21:12:03Z"}]
        }
    )

    lat: float | None = Field(default=None, description="−90 … 90; missing or impossible is flagged, not refused")
    lon: float | None = Field(default=None, description="−180 … 180")
    accuracy_m: float | None = Field(default=None, description="radius in metres")
    at: datetime | None = None
    sequence: str | int | None = Field(default=None, description="the app's number of this message")


class SosCall(SosPosition):
    """The alarm. `person` is used for a keyed pseudonym only and stored nowhere; `kind` is the app's own word."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"sos_id": SOS_ID, "lat": 49.1097, "lon": 6.1772, "accuracy_m": 12, "at": "2026-05-04T21:12:03Z"}
            ]
        }
    )

    sos_id: str | None = Field(default=None, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
    person: str | None = Field(default=None, max_length=200)
    kind: str | None = Field(default=None, max_length=32, pattern=r"^[\w .-]*$")


class SosCancel(BaseModel):
    """The person says that help is no longer needed; an operator still decides."""

    at: datetime | None = None
    sequence: str | int | None = None


class SosAccepted(Accepted):
    """`sos_id`: the app's, or the one we made; positions and cancel use it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"signal_id": SIGNAL_ID, "repeat": False, "sos_id": SOS_ID}]}
    )

    sos_id: str
