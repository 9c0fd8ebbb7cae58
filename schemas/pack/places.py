"""Centre, communes, sectors and sites. All positions WGS 84 degrees, always in the order latitude, longitude."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.wire import Identifier, Insee, Instant, Position, WireModel

LatLon = Annotated[tuple[float, float], Field(description="latitude, longitude in degrees")]


class Commune(WireModel):
    """One commune that the centre serves."""

    insee: Insee
    name: str
    population: int | None = None


class Centre(WireModel):
    """The urban supervision centre. `exercise` true shows the EXERCICE banner on every screen."""

    code: Insee
    name: str
    timezone: str = "Europe/Paris"
    communes: Annotated[tuple[Commune, ...], Field(min_length=1)]
    exercise: bool = False
    synthetic_streets: bool = False


class Sector(WireModel):
    """A sector: a polygon (closed by itself, at least three corners) within one commune."""

    id: Identifier
    name: str
    commune: Insee
    polygon: Annotated[tuple[LatLon, ...], Field(min_length=3)]


class SiteKind(StrEnum):
    """What stands there; run cards may ask for it."""

    SCHOOL = "school"
    PUBLIC_BUILDING = "public_building"
    CAR_PARK = "car_park"
    SQUARE = "square"
    STATION = "station"
    SHOP = "shop"
    HOUSING = "housing"
    STREET = "street"
    CULTURE = "culture"


class Site(WireModel):
    """A place with its alarms. `under_test_until`: alarms are operator-confirmed until then."""

    id: Identifier
    name: str
    kind: SiteKind
    commune: Insee
    sector: Identifier
    position: Position
    address: str
    notes_fr: str = ""
    notes_en: str = ""
    under_test_until: Instant | None = None
