"""A street network as one value: directed arcs between nodes, with lengths, speeds, classes, names and shapes."""

import hashlib
from dataclasses import dataclass, fields
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
# int32 where they are kept, int64 as numpy computes them.
Indices = npt.NDArray[np.signedinteger[Any]]
Codes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]

EARTH_RADIUS_M = 6_371_008.8


class RoadClass(IntEnum):
    """What kind of street, as far as it matters to who may drive there. The values are stored: never renumber."""

    MOTORWAY = 1
    TRUNK = 2
    PRIMARY = 3
    SECONDARY = 4
    TERTIARY = 5
    STREET = 6
    LIVING_STREET = 7
    SERVICE = 8
    TRACK = 9
    PEDESTRIAN = 10
    BUSWAY = 11
    PRIVATE = 12


@dataclass(frozen=True, eq=False)
class StreetGraph:
    """Nodes and arcs. Equal content has an equal `digest`. Arrays are by node (`node_*`) or by arc and read-only.

    `tail`, `head`: node indices of a directed arc. `length_m`: metres along it. `speed_kmh`: free-flow speed without
    lights. `lights_kmh`: speed with lights and siren where the source knows it, else NaN. `road_class`: RoadClass.
    `twin`: the arc of the same street in the other direction, -1 where the street is one-way. `accessible`: one can
    get off there (not in a tunnel). `street`, `name`: indices into `streets` (ids that changes refer to) and `names`
    (-1: none). `shape_*`: points between tail and head, those of arc `a` at `shape_at[a]:shape_at[a + 1]`.
    """

    node_lat: Floats
    node_lon: Floats
    tail: Indices
    head: Indices
    length_m: Floats
    speed_kmh: Floats
    lights_kmh: Floats
    road_class: Codes
    twin: Indices
    accessible: Flags
    street: Indices
    name: Indices
    shape_at: Indices
    shape_lat: Floats
    shape_lon: Floats
    streets: tuple[str, ...]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def node_count(self) -> int:
        """How many nodes."""
        return len(self.node_lat)

    @property
    def arc_count(self) -> int:
        """How many directed arcs."""
        return len(self.tail)

    @cached_property
    def oneway(self) -> Flags:
        """By arc: true if nobody may come the other way."""
        return self.twin < 0

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the whole content, hexadecimal."""
        content = hashlib.sha256()
        for field in fields(self):
            value = getattr(self, field.name)
            content.update(field.name.encode())
            content.update(value.tobytes() if isinstance(value, np.ndarray) else "\0".join(value).encode())
        return content.hexdigest()

    @cached_property
    def topology_digest(self) -> str:
        """SHA-256 of what a hierarchy's order depends on: nodes and arcs, not speeds or names."""
        content = hashlib.sha256()
        for array in (self.node_lat, self.node_lon, self.tail, self.head):
            content.update(len(array).to_bytes(8, "little"))
            content.update(array.tobytes())
        return content.hexdigest()


def metres_between(lat1: Floats, lon1: Floats, lat2: Floats, lon2: Floats) -> Floats:
    """Great-circle distances in metres, element by element (haversine, mean Earth radius)."""
    phi1, phi2 = np.radians(lat1), np.radians(lat2)
    half_lon = np.radians(lon2 - lon1) / 2
    chord = np.sin((phi2 - phi1) / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(half_lon) ** 2
    distances: Floats = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(chord)))
    return distances
