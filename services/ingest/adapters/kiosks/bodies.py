"""What a kiosk sends."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from schemas.vocabulary.natures import Nature


class KioskNature(StrEnum):
    """Which button."""

    SOS = "sos"
    ACCESS = "access"

    @property
    def nature(self) -> Nature:
        """The nature in the system's words."""
        return Nature.KIOSK_SOS if self is KioskNature.SOS else Nature.ACCESS_CALL


class KioskCall(BaseModel):
    """One press. `call_id` is the kiosk's own number of the call, the same in each repeat."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"call_id": "c-1042", "nature": "sos", "at": "2026-05-04T21:12:03Z"}]}
    )

    nature: KioskNature
    call_id: str | None = Field(default=None, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
    at: datetime | None = Field(default=None, description="the kiosk's own clock; UTC where it has no offset")


class KioskHeartbeat(BaseModel):
    """Proof of life."""

    at: datetime | None = None
