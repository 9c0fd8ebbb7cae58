"""A frame damaged on the line: no answer, so the panel repeats it, and the alarm arrives once."""

from demo.cast import COLLEGE_PANEL
from demo.story.scene import Scene, expect
from demo.world import World


async def play(world: World) -> str:
    """First with a wrong CRC, then right."""
    panel = world.panel(COLLEGE_PANEL)
    reply = await panel.report_damaged("Nri1/FA01")
    expect(reply == b"", f"répondu : {reply[:40]!r}")
    expect(not world.ledger.opened_by(COLLEGE_PANEL, world.started_at), "la trame abîmée a ouvert une fiche")
    await panel.report("Nri1/FA01", urgent=True, what="incendie")
    incident = await world.incident_of_device(COLLEGE_PANEL)
    await world.offered(incident["incident_id"])
    await world.state_of(incident["incident_id"], "resolved")
    return "abîmée : sans réponse ; répétée : 1 fiche"


SCENE = Scene("wrong_crc", "Trame au CRC faux", "A frame with a wrong CRC", 16.0, play, units=2)
