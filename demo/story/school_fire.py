"""Smoke in a school: two detectors, one incident, two patrols and the fire brigade, nobody sent twice."""

import asyncio

from demo.cast import SCHOOL_PANEL, SIREN
from demo.story.scene import Scene, expect
from demo.world import World


async def play(world: World) -> str:
    """Zone 01, then zone 02 of the same panel."""
    panel = world.panel(SCHOOL_PANEL)
    await panel.report("Nri1/FA01", urgent=True, what="incendie")
    await asyncio.sleep(1.2)
    await panel.report("Nri1/FA02", urgent=True, what="incendie")
    incident = await world.incident_of_device(SCHOOL_PANEL)
    name = incident["incident_id"]
    units = await world.offered(name, units=2)
    await world.pulse.until(lambda: world.ledger.incidents[name]["signals"] >= 2, "second détecteur lié")
    told = await world.pulse.until(
        lambda: [t for t in world.ledger.told if t.incident_id == name and t.agency == SIREN], "SDIS prévenu"
    )
    expect(all(letter.signed for letter in told), "signature du SDIS fausse")
    await world.state_of(name, "resolved")
    incidents = world.ledger.opened_by(SCHOOL_PANEL, world.started_at)
    expect(len(incidents) == 1, f"{len(incidents)} fiches au lieu d'une")
    expect(incident["priority"] == "P1", f"priorité {incident['priority']}")
    expect(len({offer.slot for offer in world.ledger.offers(name)}) == 2, "pas deux équipages")
    return f"1 fiche P1, 2 détecteurs, {units} équipages, SDIS acquitté, résolue"


SCENE = Scene("school_fire", "Incendie dans une école", "Fire alarm in a school", 1.0, play, units=3)
