"""A patrol on its way to something less urgent turns round for a life in danger; the other gets another at once."""

import asyncio
from typing import Any

from demo.board.durations import duration, travel
from demo.ledger import TabletEvent
from demo.story.scene import Scene, expect
from demo.turning import LatLon, Turning, best_turning
from demo.world import World

LEAST_GAIN_S = 30.0
PLACES: tuple[LatLon, ...] = (
    (49.1334, 6.1688), (49.1458, 6.1579), (49.1300, 6.1590), (49.1187, 6.1495),
    (49.1030, 6.1614), (49.1013, 6.1746), (49.0992, 6.1869), (49.1060, 6.1972),
    (49.1085, 6.2045), (49.1140, 6.2052), (49.1262, 6.2020),
    (49.1255, 6.1735),
)  # fmt: skip
"""Points of the pack's streets where nothing else of the evening happens."""


async def play(world: World) -> str:
    """An operator sends a patrol to somebody who is followed; then, nearer to it than to anyone, an SOS."""
    world.hushed = True
    try:
        turning, incident = await _set_out(world)
        tablet = world.tablet(turning.unit)
        try:
            _, sos_id = await world.devices.sos(*turning.second, person="demo-deroutement")
            life = await world.incident_of_device(f"sos:{sos_id}")
            offer, left = await _turned_round(world, turning.unit, incident, life["incident_id"])
        finally:
            tablet.arrives.set()
    finally:
        world.hushed = False
        world.pulse.beat()
    next_one = await _next_unit(world, incident, left)
    seen = await _explained(world, life["incident_id"], turning.unit, incident)
    expect(offer.moment == left.moment == next_one.moment, "la fiche quittée n'a pas été relancée aussitôt")
    await world.state_of(life["incident_id"], "resolved")
    await world.state_of(incident, "resolved")
    names = world.cast.patrols
    return f"{names[turning.unit]} dérouté : {seen} ; {names[next_one.unit]} repart aussitôt pour l'autre fiche"


async def _set_out(world: World) -> tuple[Turning, str]:
    """The first incident with its patrol on the way, held there until the scene lets it arrive."""
    at = await world.positions()
    # Tablets say all the time that they are still there; an old position would count as unknown.
    await asyncio.gather(*(world.tablet(unit).report_position(*place) for unit, place in at.items()))
    turning = best_turning([tablet.unit for tablet in world.free], at, PLACES)
    tablet = world.tablet(turning.unit)
    tablet.arrives.clear()
    try:
        incident = await world.operator.take_call("harassment", *turning.first)
        await world.pulse.until(lambda: incident in world.ledger.incidents, "fiche de l'appel")
        priority = world.ledger.incidents[incident]["priority"]
        expect(priority in {"P2", "P3"}, f"priorité {priority}")
        await world.operator.send(incident, turning.unit, "équipage le plus proche")
        await world.pulse.until(
            lambda: tablet.state == "en_route" and tablet.incident == incident, f"{turning.unit} parti"
        )
    except BaseException:
        tablet.arrives.set()
        raise
    return turning, incident


async def _turned_round(world: World, unit: str, incident: str, life: str) -> tuple[TabletEvent, TabletEvent]:
    """The patrol's tablet: the offer for the life, and the end of the other assignment."""

    def seen() -> tuple[TabletEvent, TabletEvent] | None:
        own = [event for event in world.ledger.tablet_events if event.unit == unit]
        offered = [event for event in own if event.incident_id == life and event.state == "offered"]
        left = [event for event in own if event.incident_id == incident and event.state == "diverted"]
        return (offered[0], left[0]) if offered and left else None

    found = await world.pulse.until(seen, f"{unit} dérouté")
    assert found is not None, "until returns what is true"
    return found


async def _next_unit(world: World, incident: str, left: TabletEvent) -> TabletEvent:
    """Who was offered the first incident after the diversion."""

    def seen() -> list[TabletEvent]:
        return [offer for offer in world.ledger.offers(incident) if offer.position > left.position]

    return (await world.pulse.until(seen, "autre équipage sur tablette"))[0]


async def _explained(world: World, life: str, unit: str, incident: str) -> str:
    """What the decision's event says: travel time with its basis, and the gain over the best free unit."""
    card = await world.console.card(life)
    inputs: dict[str, Any] = next(event["inputs"] for event in card["events"] if event["event"] == "unit_offered")
    best = inputs["recommendation"]["ranked"][0]
    expect((best["unit"], best["diverts"]) == (unit, incident), "la décision dit autre chose")
    expect(best["gain_s"] is not None and best["gain_s"] >= LEAST_GAIN_S, f"gain {best['gain_s']} s")
    return f"{travel(best['seconds'], inputs['travel'])}, gain {duration(best['gain_s'])}"


SCENE = Scene("diversion", "Équipage dérouté pour un SOS", "A patrol diverted to an SOS", 0.0, play, units=3)
