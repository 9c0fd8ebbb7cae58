"""What OpenStreetMap's tags say to a patrol."""

import pytest

from services.dispatch.travel.graph import RoadClass
from services.dispatch.travel.loaders.osm_tags import Direction, blocks, drivable, limit_kmh


@pytest.mark.parametrize(
    ("tag", "kmh"),
    [
        ("30", 30.0),
        ("FR:urban", 50.0),
        ("FR:zone30", 30.0),
        ("FR:rural", 80.0),
        ("20 mph", 32.18688),
        ("20mph", 32.18688),
        ("50 km/h", 50.0),
        ("walk", 6.0),
        ("none", 130.0),
        ("signals", None),
        ("", None),
        ("0", None),
        ("-5", None),
    ],
)
def test_limits_as_they_are_written(tag: str, kmh: float | None) -> None:
    """Numbers, miles, national zones and words are understood; anything else is no limit."""
    assert limit_kmh(tag) == pytest.approx(kmh) if kmh else limit_kmh(tag) is None


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"highway": "residential"}, RoadClass.STREET),
        ({"highway": "primary_link"}, RoadClass.PRIMARY),
        ({"highway": "service", "access": "private"}, RoadClass.PRIVATE),
        ({"highway": "service", "access": "private", "motor_vehicle": "yes"}, RoadClass.SERVICE),
        ({"highway": "service", "access": "no", "bus": "yes"}, RoadClass.BUSWAY),
        ({"highway": "track", "motor_vehicle": "no", "emergency": "yes"}, RoadClass.PRIVATE),
        ({"highway": "pedestrian", "motor_vehicle": "no"}, RoadClass.PEDESTRIAN),
        ({"highway": "pedestrian", "area": "yes"}, None),
        ({"highway": "residential", "access": "no"}, None),
        ({"highway": "residential", "emergency": "no"}, None),
        ({"highway": "footway"}, None),
        ({"highway": "steps"}, None),
        ({"highway": "construction"}, None),
        ({"railway": "tram"}, None),
    ],
)
def test_who_may_drive_there(tags: dict[str, str], expected: RoadClass | None) -> None:
    """The class follows the most precise access key; what no vehicle may use is no street."""
    found = drivable(tags)
    assert (found.road_class if found else None) == expected


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, Direction.BOTH),
        ({"oneway": "yes"}, Direction.FORWARD),
        ({"oneway": "-1"}, Direction.BACKWARD),
        ({"junction": "roundabout"}, Direction.FORWARD),
        ({"junction": "roundabout", "oneway": "no"}, Direction.BOTH),
        ({"highway": "motorway"}, Direction.FORWARD),
        ({"oneway": "reversible"}, Direction.BOTH),
    ],
)
def test_directions(tags: dict[str, str], expected: Direction) -> None:
    """One-way as tagged, or as a roundabout or motorway implies."""
    found = drivable({"highway": "residential"} | tags)
    assert found is not None
    assert found.direction is expected


def test_free_flow_is_below_the_limit_and_walking_pace_among_walkers() -> None:
    """0.8 of the limit, tagged or usual for the class; a pedestrian street is never fast, whatever is tagged."""
    speeds = [
        found.speed_kmh
        for tags in ({"maxspeed": "50"}, {}, {"highway": "pedestrian", "maxspeed": "50"})
        if (found := drivable({"highway": "residential"} | tags))
    ]
    assert speeds == [40.0, 24.0, 8.0]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"barrier": "bollard"}, True),
        ({"barrier": "bollard", "bollard": "rising"}, False),
        ({"barrier": "bollard", "emergency": "yes"}, False),
        ({"barrier": "gate"}, False),
        ({"barrier": "lift_gate"}, False),
        ({"barrier": "kerb"}, False),
        ({}, False),
    ],
)
def test_what_stops_a_vehicle(tags: dict[str, str], expected: bool) -> None:
    """Fixed obstacles do; what opens or sinks for us does not."""
    assert blocks(tags) is expected
