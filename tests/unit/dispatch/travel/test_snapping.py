"""The nearest street is the nearest street: against measuring every piece of every street."""

from itertools import pairwise
from math import cos, radians

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.domain.report import Place
from services.dispatch.travel.graph import StreetGraph
from services.dispatch.travel.snapping import Snapper
from tests.unit.dispatch.travel.towns import DEGREE_M, at, block, near, street, town

LIMIT_M = 150.0
TOWN = town(*block(), street("bend", (0, 0), (150, 60), (210, 333), (400, 400)), street("far", (900, 0), (1300, 7)))
SNAPPER = Snapper(TOWN)
EVERY = np.ones(TOWN.arc_count, np.bool_)


def lines(graph: StreetGraph, arc: int) -> list[tuple[float, float]]:
    """The points of an arc, from tail to head."""
    shape = range(graph.shape_at[arc], graph.shape_at[arc + 1])
    nodes = [(graph.node_lat[node], graph.node_lon[node]) for node in (graph.tail[arc], graph.head[arc])]
    return [nodes[0], *((graph.shape_lat[at], graph.shape_lon[at]) for at in shape), nodes[1]]


def measured(graph: StreetGraph, place: Place) -> float:
    """Metres to the nearest street, the slow way."""
    east = cos(radians(place.lat))
    least = float("inf")
    for arc in range(graph.arc_count):
        points = [((lon - place.lon) * east * DEGREE_M, (lat - place.lat) * DEGREE_M) for lat, lon in lines(graph, arc)]
        for (x, y), (x2, y2) in pairwise(points):
            along, up = x2 - x, y2 - y
            share = max(0.0, min(1.0, -(x * along + y * up) / (along**2 + up**2)))
            least = min(least, ((x + share * along) ** 2 + (y + share * up) ** 2) ** 0.5)
    return least


@given(st.floats(-300, 1500), st.floats(-300, 700))
def test_the_nearest_street_is_found_or_there_is_none_within_the_limit(east: float, north: float) -> None:
    """Anywhere in and around the town: the same distance as by measuring everything, None only beyond the limit."""
    place = at(east, north)
    [spot] = SNAPPER.nearest_all([place], EVERY, EVERY, LIMIT_M)
    expected = measured(TOWN, place)
    if spot is None:
        assert expected > LIMIT_M - 0.01
    else:
        assert spot.away_m == pytest.approx(expected, abs=0.01)
        assert 0 <= spot.fraction <= 1


def test_many_places_at_once_are_each_as_alone() -> None:
    """A batch with near, far and lost places gives each the spot it has by itself, in order."""
    places = [at(13 * step, 17 * step - 200) for step in range(60)]
    together = SNAPPER.nearest_all(places, EVERY, EVERY, LIMIT_M)
    assert together == [SNAPPER.nearest_all([place], EVERY, EVERY, LIMIT_M)[0] for place in places]
    assert None in together


def test_preferred_streets_come_first_and_others_only_for_want_of_them() -> None:
    """A street that is open but not preferred is taken only where no preferred one lies within the limit."""
    preferred = np.array([TOWN.names[name] != "south" for name in TOWN.name])
    [spot] = SNAPPER.nearest_all([at(390, 2)], EVERY, preferred, LIMIT_M)
    assert spot is not None
    assert TOWN.names[TOWN.name[spot.arc]] == "east"
    only_south = np.array([TOWN.names[name] == "south" for name in TOWN.name])
    nothing = np.zeros(TOWN.arc_count, np.bool_)
    [spot] = SNAPPER.nearest_all([at(200, 2)], only_south, nothing, LIMIT_M)
    assert spot is not None
    assert spot.away_m == pytest.approx(2, rel=1e-3)


def test_a_street_closed_in_one_direction_is_met_in_the_other() -> None:
    """If only the opposite arc is open, the spot lies on that one, at the fraction seen from its own tail."""
    south = [arc for arc in range(TOWN.arc_count) if TOWN.names[TOWN.name[arc]] == "south"]
    forward = next(arc for arc in south if TOWN.twin[arc] > arc)
    open_arcs = EVERY.copy()
    open_arcs[forward] = False
    [spot] = SNAPPER.nearest_all([at(100, 1)], open_arcs, open_arcs, LIMIT_M)
    assert spot is not None
    assert (spot.arc, spot.fraction) == (TOWN.twin[forward], near(0.75))
