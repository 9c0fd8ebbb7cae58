"""Where streets come from: the published Manhattan model, a file that the caller names, or a grid of our own."""

import csv
from pathlib import Path

import numpy as np

from bench.dispatch.city import City, Network, build
from bench.travel.networks import grid, read_streets
from services.dispatch.domain.travelling import Profile
from services.dispatch.travel.graph import StreetGraph
from services.dispatch.travel.speeds import RULES, free_kmh, seconds_at

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
GRID_SIDE, UNITS, STATIONS = 120, 12, 8


def cities(data: Path = DATA, streets: Path | None = None, stations: str = "", units: int = UNITS) -> City:
    """The city to simulate: `streets` if named, else Manhattan where the data is, else the grid.

    `stations`: a CSV file with `lat,lon` lines, or how many to spread evenly (8 if empty).
    """
    manhattan_folder = data / "roads" / "manhattan_jemss" / "1"
    if streets is None and manhattan_folder.is_dir():
        return manhattan(manhattan_folder)
    name = streets.name if streets else "grid"
    network = of_streets(name, read_streets(streets) if streets else grid(GRID_SIDE))
    places = _stations(network, stations)
    return build(network, places, [unit % len(places) for unit in range(units)])


def manhattan(folder: Path) -> City:
    """The published model: its streets, stations and the station of each of its 12 ambulances."""
    network = of_streets("manhattan", read_streets(folder / "travel" / "roads" / "roads.zip"))
    stations = [(float(row[2]), float(row[1])) for row in _table(folder / "stations/stations_1.csv", "stations")]
    units_at = [int(row[1]) - 1 for row in _table(folder / "ambulances/ambulances_1.csv", "ambulances")]
    return build(network, stations, units_at)


def of_streets(name: str, graph: StreetGraph) -> Network:
    """Arcs that may be driven, with production's own speeds for both profiles."""
    lights_s, normal_s = (seconds_at(graph, free_kmh(graph, each, RULES[each])) for each in Profile)
    open_arcs = np.isfinite(lights_s)
    both = open_arcs & np.isfinite(normal_s)
    ratio = float(np.median(normal_s[both] / lights_s[both]))
    ends = graph.tail[open_arcs].astype(np.int64), graph.head[open_arcs].astype(np.int64)
    return Network(name, graph.node_lat, graph.node_lon, *ends, lights_s[open_arcs], ratio)


def spread(network: Network, stations: int) -> list[tuple[float, float]]:
    """Stations far from each other: each next one is the node farthest from those so far, the first in the middle."""
    lat, lon = network.lat, network.lon * np.cos(np.radians(network.lat.mean()))
    first = int(np.argmin((lat - np.median(lat)) ** 2 + (lon - np.median(lon)) ** 2))
    chosen, far = [first], (lat - lat[first]) ** 2 + (lon - lon[first]) ** 2
    while len(chosen) < stations:
        chosen.append(int(np.argmax(far)))
        far = np.minimum(far, (lat - lat[chosen[-1]]) ** 2 + (lon - lon[chosen[-1]]) ** 2)
    return [(float(network.lat[node]), float(network.lon[node])) for node in chosen]


def _stations(network: Network, stations: str) -> list[tuple[float, float]]:
    if not stations or stations.isdigit():
        return spread(network, int(stations or STATIONS))
    rows = csv.reader(Path(stations).read_text().splitlines())
    return [(float(row[0]), float(row[1])) for row in rows if row and row[0].strip() != "lat"]


def _table(path: Path, name: str) -> list[list[str]]:
    """Rows of one table of a JEMSS file: after its name and its header, up to its end."""
    lines = [row for row in csv.reader(path.read_text().splitlines()) if row]
    start = next(at for at, row in enumerate(lines) if row[0] == name)
    return [row for row in lines[start + 2 :] if row[0].strip()]
