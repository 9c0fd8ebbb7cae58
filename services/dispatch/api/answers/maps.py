"""Centres in force, and what their maps show."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from services.dispatch.api.answers.session import CentreShown
from services.dispatch.map_features import Layer


class PackListed(CentreShown):
    """A centre whose pack is in force. `synthetic_streets`: its streets are schematic, for exercises only."""

    version: str
    synthetic_streets: bool


class GeometryShown(BaseModel):
    """RFC 7946: longitude first."""

    type: Literal["Point", "LineString", "Polygon"]
    coordinates: list[Any]


class PropertiesShown(BaseModel):
    """What a map says of it. `kind`: of a site."""

    layer: Layer
    id: str
    name: str
    kind: str | None


class FeatureShown(BaseModel):
    """RFC 7946."""

    type: Literal["Feature"]
    geometry: GeometryShown
    properties: PropertiesShown


class TilesShown(BaseModel):
    """A base map in one file (PMTiles), read by ranges, and whom it must name."""

    path: str
    attribution: str


class MapShown(BaseModel):
    """An RFC 7946 collection of a centre's sectors, streets, sites, cameras, kiosks and posts.

    `bounds`: west, south, east, north. `tiles`: none where no base map was built (`make tiles`).
    """

    type: Literal["FeatureCollection"]
    centre: CentreShown
    version: str
    synthetic_streets: bool
    bounds: list[float] | None = Field(description="none where the pack holds no place")
    tiles: TilesShown | None
    features: list[FeatureShown]
