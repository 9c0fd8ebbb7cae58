"""What a recorded call and a recorded vehicle are here: two small explicit tables."""

from dataclasses import dataclass

from schemas.vocabulary.natures import Nature, Priority


@dataclass(frozen=True, slots=True)
class Kind:
    """`target_s`: seconds from opening to the first unit on scene, as Metz's run cards have it."""

    nature: Nature
    priority: Priority
    target_s: float


KINDS = {
    "Structure Fire": Kind(Nature.FIRE, Priority.P1, 600.0),
    "Outside Fire": Kind(Nature.FIRE, Priority.P2, 600.0),
}
"""By `Call Type`; the file's own priority is 3 for all of them and tells nothing apart."""
CAPABILITIES = {"ENGINE": "engine", "TRUCK": "truck", "CHIEF": "chief", "RESCUE SQUAD": "rescue_squad"}
"""By `Unit Type`. Ambulances, rescue captains, support and private vehicles are not replayed: they roam, or came to
fewer than eight of these calls, so that the file does not say where they stand."""
