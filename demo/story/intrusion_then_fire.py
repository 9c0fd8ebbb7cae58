"""An intrusion that a look at the camera dismisses; then fire at the same place: a new incident, linked to the old."""

from demo.cast import MUSEUM_PANEL
from demo.story.scene import Scene, expect
from demo.world import World


async def play(world: World) -> str:
    """One detector in the museum, then smoke."""
    panel = world.panel(MUSEUM_PANEL)
    await panel.report("Nri1/BA01", urgent=False, what="intrusion")
    intrusion = await world.incident_of_device(MUSEUM_PANEL)
    name = intrusion["incident_id"]
    expect(intrusion["verify_first"], "pas de levée de doute demandée")
    expect(not world.ledger.offers(name), "un équipage est parti sans levée de doute")
    await world.operator.verify(name, "false_alarm")
    await world.state_of(name, "dismissed")
    await panel.report("Nri1/FA11", urgent=True, what="incendie")
    found = await world.pulse.until(
        lambda: later if len(later := world.ledger.opened_by(MUSEUM_PANEL, world.started_at)) >= 2 else [],
        "fiche incendie",
    )
    fire = found[1]
    expect(fire["nature"] == "fire" and fire["linked_to"] == name, "fiche incendie non liée")
    await world.offered(fire["incident_id"])
    await world.state_of(fire["incident_id"], "resolved")
    expect(not world.ledger.offers(name), "un équipage est parti pour la fausse alerte")
    return "intrusion classée ; incendie : nouvelle fiche, liée"


SCENE = Scene(
    "intrusion_then_fire",
    "Intrusion classée, puis incendie au même lieu",
    "Intrusion dismissed, then fire at the same site",
    13.0,
    play,
    (MUSEUM_PANEL,),
    units=2,
)
