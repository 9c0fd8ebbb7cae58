"""A resident asks to be let in: the call waits in its queue until the operator answers and opens. No incident."""

import asyncio

from demo.cast import ACCESS_KIOSK
from demo.story.scene import Scene, expect
from demo.world import World

WAITS_S = 3.0


async def play(world: World) -> str:
    """One access call."""
    sent = await world.devices.kiosk(ACCESS_KIOSK, "access")
    calls = world.console.kiosk_calls

    def of_signal(state: str) -> list[str]:
        return [n for n, call in calls.items() if call["signal_id"] == sent.signal_id and call["state"] == state]

    (call,) = await world.pulse.until(lambda: of_signal("waiting"), "appel en attente")
    await asyncio.sleep(WAITS_S)
    expect(calls[call]["state"] == "waiting", "l'appel n'a pas attendu")
    await world.operator.kiosk(call, "answer")
    await world.pulse.until(lambda: of_signal("answered"), "appel pris")
    await world.operator.kiosk(call, "open", "riverain")
    await world.pulse.until(lambda: of_signal("opened"), "borne ouverte")
    expect(not world.ledger.opened_by(ACCESS_KIOSK, world.started_at), "une fiche a été ouverte")
    return "en attente, pris, ouvert ; aucune fiche"


SCENE = Scene("access_call", "Demande d'accès à une borne", "Kiosk access call", 4.0, play)
