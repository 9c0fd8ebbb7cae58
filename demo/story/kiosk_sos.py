"""Somebody presses SOS on a kiosk that signs; somebody else pretends to be that kiosk."""

from demo.cast import SOS_KIOSK
from demo.story.scene import Scene, expect
from demo.world import World


async def play(world: World) -> str:
    """One press; the forged one before it is refused and opens nothing."""
    status = await world.devices.forged(SOS_KIOSK)
    expect(status == 401, f"appel non signé : {status}")
    await world.devices.kiosk(SOS_KIOSK, "sos")
    incident = await world.incident_of_device(SOS_KIOSK)
    await world.offered(incident["incident_id"])
    await world.state_of(incident["incident_id"], "resolved")
    expect(incident["nature"] == "kiosk_sos", f"nature {incident['nature']}")
    expect(len(world.ledger.units_of(incident["incident_id"])) == 1, "plus d'un équipage")
    return "appel non signé refusé (401) ; signé : 1 fiche P1, 1 équipage, résolue"


SCENE = Scene("kiosk_sos", "SOS à une borne", "Kiosk SOS", 3.0, play, units=2)
