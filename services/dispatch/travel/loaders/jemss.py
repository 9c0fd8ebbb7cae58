"""The arcs and nodes of JEMSS (github.com/uoa-ems-research/JEMSS.jl): several tables a file, times in days.

`nodes.csv` has a table `nodes` (index, x = longitude, y = latitude); `arcs.csv` has tables `miscData` (arcForm
directed or undirected, numModes) and `arcs` (index, fromNode, toNode, mode_1, …). The real lengths are not given: the
straight line between the ends is taken, and the speed that follows from the time.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from services.dispatch.travel.assembling import Assembly, Road, path_m
from services.dispatch.travel.errors import StreetsUnreadable
from services.dispatch.travel.graph import RoadClass, StreetGraph

SECONDS_A_DAY = 86_400.0
# Below this an arc joins two drawings of one junction; it keeps its time but gets a length that has a speed.
SHORTEST_M = 0.01
# A time of nothing is a division by zero; a tenth of a millisecond is the engines' resolution.
SHORTEST_S = 1e-4

Row = dict[str, str]


def read_jemss(folder_or_zip: Path, lights_mode: int = 1, normal_mode: int = 2) -> StreetGraph:
    """The network of `nodes.csv` and `arcs.csv`, in a folder or zip. Raises StreetsUnreadable with file and row."""
    nodes_from, arcs_from = (f"{folder_or_zip}/{name}.csv" for name in ("nodes", "arcs"))
    nodes = _tables(_text(folder_or_zip, "nodes.csv"), nodes_from)
    arcs = _tables(_text(folder_or_zip, "arcs.csv"), arcs_from)
    assembly = Assembly(str(folder_or_zip))
    place_of: dict[int, tuple[float, float]] = {}
    for at, row in _rows(nodes, "nodes", nodes_from):
        lat, lon = _number(row, "y", nodes_from, at), _number(row, "x", nodes_from, at)
        place_of[int(_number(row, "index", nodes_from, at))] = (lat, lon)
    both_ways = _misc(arcs, arcs_from).get("arcForm", "directed") == "undirected"
    for at, row in _rows(arcs, "arcs", arcs_from):
        ends = [int(_number(row, column, arcs_from, at)) for column in ("fromNode", "toNode")]
        if missing := [end for end in ends if end not in place_of]:
            raise StreetsUnreadable(arcs_from, f"line {at}", f"node {missing[0]} is not in nodes.csv")
        tail, head = (assembly.node(end, *place_of[end]) for end in ends)
        seconds = [
            max(_number(row, f"mode_{mode}", arcs_from, at) * SECONDS_A_DAY, SHORTEST_S)
            for mode in (lights_mode, normal_mode)
        ]
        length = max(path_m([place_of[end] for end in ends]), SHORTEST_M)
        lights_kmh, normal_kmh = (length / each * 3.6 for each in seconds)
        road = Road(f"arc/{int(_number(row, 'index', arcs_from, at))}", RoadClass.STREET, normal_kmh, "", lights_kmh)
        forward = assembly.arc(tail, head, length, road)
        if both_ways:
            assembly.pair(forward, assembly.arc(head, tail, length, road))
    assembly.pair_opposites()
    return assembly.graph()


def _text(folder_or_zip: Path, name: str) -> str:
    try:
        if folder_or_zip.is_dir():
            return (folder_or_zip / name).read_text()
        with zipfile.ZipFile(folder_or_zip) as archive:
            return archive.read(name).decode()
    except (OSError, KeyError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise StreetsUnreadable(str(folder_or_zip), name, str(error)) from error


Tables = dict[str, list[tuple[int, list[str]]]]


def _tables(text: str, source: str) -> Tables:
    """Rows with their line number by table name; the first row of each is its header."""
    tables: Tables = {}
    current: list[tuple[int, list[str]]] | None = None
    for line, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            current = None
        elif current is None:
            current = tables.setdefault(cells[0], [])
        else:
            current.append((line, cells))
    if not tables:
        raise StreetsUnreadable(source, "", "no table")
    return tables


def _rows(tables: Tables, name: str, source: str) -> Iterator[tuple[int, Row]]:
    if not tables.get(name):
        raise StreetsUnreadable(source, "", f"no table {name!r}")
    (_, header), *rows = tables[name]
    for line, cells in rows:
        yield line, dict(zip(header, cells, strict=False))


def _misc(tables: Tables, source: str) -> Row:
    return next((row for _, row in _rows(tables, "miscData", source)), {}) if "miscData" in tables else {}


def _number(row: Row, column: str, source: str, line: int) -> float:
    try:
        return float(row[column])
    except (KeyError, ValueError) as error:
        raise StreetsUnreadable(source, f"line {line}", f"column {column}: {row.get(column)!r} is no number") from error
