"""The scenes in the order in which the table shows them."""

from dataclasses import replace

from demo.story import (
    access_call,
    chatter,
    diversion,
    encrypted_panel,
    faults,
    intrusion_then_fire,
    kiosk_sos,
    legal_gate,
    repeats,
    school_fire,
    station_sos,
    wrong_crc,
)
from demo.story.scene import Scene

SCENES = (
    diversion.SCENE,
    school_fire.SCENE,
    kiosk_sos.SCENE,
    station_sos.SCENE,
    access_call.SCENE,
    chatter.SCENE,
    faults.PANEL,
    faults.LAMP_OUT,
    legal_gate.SCENE,
    repeats.FRAME,
    repeats.BUTTON,
    wrong_crc.SCENE,
    intrusion_then_fire.SCENE,
    encrypted_panel.SCENE,
)


def evening() -> list[Scene]:
    """Fresh scenes for one run."""
    return [replace(scene) for scene in SCENES]
