"""What of a city pack a map shows, as GeoJSON: names and places, nothing of accounts, keys, capabilities or notes."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

from schemas.pack.pack import CityPack
from schemas.pack.places import LatLon
from schemas.vocabulary.signals import DeviceKind
from schemas.wire import Position

DIGITS = 6
"""Of a degree: a decimetre."""
Coordinates = list[Any]


class Layer(StrEnum):
    """What a feature is."""

    SECTOR = "sector"
    STREET = "street"
    SITE = "site"
    CAMERA = "camera"
    KIOSK = "kiosk"
    POST = "post"


SHOWN_DEVICES = {DeviceKind.CAMERA: Layer.CAMERA, DeviceKind.KIOSK: Layer.KIOSK}
"""Panels are not shown: they are at their sites, and where exactly is nobody's business."""


def features(pack: CityPack) -> list[dict[str, Any]]:
    """Everything that is drawn, areas first."""
    return [*_areas(pack), *_points(pack)]


def bounds(pack: CityPack) -> list[float] | None:
    """West, south, east, north of the sectors, else of everything; None where the pack holds no place."""
    drawn = features(pack)
    sectors = [one for one in drawn if one["properties"]["layer"] is Layer.SECTOR]
    found = [point for one in sectors or drawn for point in _flat(one["geometry"]["coordinates"])]
    if not found:
        return None
    east, north = [point[0] for point in found], [point[1] for point in found]
    return [min(east), min(north), max(east), max(north)]


def _areas(pack: CityPack) -> Iterator[dict[str, Any]]:
    for sector in pack.sectors:
        ring = _line(sector.polygon)
        closed = ring if ring[0] == ring[-1] else [*ring, ring[0]]
        yield _feature(Layer.SECTOR, sector.id, sector.name, None, "Polygon", [closed])
    for street in pack.streets:
        yield _feature(Layer.STREET, street.id, street.name, None, "LineString", _line(street.points))


def _points(pack: CityPack) -> Iterator[dict[str, Any]]:
    for site in pack.sites:
        yield _feature(Layer.SITE, site.id, site.name, site.kind, "Point", _point(site.position))
    for device in pack.devices:
        layer = SHOWN_DEVICES.get(device.kind)
        if layer is not None:
            yield _feature(layer, device.id, device.name, None, "Point", _point(device.position))
    for post in pack.centre.posts:
        yield _feature(Layer.POST, post.id, post.name, None, "Point", _point(post.position))


def _feature(
    layer: Layer, name_id: str, name: str, kind: str | None, shape: str, coordinates: Coordinates
) -> dict[str, Any]:
    properties = {"layer": layer, "id": name_id, "name": name, "kind": kind}
    return {"type": "Feature", "geometry": {"type": shape, "coordinates": coordinates}, "properties": properties}


def _point(position: Position) -> Coordinates:
    return [round(position.lon, DIGITS), round(position.lat, DIGITS)]


def _line(points: Iterable[LatLon]) -> Coordinates:
    """GeoJSON says longitude first."""
    return [[round(lon, DIGITS), round(lat, DIGITS)] for lat, lon in points]


def _flat(coordinates: Coordinates) -> Iterator[Coordinates]:
    if isinstance(coordinates[0], list):
        for inner in coordinates:
            yield from _flat(inner)
    else:
        yield coordinates
