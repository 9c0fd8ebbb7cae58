"""Streets and what is changed on them."""

from datetime import datetime

from pydantic import BaseModel

from services.dispatch.domain.travelling import Basis, Profile
from services.dispatch.travel.extracts import ExtractState


class ExtractShown(BaseModel):
    """The street map that the pack names; `advice` says what to do where it is not used."""

    file: str
    sha256: str
    state: ExtractState
    advice: str


class StreetsShown(BaseModel):
    """The streets of a centre in this process. `preparing`: straight lines stand in until they are ready.

    `changes`: ids in force here; `unmatched`: those about a street that this network does not have.
    """

    centre: str
    pack_version: str
    preparing: bool
    basis: Basis
    basis_fr: str
    basis_en: str
    engine: str | None
    nodes: int
    arcs: int
    extract: ExtractShown | None
    changes: list[str]
    unmatched: list[str]


class AroundShown(BaseModel):
    """A circle."""

    lat: float
    lon: float
    radius_m: float


class WhichStreets(BaseModel):
    """One of the three."""

    ids: list[str] | None = None
    name: str | None = None
    around: AroundShown | None = None


class StreetChangeShown(BaseModel):
    """A closure or another speed."""

    change_id: str
    centre: str
    streets: WhichStreets
    closed: bool
    speed_kmh: float | None
    factor: float | None
    profiles: list[Profile]
    reason: str
    set_by: str
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
