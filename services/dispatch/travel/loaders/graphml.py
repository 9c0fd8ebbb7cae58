"""OSMnx GraphML: one directed edge an arc, OpenStreetMap's tags as data, several values as a Python list in text."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from services.dispatch.travel.assembling import Assembly, Point, Road
from services.dispatch.travel.errors import StreetsUnreadable
from services.dispatch.travel.graph import StreetGraph
from services.dispatch.travel.loaders.osm_tags import FREE_FLOW, Drivable, drivable, limit_kmh

NAMESPACE = "{http://graphml.graphdrawing.org/xmlns}"
Data = dict[str, str]


def read_graphml(path: Path) -> StreetGraph:
    """The network of an OSMnx file. Raises StreetsUnreadable with the file and the node, edge or line."""
    assembly = Assembly(str(path))
    nodes: dict[str, Point] = {}
    try:
        with path.open("rb") as file:
            for kind, element, data in _elements(file):
                if kind == "node":
                    key = element.get("id", "")
                    nodes[key] = (_number(path, f"node {key}", data, "y"), _number(path, f"node {key}", data, "x"))
                else:
                    _add_edge(path, assembly, nodes, element, data)
    except ElementTree.ParseError as error:
        line, column = error.position
        raise StreetsUnreadable(str(path), f"line {line}, column {column}", "not well-formed XML") from error
    except OSError as error:
        raise StreetsUnreadable(str(path), "", str(error.strerror)) from error
    assembly.pair_opposites()
    return assembly.graph()


def _elements(file: IO[bytes]) -> Iterator[tuple[str, ElementTree.Element, Data]]:
    """Nodes and edges with their data under the names that the header gives; nodes come before edges in GraphML."""
    names: dict[str, str] = {}
    for _, element in ElementTree.iterparse(file):
        kind = element.tag.removeprefix(NAMESPACE)
        if kind == "key":
            names[element.get("id", "")] = element.get("attr.name", "")
        elif kind in {"node", "edge"}:
            data = {names.get(item.get("key", ""), ""): item.text or "" for item in element}
            yield kind, element, data
            element.clear()


def _add_edge(
    path: Path, assembly: Assembly, nodes: dict[str, Point], element: ElementTree.Element, data: Data
) -> None:
    ends = [element.get("source", ""), element.get("target", "")]
    place = "edge " + " → ".join(ends)
    if missing := [end for end in ends if end not in nodes]:
        raise StreetsUnreadable(str(path), place, f"node {missing[0]} is not in the file")
    found = _drivable(data)
    if found is None:
        return
    length = _number(path, place, data, "length")
    street = "way/" + (_values(data.get("osmid", "")) or ["/".join(ends)])[0]
    names = _values(data.get("name", ""))
    road = Road(street, found.road_class, found.speed_kmh, " / ".join(names), accessible=found.accessible)
    tail, head = (assembly.node(end, *nodes[end]) for end in ends)
    assembly.arc(tail, head, length, road, _shape(path, place, data))


def _drivable(data: Data) -> Drivable | None:
    """What a vehicle finds on the whole edge: an edge merged from several ways is as bad as the worst of them."""
    parts = []
    for highway in _values(data.get("highway", "")):
        tags = data | {"highway": highway, "oneway": ""}
        for several in ("access", "tunnel", "maxspeed", "junction"):
            tags[several] = (_values(data.get(several, "")) or [""])[0]
        parts.append(drivable({key: value for key, value in tags.items() if value}))
    possible = [part for part in parts if part is not None]
    if not possible or len(possible) < len(parts):
        return None
    limits = [limit for text in _values(data.get("maxspeed", "")) if (limit := limit_kmh(text))]
    worst = max(possible, key=lambda part: part.road_class)
    slowest = min([part.speed_kmh for part in possible] + [limit * FREE_FLOW for limit in limits])
    return Drivable(worst.road_class, slowest, worst.direction, worst.accessible)


def _values(text: str) -> list[str]:
    """OSMnx writes several values as the text of a Python list."""
    if not text.startswith("["):
        return [text] if text else []
    try:
        values = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return [text]
    return [str(value) for value in values]


def _shape(path: Path, place: str, data: Data) -> list[Point]:
    """The points between the ends, from a WKT LINESTRING of longitude latitude."""
    text = data.get("geometry", "")
    if not text:
        return []
    inside = text.removeprefix("LINESTRING").strip().removeprefix("(").removesuffix(")")
    try:
        pairs = [pair.split() for pair in inside.split(",")]
        return [(float(lat), float(lon)) for lon, lat in pairs][1:-1]
    except ValueError as error:
        raise StreetsUnreadable(str(path), place, f"geometry {text[:40]!r} is no LINESTRING") from error


def _number(path: Path, place: str, data: Data, name: str) -> float:
    try:
        return float(data[name])
    except (KeyError, ValueError) as error:
        raise StreetsUnreadable(str(path), place, f"{name} {data.get(name)!r} is not a number") from error
