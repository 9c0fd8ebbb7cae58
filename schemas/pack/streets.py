"""The pack's own street network, for centres without an OSM extract."""

from schemas.pack.places import LatLon
from schemas.wire import Identifier, WireModel


class Street(WireModel):
    """A polyline of at least two points; `speed_kmh` free-flow, `oneway` in the order of the points."""

    id: Identifier
    name: str
    points: tuple[LatLon, ...]
    speed_kmh: float = 30.0
    oneway: bool = False
