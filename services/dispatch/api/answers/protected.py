"""Protected addresses."""

from datetime import datetime

from pydantic import BaseModel


class ProtectedAddressSet(BaseModel):
    """What was set, without its place and its text."""

    address_id: str
    centre: str
    radius_m: float
    set_by: str
    starts_at: datetime
    ends_at: datetime


class ProtectedAddress(ProtectedAddressSet):
    """A protected person's address; WGS 84 degrees, `radius_m` in metres. Shown to the room and to nobody else."""

    lat: float
    lon: float
    instructions: str | None
