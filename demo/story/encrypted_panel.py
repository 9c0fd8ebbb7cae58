"""A hold-up reported by an encrypted panel whose clock is wrong: NAK with our time, then the alarm."""

from demo.cast import CONGRESS_PANEL, POLICE
from demo.story.scene import Scene, expect
from demo.world import World


async def play(world: World) -> str:
    """The button behind the ticket office."""
    panel = world.panel(CONGRESS_PANEL)
    await panel.report("Nri1/HA02", urgent=True, what="agression à main armée")
    expect(panel.naks >= 1, "pas de NAK pour une horloge fausse")
    incident = await world.incident_of_device(CONGRESS_PANEL)
    name = incident["incident_id"]
    expect(incident["nature"] == "hold_up", f"nature {incident['nature']}")
    await world.offered(name, units=2)
    await world.pulse.until(
        lambda: [t for t in world.ledger.told if t.incident_id == name and t.agency == POLICE], "police prévenue"
    )
    await world.state_of(name, "resolved")
    return "NAK, horloge remise, AES : 1 fiche, 2 équipages, police"


SCENE = Scene(
    "encrypted_panel", "Centrale chiffrée, horloge fausse", "Encrypted panel, wrong clock", 20.0, play, units=3
)
