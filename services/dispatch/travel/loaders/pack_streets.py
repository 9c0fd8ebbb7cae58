"""The city pack's own streets: they meet where they share a point."""

from collections.abc import Iterable, Sequence

from schemas.pack.streets import Street
from services.dispatch.travel.assembling import Road, Way, graph_of_ways
from services.dispatch.travel.errors import StreetsUnreadable
from services.dispatch.travel.graph import RoadClass, StreetGraph

# Points that agree to 1e-6 degrees (11 cm) are one: hand-written coordinates are rounded differently at most there.
DECIMALS = 6


def read_pack_streets(streets: Sequence[Street], source: str = "streets.yaml") -> StreetGraph:
    """The network of these streets. Raises StreetsUnreadable naming the street that cannot be one."""
    return graph_of_ways(source, _ways(streets, source))


def _ways(streets: Sequence[Street], source: str) -> Iterable[Way]:
    for street in streets:
        if len(street.points) < 2:
            raise StreetsUnreadable(source, f"street {street.id}", "fewer than two points")
        keys = [(round(lat, DECIMALS), round(lon, DECIMALS)) for lat, lon in street.points]
        road = Road(street.id, RoadClass.STREET, street.speed_kmh, street.name)
        yield Way(road, keys, street.points, street.oneway)
