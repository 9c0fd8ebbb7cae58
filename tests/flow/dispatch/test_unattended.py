"""Alarms for which nobody comes: the room is told, crews are left in peace, and whoever becomes free goes at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import event, select

from schemas.pack.responders import Responder
from schemas.vocabulary.dispatching import ResponderKind
from schemas.vocabulary.natures import Nature
from services.dispatch.domain.filling import pause
from services.dispatch.store import tables
from tests.flow.dispatch.builders import PATROLS, card, city, signal, sos
from tests.flow.dispatch.world import World, until

OFFER = timedelta(seconds=0.3)
NEAREST, SECOND, _ = PATROLS


@asynccontextmanager
async def running(world: World) -> AsyncIterator[None]:
    """The real timers run."""
    stop = asyncio.Event()
    loop = asyncio.create_task(world.timers.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(loop, 20)


async def offers(world: World, incident: str) -> list[Any]:
    """Its assignments as stored, the first offered first."""
    table = tables.assignments
    return await world.rows(select(table).where(table.c.incident_id == incident).order_by(table.c.offered_at))


async def ready(world: World, unit: str) -> None:
    """The unit comes on duty."""
    assert (await world.http.put(f"/v1/units/{unit}/status", json={"state": "available"})).status_code == 200


def locks(world: World) -> list[str]:
    """Grows by each statement that takes row locks."""
    found: list[str] = []

    @event.listens_for(world.engine.sync_engine, "before_cursor_execute")
    def _(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "FOR UPDATE" in statement:
            found.append(statement)

    return found


async def test_who_never_answers_is_asked_ever_more_seldom_and_a_new_unit_at_once(world: World) -> None:
    """With the real timers: pauses double, a round is one line, the call for attention stays, fresh help goes."""
    quick = World(world.url, world.engines, offer_s=OFFER.total_seconds())
    await quick.only_units(NEAREST)
    incident = str(await quick.urgent(sos("anna")))
    async with running(quick):

        async def asked_four_times() -> bool:
            known = await offers(quick, incident)
            return len(known) >= 4 and known[3]["state"] == "expired"

        await until(asked_four_times, "not asked again", 60)
        told = await quick.events(incident)
        assert (await quick.card(incident))["attention"] == "no_unit_left"
        await ready(quick, SECOND)
        await until(lambda: _is_asked(quick, incident, SECOND), "the unit that became free was kept waiting", 5)
    made = [known for known in await offers(quick, incident) if known["unit_id"] == NEAREST]
    for times, (one, following) in enumerate(pairwise(made), start=1):
        assert following["offered_at"] - one["ended_at"] >= pause(times, OFFER), times
    first_round = told.index(("no_unit_left", "no_unit_left")) + 1
    assert set(told[first_round:]) == {("unit_offered", "declined_before")}
    assert len(told[first_round:]) == 3
    await quick.http.aclose()


async def test_units_that_suit_nobody_are_not_looked_at_again_and_hide_nobody(world: World) -> None:
    """52 lives want what no patrol can do: no lock is taken for them again, and the 53rd task gets its unit."""
    dogs = (Responder(kind=ResponderKind.PATROL, capabilities=("dog",)),)
    cards = (card("dogs", Nature.SOS, responders=dogs), *city().run_cards)
    await world.apply(city(run_cards=cards))
    await world.only_units()
    for number in range(52):
        await world.urgent(sos(f"person-{number}"))
    routine = await world.urgent(signal(Nature.INTRUSION))
    await world.order(routine, "verify", {"result": "confirmed"})
    for name in PATROLS:
        await ready(world, name)
    for _ in range(6):
        await world.timers.round()
        if await world.active(routine):
            break
    [bound] = await world.active(routine)
    await world.step(bound, "accept")
    for _ in range(2):
        await world.timers.round()
    taken = locks(world)
    await world.timers.round()
    assert taken == []


async def _is_asked(world: World, incident: str, unit: str) -> bool:
    return unit in {known["unit_id"] for known in await offers(world, incident)}
