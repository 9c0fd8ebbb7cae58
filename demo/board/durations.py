"""Seconds in the words of the room, and what a travel time rests on."""

BASIS = {
    "streets": "par la route",
    "schematic_streets": "par la route, schématique",
    "straight_line": "à vol d'oiseau, estimé",
}


def duration(seconds: float) -> str:
    """`2 min 10 s`; under a minute `45 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def travel(seconds: float, basis: str) -> str:
    """`2 min 10 s par la route, schématique`."""
    return f"{duration(seconds)} {BASIS[basis]}"
