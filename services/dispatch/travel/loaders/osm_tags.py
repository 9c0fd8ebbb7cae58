"""What OpenStreetMap's tags of a way say to a vehicle (wiki.openstreetmap.org/wiki/Key:highway, Key:access)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from services.dispatch.travel.graph import RoadClass

CLASSES = {
    "motorway": RoadClass.MOTORWAY,
    "trunk": RoadClass.TRUNK,
    "primary": RoadClass.PRIMARY,
    "secondary": RoadClass.SECONDARY,
    "tertiary": RoadClass.TERTIARY,
    "unclassified": RoadClass.STREET,
    "residential": RoadClass.STREET,
    "road": RoadClass.STREET,
    "living_street": RoadClass.LIVING_STREET,
    "service": RoadClass.SERVICE,
    "track": RoadClass.TRACK,
    "pedestrian": RoadClass.PEDESTRIAN,
    "busway": RoadClass.BUSWAY,
}

# Limits where none is tagged, km/h: Code de la route R413-2 and R413-3, with 30 on streets, as most French cities have.
LIMIT_KMH = {
    RoadClass.MOTORWAY: 110.0,
    RoadClass.TRUNK: 70.0,
    RoadClass.PRIMARY: 50.0,
    RoadClass.SECONDARY: 50.0,
    RoadClass.TERTIARY: 50.0,
    RoadClass.STREET: 30.0,
    RoadClass.LIVING_STREET: 20.0,
    RoadClass.SERVICE: 20.0,
    RoadClass.TRACK: 15.0,
    RoadClass.PEDESTRIAN: 10.0,
    RoadClass.BUSWAY: 30.0,
    RoadClass.PRIVATE: 20.0,
}

NAMED_LIMITS = {"urban": 50.0, "rural": 80.0, "trunk": 110.0, "motorway": 130.0, "walk": 6.0, "living_street": 20.0}
# Traffic drives at about 0.8 of the limit where nothing hinders it; OSRM's car profile takes the same.
FREE_FLOW = 0.8
KMH_A_MPH = 1.609344
UNLIMITED_KMH = 130.0

NOT_FOR_VEHICLES = frozenset({"no", "agricultural", "forestry", "military"})
NOT_FOR_EVERYBODY = frozenset({"private", "delivery", "permit"})
BARRIERS = frozenset({"bollard", "block", "jersey_barrier", "log", "debris", "cycle_barrier"})
WELCOME = frozenset({"yes", "designated"})
TUNNELS = frozenset({"yes", "culvert", "avalanche_protector"})


class Direction(Enum):
    """In which direction of its points a way may be driven."""

    BOTH = 0
    FORWARD = 1
    BACKWARD = -1


@dataclass(frozen=True, slots=True)
class Drivable:
    """A way that vehicles use: `speed_kmh` is the free-flow speed, not the limit."""

    road_class: RoadClass
    speed_kmh: float
    direction: Direction
    accessible: bool


def drivable(tags: Mapping[str, str]) -> Drivable | None:
    """What a vehicle finds there; None where none may drive (footways, steps, building sites, `access=no`)."""
    road_class = _class(tags)
    if road_class is None:
        return None
    limit = limit_kmh(tags.get("maxspeed", "")) or LIMIT_KMH[road_class]
    if road_class is RoadClass.PEDESTRIAN:
        limit = min(limit, LIMIT_KMH[road_class])
    return Drivable(road_class, limit * FREE_FLOW, _direction(tags), tags.get("tunnel") not in TUNNELS)


def blocks(tags: Mapping[str, str]) -> bool:
    """True if a point stops vehicles: a bollard that does not sink, a block. Gates and lift gates open for us."""
    if tags.get("barrier") not in BARRIERS or tags.get("bollard") in {"rising", "removable", "foldable"}:
        return False
    return not any(tags.get(key) in WELCOME for key in ("motor_vehicle", "vehicle", "emergency", "access"))


def limit_kmh(tag: str) -> float | None:
    """The limit that a `maxspeed` tag states, None if it states none that is understood."""
    text = tag.strip().lower()
    if text == "none":
        return UNLIMITED_KMH
    zone = text.rpartition(":")[2].removeprefix("zone").strip()
    if text in NAMED_LIMITS or zone in NAMED_LIMITS:
        return NAMED_LIMITS.get(text) or NAMED_LIMITS[zone]
    number, _, unit = zone.partition(" ")
    if zone.endswith("mph"):
        number, unit = zone.removesuffix("mph").strip(), "mph"
    try:
        value = float(number)
    except ValueError:
        return None
    return value * (KMH_A_MPH if unit.strip() == "mph" else 1.0) if value > 0 else None


def _class(tags: Mapping[str, str]) -> RoadClass | None:
    road_class = CLASSES.get(tags.get("highway", "").removesuffix("_link"))
    if road_class is None or tags.get("area") == "yes" or tags.get("emergency") == "no":
        return None
    if road_class in {RoadClass.PEDESTRIAN, RoadClass.BUSWAY}:
        return road_class
    # The most precise key decides, as everywhere in OpenStreetMap; a bus lane or `emergency=yes` opens it for us.
    access = next((tags[key] for key in ("motor_vehicle", "vehicle", "access") if key in tags), "yes")
    if access in NOT_FOR_VEHICLES:
        if any(tags.get(key) in WELCOME for key in ("bus", "psv")):
            return RoadClass.BUSWAY
        return RoadClass.PRIVATE if tags.get("emergency") in WELCOME else None
    return RoadClass.PRIVATE if access in NOT_FOR_EVERYBODY else road_class


def _direction(tags: Mapping[str, str]) -> Direction:
    oneway = tags.get("oneway", "").lower()
    if oneway in {"yes", "true", "1"}:
        return Direction.FORWARD
    if oneway in {"-1", "reverse"}:
        return Direction.BACKWARD
    implied = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") in {"motorway", "motorway_link"}
    return Direction.FORWARD if implied and oneway not in {"no", "false", "0"} else Direction.BOTH
