"""Travel times for a centre without streets: the straight line, made longer as streets are, at the profile's speed."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import Answer, Basis, Profile, TravelTable
from services.dispatch.travel.graph import metres_between

# Ways are 1.28 times as long as the straight line in Manhattan, 1.7 in a Paris quarter cut by the Seine (bench/travel).
DETOUR = 1.3
# 30 km/h streets at free flow, and a third faster with lights, as in `speeds`.
SPEED_KMH: Mapping[Profile, float] = MappingProxyType({Profile.NORMAL: 24.0, Profile.LIGHTS: 32.0})


class StraightLineTravel:
    """`TravelTimes` that are estimates and say so: `basis` is STRAIGHT_LINE. Every place is reached."""

    basis = Basis.STRAIGHT_LINE

    def to_one(self, sources: Sequence[Place], target: Place, profile: Profile) -> list[Answer]:
        """See `TravelTimes.to_one`."""
        table = self.table(sources, (target,), profile)
        return [table.answer(row, 0) for row in range(len(sources))]

    def from_one(self, source: Place, targets: Sequence[Place], profile: Profile) -> list[Answer]:
        """See `TravelTimes.from_one`."""
        table = self.table((source,), targets, profile)
        return [table.answer(0, column) for column in range(len(targets))]

    def table(self, sources: Sequence[Place], targets: Sequence[Place], profile: Profile) -> TravelTable:
        """See `TravelTimes.table`; nothing is snapped, so all distances to the street are 0 and the limit is none."""
        begin, end = (
            np.array([(place.lat, place.lon) for place in places], np.float64).reshape(-1, 2)
            for places in (sources, targets)
        )
        metres = metres_between(begin[:, None, 0], begin[:, None, 1], end[None, :, 0], end[None, :, 1])
        seconds = metres * (DETOUR * 3.6 / SPEED_KMH[profile])
        return TravelTable(seconds, np.zeros(len(begin)), np.zeros(len(end)), self.basis, float("inf"))
