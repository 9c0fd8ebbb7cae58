"""A camera that will not stop: shown once, with a growing count."""

import asyncio

from demo.cast import CHATTERING_CAMERA
from demo.story.scene import Scene, expect
from demo.world import World

OBJECTS = 9
SHOWN = 3


async def play(world: World) -> str:
    """Nine people in front of one camera within seconds; nobody acts on it until all have passed."""
    frigate = world.cast.camera(CHATTERING_CAMERA)
    sent = [await world.cameras.see(frigate, "person", CHATTERING_CAMERA, pace_s=0.1) for _ in range(OBJECTS)]
    subjects = {one.subject for one in sent}

    def ended(outcome: str) -> list[str]:
        records = world.ledger.outcomes.values()
        return [r["signal_id"] for r in records if r.get("subject") in subjects and r["outcome"] == outcome]

    await world.pulse.until(lambda: len(ended("alarm")) + len(ended("folded")) >= OBJECTS, "toutes les issues", 40)
    folded, shown = len(ended("folded")), len(ended("alarm"))
    expect(shown <= SHOWN, f"{shown} alarmes montrées")
    incidents = world.ledger.opened_by(CHATTERING_CAMERA, world.started_at)
    expect(len(incidents) <= 1, f"{len(incidents)} fiches")
    for incident in incidents:
        await world.operator.verify(incident["incident_id"], "false_alarm")
    await asyncio.sleep(0)
    return f"{OBJECTS} signaux : {shown} montrés sur 1 fiche, {folded} repliés"


SCENE = Scene("chatter", "Caméra bavarde", "Chattering camera", 8.0, play, (CHATTERING_CAMERA,))
