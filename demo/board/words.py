"""Words and signs of the screens: French first; priority by shape and colour (colour-blind safe) and label."""

from demo.story.scene import Mark

PRIORITY = {"P1": ("▲", "#D55E00"), "P2": ("◆", "#E69F00"), "P3": ("●", "#0072B2"), "P4": ("■", "grey50")}
INCIDENT = {
    "open": "ouverte",
    "in_progress": "en cours",
    "resolved": "résolue",
    "closed": "close",
    "dismissed": "fausse alerte",
    "merged": "fusionnée",
}
UNIT = {
    "available": ("disponible", "green"),
    "offered": ("appelé", "bold yellow"),
    "accepted": ("accepté", "yellow"),
    "en_route": ("parti", "cyan"),
    "on_scene": ("sur place", "bold cyan"),
}
ON_THE_WAY = frozenset({"offered", "accepted", "en_route"})
DIVERTED = ("dérouté", "bold magenta")
MARK = {
    Mark.WAITING: ("·", "grey50"),
    Mark.PLAYING: ("▶", "cyan"),
    Mark.AS_EXPECTED: ("✓", "green"),
    Mark.FAILED: ("✗", "bold red"),
}
