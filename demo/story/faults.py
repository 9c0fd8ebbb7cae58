"""Things that are broken: a panel's power and a street lamp become work orders, the lamp's contractor is told."""

from demo.cast import LAMP, LIGHTING, TOWN_HALL_PANEL
from demo.story.scene import Scene, expect
from demo.world import World


async def panel_fault(world: World) -> str:
    """The town hall's panel reports that its mains failed."""
    await world.panel(TOWN_HALL_PANEL).report("Nri1/AT03", urgent=False, what="défaut secteur")
    return await _repaired(world, TOWN_HALL_PANEL, {"technical_fault", "power_fault"})


async def lamp(world: World) -> str:
    """A lamp's controller says that it is out."""
    await world.devices.sensor(LAMP, "lamp_out")
    seen = await _repaired(world, LAMP, {"lamp_out"})
    told = await world.pulse.until(
        lambda: [t for t in world.ledger.told if t.agency == LIGHTING and t.work_order], "titulaire prévenu"
    )
    expect(told[0].signed, "signature du titulaire fausse")
    return f"{seen}, titulaire prévenu"


async def _repaired(world: World, device: str, natures: set[str]) -> str:
    incident = await world.incident_of_device(device)
    name = incident["incident_id"]
    expect(incident["nature"] in natures, f"nature {incident['nature']}")

    def orders(state: str) -> list[str]:
        known = world.ledger.work_orders.values()
        return [o["order_id"] for o in known if o.get("incident_id") == name and o["state"] == state]

    await world.pulse.until(lambda: orders("completed"), "bon terminé")
    await world.state_of(name, "resolved")
    expect(not world.ledger.offers(name), "un équipage a été envoyé")
    return "1 bon d'intervention, terminé, fiche résolue"


PANEL = Scene("panel_fault", "Défaut technique d'une centrale", "A panel's technical fault", 5.0, panel_fault)
LAMP_OUT = Scene("lamp_out", "Lampadaire en panne", "Broken lamp", 7.0, lamp)
