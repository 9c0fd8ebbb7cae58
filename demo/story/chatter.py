"""A camera that will not stop: shown once, with a growing count."""

import time
from contextlib import suppress

from demo.cast import CHATTERING_CAMERA
from demo.pulse import NotSeen
from demo.story.scene import Scene, expect
from demo.world import World

OBJECTS = 9
SHOWN = 3
MOST = 24
SHOWN_AGAIN_EVERY_S = 600
"""A device that goes on and on is shown once more at each full ten minutes of the clock."""


async def play(world: World) -> str:
    """People in front of one camera, one after the other, until nine are recorded; only then the operator acts."""
    frigate = world.cast.camera(CHATTERING_CAMERA)
    subjects: set[str | None] = set()
    began = _tens()

    def ended(outcome: str) -> int:
        records = world.ledger.outcomes.values()
        return sum(r.get("subject") in subjects and r["outcome"] == outcome for r in records)

    for _ in range(MOST):
        subjects.add((await world.cameras.see(frigate, "person", CHATTERING_CAMERA, pace_s=0.1)).subject)
        if len(subjects) >= OBJECTS:
            with suppress(NotSeen):
                await world.pulse.until(lambda: ended("alarm") + ended("folded") >= OBJECTS, "issues", 4.0)
                break
    folded, shown = ended("folded"), ended("alarm")
    expect(folded + shown >= OBJECTS, f"{folded + shown} issues seulement")
    expect(shown <= SHOWN + _tens() - began, f"{shown} alarmes montrées")
    incidents = world.ledger.opened_by(CHATTERING_CAMERA, world.started_at)
    expect(len(incidents) <= 1, f"{len(incidents)} fiches")
    for incident in incidents:
        await world.operator.verify(incident["incident_id"], "false_alarm")
    return f"{folded + shown} signaux : {shown} montrés sur 1 fiche, {folded} repliés"


def _tens() -> int:
    return int(time.time() // SHOWN_AGAIN_EVERY_S)


SCENE = Scene("chatter", "Caméra bavarde", "Chattering camera", 8.0, play, (CHATTERING_CAMERA,))
