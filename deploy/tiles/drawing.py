"""What of OpenStreetMap a base map shows, as lines of GeoJSON by layer: roads by class, water, green, buildings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from services.dispatch.travel.loaders.osm_tags import CLASSES

ROADS, WATER, GREEN, BUILDINGS = LAYERS = ("roads", "water", "green", "buildings")
KEYS = ("highway", "railway", "building", "natural", "waterway", "landuse", "leisure")
WET = {("natural", "water"), ("natural", "bay"), ("waterway", "riverbank"), ("waterway", "dock"), ("landuse", "basin")}
RIVERS = frozenset({"river", "canal", "stream"})
GREENS = {
    "landuse": frozenset({"grass", "forest", "meadow", "cemetery", "recreation_ground", "village_green", "allotments"}),
    "leisure": frozenset({"park", "garden", "pitch", "golf_course", "nature_reserve"}),
    "natural": frozenset({"wood", "scrub", "grassland", "heath"}),
}
WALKS = frozenset({"footway", "path", "cycleway", "steps", "bridleway"})
"""Not driven on, but people who call for help stand there."""
SMALLEST_ZOOM = {"motorway": 8, "trunk": 9, "primary": 10, "secondary": 11, "tertiary": 12, "street": 12}
Tags = Mapping[str, str]


def road(tags: Tags) -> dict[str, str] | None:
    """Class and name of a way that is drawn as a road; None for others."""
    highway = tags.get("highway", "").removesuffix("_link")
    known = CLASSES.get(highway)
    kind = known.name.lower() if known else "walk" if highway in WALKS else None
    if kind is None or tags.get("area") == "yes":
        return None
    return {"class": kind, "name": tags.get("name", "")}


def area(tags: Tags) -> str | None:
    """The layer of an area; None for what is not drawn."""
    if tags.get("building", "no") != "no":
        return BUILDINGS
    if WET & set(tags.items()):
        return WATER
    return GREEN if any(tags.get(key) in values for key, values in GREENS.items()) else None


def lines(extract: Path) -> Iterator[tuple[str, str]]:
    """(layer, GeoJSON feature) of everything that is drawn. Raises RuntimeError if the file cannot be read."""
    import osmium

    shapes = osmium.geom.GeoJSONFactory()
    wanted = osmium.filter.KeyFilter(*KEYS)
    for item in osmium.FileProcessor(str(extract)).with_areas(wanted).with_filter(wanted):
        tags = dict(item.tags)
        try:
            if isinstance(item, osmium.osm.Area):
                layer = area(tags)
                if layer is not None:
                    yield layer, feature(shapes.create_multipolygon(item), {}, 13 if layer == BUILDINGS else 8)
            elif isinstance(item, osmium.osm.Way):
                yield from _of_way(item, tags, shapes)
        except (osmium.InvalidLocationError, RuntimeError):
            continue  # cut at the border of the extract, or a shape that is none


def _of_way(way: Any, tags: Tags, shapes: Any) -> Iterator[tuple[str, str]]:
    drawn = road(tags)
    if drawn is not None:
        yield ROADS, feature(shapes.create_linestring(way), drawn, SMALLEST_ZOOM.get(drawn["class"], 13))
    elif tags.get("waterway") in RIVERS and not way.is_closed():
        yield WATER, feature(shapes.create_linestring(way), {}, 11)


def feature(geometry: str, properties: dict[str, str], smallest_zoom: int) -> str:
    """One line for tippecanoe; `geometry` is JSON already."""
    told = {"type": "Feature", "properties": properties, "tippecanoe": {"minzoom": smallest_zoom}}
    return json.dumps(told, ensure_ascii=False)[:-1] + f', "geometry": {geometry}}}'
