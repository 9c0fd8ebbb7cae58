"""Somebody presses SOS on a kiosk."""

from demo.cast import SOS_KIOSK
from demo.story.scene import Scene, expect
from demo.world import World


async def play(world: World) -> str:
    """One press."""
    await world.devices.kiosk(SOS_KIOSK, "sos")
    incident = await world.incident_of_device(SOS_KIOSK)
    await world.offered(incident["incident_id"])
    await world.state_of(incident["incident_id"], "resolved")
    expect(incident["nature"] == "kiosk_sos", f"nature {incident['nature']}")
    expect(len(world.ledger.units_of(incident["incident_id"])) == 1, "plus d'un équipage")
    return "1 fiche P1, 1 équipage, résolue"


SCENE = Scene("kiosk_sos", "SOS à une borne", "Kiosk SOS", 3.0, play, units=2)
