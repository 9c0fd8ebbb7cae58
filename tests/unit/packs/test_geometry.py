"""Polygons and distances on the scale of a city."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.pack.geometry import area, contains, crosses_itself, distance_m, overlap

SQUARE = [(49.0, 6.0), (49.0, 6.1), (49.1, 6.1), (49.1, 6.0)]
BOW_TIE = [(49.0, 6.0), (49.1, 6.1), (49.0, 6.1), (49.1, 6.0)]
NEIGHBOUR = [(49.0, 6.1), (49.0, 6.2), (49.1, 6.2), (49.1, 6.1)]
HOLLOW = [(49.0, 6.0), (49.0, 6.1), (49.1, 6.1), (49.05, 6.05), (49.1, 6.0)]


@given(st.floats(48.9, 49.2), st.floats(5.9, 6.2))
def test_square_contains_what_lies_between_its_sides(lat: float, lon: float) -> None:
    """For any point off the border, the square agrees with plain comparisons."""
    if min(abs(lat - 49.0), abs(lat - 49.1), abs(lon - 6.0), abs(lon - 6.1)) > 1e-9:
        assert contains(SQUARE, (lat, lon)) == (49.0 < lat < 49.1 and 6.0 < lon < 6.1)


def test_hollow_of_a_polygon_is_outside() -> None:
    """A point in the notch of a concave polygon is not inside it."""
    assert not contains(HOLLOW, (49.09, 6.05))
    assert contains(HOLLOW, (49.02, 6.05))


def test_crossing_and_flat_outlines_are_told() -> None:
    """A bow tie crosses itself, a square and a concave polygon do not, and a line has no area."""
    assert crosses_itself(BOW_TIE)
    assert not crosses_itself(SQUARE)
    assert not crosses_itself(HOLLOW)
    assert area([(49.0, 6.0), (49.1, 6.1), (49.2, 6.2)]) < 1e-12


def test_neighbours_do_not_overlap() -> None:
    """Sectors that share a border do not overlap; one shifted into the other, or lying within it, does."""
    shifted = [(lat, lon - 0.02) for lat, lon in NEIGHBOUR]
    within = [(49.04, 6.04), (49.04, 6.06), (49.06, 6.06), (49.06, 6.04)]
    assert not overlap(SQUARE, NEIGHBOUR)
    assert overlap(SQUARE, shifted)
    assert overlap(SQUARE, within)
    assert overlap(SQUARE, SQUARE)


def test_distance_is_in_metres() -> None:
    """Metz to Nancy is 47 km as the crow flies, and a thousandth of a degree of latitude 111 m."""
    assert abs(distance_m((49.1193, 6.1757), (48.6921, 6.1844)) - 47_500) < 200
    assert abs(distance_m((49.0, 6.0), (49.001, 6.0)) - 111.2) < 0.1
