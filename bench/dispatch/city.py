"""A city to simulate: seconds between the places that matter, where calls come from, where patrols stand."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

CELL_M = 300.0
"""Side of a demand cell; each is stood for by the street node nearest to its middle."""
WAYPOINTS = 1_200
"""Further nodes at which a unit on its way may turn to another call."""
METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Network:
    """Directed arcs between nodes. `lights_s`: seconds with lights and siren; `normal_by_lights`: normal ÷ lights."""

    name: str
    lat: Floats
    lon: Floats
    tail: Indices
    head: Indices
    lights_s: Floats
    normal_by_lights: float


@dataclass(frozen=True, slots=True)
class City:
    """`seconds[a, b]` under lights between places; the first `points` of them are demand points with `weights`.

    `homes`: place of each unit's post, one a unit. `posts`: the different ones.
    """

    name: str
    seconds: Floats
    points: int
    weights: Floats
    homes: tuple[int, ...]
    posts: tuple[int, ...]
    normal_by_lights: float

    def into(self, place: int) -> Floats:
        """Seconds from every place to this one."""
        return self.seconds[:, place]


def build(network: Network, stations: list[tuple[float, float]], units_at: list[int], seed: int = 1) -> City:
    """Places are one node a demand cell, the stations and a random sample of other nodes, all in the largest strongly
    connected part. `stations`: (lat, lon); `units_at`: index of the station of each unit."""
    graph, kept = _largest_part(network)
    lat, lon = network.lat[kept], network.lon[kept]
    cells = _cells(lat, lon)
    at_stations = [_nearest(lat, lon, *station) for station in stations]
    rest = np.setdiff1d(np.arange(len(kept)), cells)
    sample = np.random.default_rng(seed).choice(rest, min(WAYPOINTS, len(rest)), replace=False)
    places = np.concatenate([cells, at_stations, np.sort(sample)]).astype(np.int64)
    seconds = dijkstra(graph, indices=places)[:, places]
    homes = tuple(len(cells) + station for station in units_at)
    posts = tuple(len(cells) + station for station in range(len(stations)))
    weights = np.full(len(cells), 1.0 / len(cells))
    return City(network.name, seconds, len(cells), weights, homes, posts, network.normal_by_lights)


def _largest_part(network: Network) -> tuple[csr_matrix, Indices]:
    nodes = len(network.lat)
    order = np.lexsort((network.lights_s, network.head, network.tail))
    pairs = np.stack([network.tail[order], network.head[order]], axis=1)
    _, first = np.unique(pairs, axis=0, return_index=True)  # of parallel arcs the fastest
    chosen = order[first]
    ends = (network.tail[chosen], network.head[chosen])
    graph = csr_matrix((network.lights_s[chosen], ends), shape=(nodes, nodes))
    _, part = connected_components(graph, connection="strong")
    kept = np.flatnonzero(part == np.bincount(part).argmax())
    return graph[kept][:, kept], kept


def _cells(lat: Floats, lon: Floats) -> Indices:
    """The node nearest to the middle of each cell that holds one, in order of the cells."""
    north = (lat - lat.min()) * METRES_A_DEGREE / CELL_M
    east = (lon - lon.min()) * METRES_A_DEGREE * np.cos(np.radians(lat.mean())) / CELL_M
    off_middle = np.hypot(north % 1 - 0.5, east % 1 - 0.5)
    cell = north.astype(np.int64) * 100_000 + east.astype(np.int64)
    order = np.lexsort((off_middle, cell))
    _, first = np.unique(cell[order], return_index=True)
    return order[first]


def _nearest(lat: Floats, lon: Floats, at_lat: float, at_lon: float) -> int:
    return int(np.argmin((lat - at_lat) ** 2 + ((lon - at_lon) * np.cos(np.radians(at_lat))) ** 2))
