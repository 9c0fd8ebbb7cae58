"""Centre, communes, sectors and sites. All positions WGS 84 degrees, always in the order latitude, longitude."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.wire import Identifier, Insee, Instant, Position, WireModel

LatLon = Annotated[tuple[float, float], Field(description="latitude, longitude in degrees")]


TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""Local time of the centre, hours and minutes."""


class Weekday(StrEnum):
    """A day of the week, in the order of datetime.weekday()."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


class Night(WireModel):
    """From when until when it is night for the run cards; over midnight where `begins` is later than `ends`."""

    begins: TimeOfDay = "22:00"
    ends: TimeOfDay = "06:00"


class StreetExtract(WireModel):
    """The street map that travel times are taken from, outside the pack because of its size.

    `file`: its name in VIGIE_EXTRACTS_DIR (.osm.pbf, .osm, .graphml, .gml). `sha256`: of its content, 64 hex digits;
    another content is not used.
    """

    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Post(WireModel):
    """Where a free unit may wait, so that help is near everywhere; move-ups go from post to post."""

    id: Identifier
    name: str
    position: Position


class DemandPoint(WireModel):
    """Where alarms are to be expected, and how many compared with the other points (any scale, > 0)."""

    position: Position
    weight: Annotated[float, Field(gt=0)] = 1.0


class Commune(WireModel):
    """One commune that the centre serves."""

    insee: Insee
    name: str
    population: int | None = None


class Centre(WireModel):
    """The urban supervision centre. `exercise` true shows the EXERCICE banner on every screen.

    `demand`: without any, the middles of the sectors, weighed by their sites and devices. `posts`: without any, no
    move-up is proposed.
    """

    code: Insee
    name: str
    timezone: str = "Europe/Paris"
    communes: Annotated[tuple[Commune, ...], Field(min_length=1)]
    exercise: bool = False
    synthetic_streets: bool = False
    street_extract: StreetExtract | None = None
    night: Night = Night()
    posts: tuple[Post, ...] = ()
    demand: tuple[DemandPoint, ...] = ()


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


class OpeningHours(WireModel):
    """People are there on these days, from `opens` to `closes` local time, `closes` excluded and later on that day."""

    days: Annotated[tuple[Weekday, ...], Field(min_length=1)]
    opens: TimeOfDay
    closes: TimeOfDay


class Closing(WireModel):
    """Closed on all these days, both included: holidays, works."""

    first: date
    last: date


class Site(WireModel):
    """A place with its alarms. `under_test_until`: alarms are operator-confirmed until then.

    `opening_hours`: without any, nothing is known of them and no run card that asks for them fits.
    """

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
    opening_hours: tuple[OpeningHours, ...] = ()
    closed: tuple[Closing, ...] = ()
