"""Where streets come from: the published Manhattan model, a file that the caller names, or a grid of our own."""

import csv
from pathlib import Path

import numpy as np

from bench.dispatch.city import City, Network, build
from services.dispatch.travel.graph import StreetGraph
from services.dispatch.travel.loaders.jemss import read_jemss

MANHATTAN = Path("../shared/data/roads/manhattan_jemss/1")
GRID_SIDE, GRID_BLOCK_M, GRID_LIGHTS_KMH = 40, 150.0, 28.0
LIGHTS_GAIN = 0.75
"""Lights ÷ normal seconds, as in the Manhattan model, where a source gives one speed only."""


def grid(units: int = 12, stations: int = 8) -> City:
    """A city of our own: 40 × 40 crossings of 150 m blocks, every fifth street twice as fast."""
    rows, columns = (axis.ravel() for axis in np.mgrid[:GRID_SIDE, :GRID_SIDE])
    tail, head, seconds = [], [], []
    for step, line in ((1, rows), (GRID_SIDE, columns)):
        inside = np.flatnonzero((columns if step == 1 else rows) < GRID_SIDE - 1)
        speed = np.where(line[inside] % 5 == 0, 2.0, 1.0) * GRID_LIGHTS_KMH / 3.6
        for ends in ((inside, inside + step), (inside + step, inside)):
            tail.append(ends[0])
            head.append(ends[1])
            seconds.append(GRID_BLOCK_M / speed)
    lat, lon = 45.0 + rows * GRID_BLOCK_M / 111_320.0, 6.0 + columns * GRID_BLOCK_M / (111_320.0 * np.cos(np.pi / 4))
    arcs = (np.concatenate(tail), np.concatenate(head), np.concatenate(seconds))
    network = Network("grid", lat, lon, *arcs, 1 / LIGHTS_GAIN)
    return build(network, spread(network, stations), [unit % stations for unit in range(units)])


def spread(network: Network, stations: int) -> list[tuple[float, float]]:
    """Stations far from each other: each next one is the node farthest from those so far, the first in the middle."""
    lat, lon = network.lat, network.lon * np.cos(np.radians(network.lat.mean()))
    first = int(np.argmin((lat - np.median(lat)) ** 2 + (lon - np.median(lon)) ** 2))
    chosen, far = [first], (lat - lat[first]) ** 2 + (lon - lon[first]) ** 2
    while len(chosen) < stations:
        chosen.append(int(np.argmax(far)))
        far = np.minimum(far, (lat - lat[chosen[-1]]) ** 2 + (lon - lon[chosen[-1]]) ** 2)
    return [(float(network.lat[node]), float(network.lon[node])) for node in chosen]


def manhattan(folder: Path = MANHATTAN) -> City:
    """The published model: its streets, stations and the station of each of its 12 ambulances."""
    network = of_streets("manhattan", read_jemss(folder / "travel/roads/roads.zip"))
    stations = [(float(row[2]), float(row[1])) for row in _table(folder / "stations/stations_1.csv", "stations")]
    units_at = [int(row[1]) - 1 for row in _table(folder / "ambulances/ambulances_1.csv", "ambulances")]
    return build(network, stations, units_at)


def of_streets(name: str, graph: StreetGraph) -> Network:
    """Arc times from the graph's speeds; lights as the source says, else a quarter less than normal."""
    normal_s = graph.length_m / graph.speed_kmh * 3.6
    known = ~np.isnan(graph.lights_kmh)
    lights_s = np.where(known, graph.length_m / np.where(known, graph.lights_kmh, 1.0) * 3.6, normal_s * LIGHTS_GAIN)
    ratio = float(np.median(normal_s / lights_s))
    return Network(name, graph.node_lat, graph.node_lon, graph.tail, graph.head, lights_s, ratio)


def _table(path: Path, name: str) -> list[list[str]]:
    """Rows of one table of a JEMSS file: after its name and its header, up to the next blank line."""
    lines = [row for row in csv.reader(path.read_text().splitlines()) if row]
    start = next(at for at, row in enumerate(lines) if row[0] == name)
    return [row for row in lines[start + 2 :] if row[0].strip()]
