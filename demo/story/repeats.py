"""The same frame twice within seconds is one alarm; the same button pressed again later is another."""

from demo.cast import BUTTON_KIOSK, DISTRICT_HALL_PANEL
from demo.story.scene import Scene, expect
from demo.world import World


async def frame_twice(world: World) -> str:
    """A panel that missed the answer sends the same bytes again."""
    panel = world.panel(DISTRICT_HALL_PANEL)
    first, raw = await panel.report("Nri1/PA02", urgent=True, what="agression")
    await panel.resend(raw, first)
    incident = await world.incident_of_device(DISTRICT_HALL_PANEL)
    await world.state_of(incident["incident_id"], "resolved")
    found = world.ledger.opened_by(DISTRICT_HALL_PANEL, world.started_at)
    expect(len(found) == 1, f"{len(found)} fiches")
    signals = world.ledger.incidents[incident["incident_id"]]["signals"]
    expect(signals == 1, f"{signals} signaux sur la fiche")
    return "acquittée deux fois, 1 signal, 1 fiche"


async def button_again(world: World) -> str:
    """One press, repeated by a nervous network; when that is over, another press."""
    call = f"call-{world.run}-bouton"
    first = await world.devices.kiosk(BUTTON_KIOSK, "sos", call)
    again = await world.devices.kiosk(BUTTON_KIOSK, "sos", call)
    expect(again.signal_id == first.signal_id or first.attempts > 1, "la répétition a un autre numéro")
    incident = await world.incident_of_device(BUTTON_KIOSK)
    await world.state_of(incident["incident_id"], "resolved")
    later = await world.devices.kiosk(BUTTON_KIOSK, "sos")
    expect(later.signal_id != first.signal_id, "le second appui a été pris pour une répétition")
    opened = await world.pulse.until(
        lambda: found if len(found := world.ledger.opened_by(BUTTON_KIOSK, world.started_at)) >= 2 else [],
        "seconde fiche",
    )
    expect(opened[1]["linked_to"] == incident["incident_id"], "la seconde fiche n'est pas liée")
    await world.offered(opened[1]["incident_id"])
    return "répétition reconnue ; appui suivant : autre fiche, liée"


FRAME = Scene(
    "frame_twice", "Trame répétée en quelques secondes", "A frame repeated within seconds", 11.0, frame_twice, units=2
)
BUTTON = Scene("button_again", "Même bouton, plus tard", "The same button, later", 10.0, button_again, units=2)
