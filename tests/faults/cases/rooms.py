"""What is not a process that dies: wrong clocks, storms, tablets in tunnels, partners who do not answer, flapping."""

from __future__ import annotations

import asyncio
import contextlib

from tests.faults.case import LONG, case
from tests.faults.city import SHARE
from tests.faults.stack import NotHealed, until
from tests.faults.tablets import Tablet
from tests.faults.town import Town

FLAPS = 4
FLAP_S = 5.0
CLOCK_S = 600.0
STORM = 100
"""So many times the ordinary alarms (three a second: sensors and cameras), for `STORM_S` seconds."""
ALARMS_PER_S = 3
STORM_S = 10
REQUESTS_PER_S = 10
PARTNER_DOWN_S = 600.0 if LONG else 45.0
OFFLINE_S = 600.0 if LONG else 0.0
"""A silent tablet is so at least as long; an offer lapses after 30 s."""
SILENT_TRIES = 4


@case("worker-flapping", urgent=True)
async def worker_flapping(town: Town) -> None:
    """A triage worker dies every 5 s: the urgent lane does not pass by it."""
    for flap in range(FLAPS):
        name = ("screening", "correlation")[flap % 2]
        await until(lambda n=name: town.stack.pid(n) is not None, f"{name} runs", 20)  # type: ignore[misc]
        town.stack.kill(name)
        await asyncio.sleep(FLAP_S)
    await town.stack.healthy(60)


@case("clock-ahead")
async def clock_ahead(town: Town) -> None:
    """The clock of one service after the other is 10 minutes ahead: nothing expires, order is by version."""
    await _wrong_clocks(town, CLOCK_S)


@case("clock-behind")
async def clock_behind(town: Town) -> None:
    """The clock of one service after the other is 10 minutes behind."""
    await _wrong_clocks(town, -CLOCK_S)


async def _wrong_clocks(town: Town, seconds: float) -> None:
    for name in ("ingest", "screening", "correlation", "dispatch", "notify"):
        town.stack.set_clock(name, seconds)
        await asyncio.sleep(4)
        town.stack.set_clock(name, None)
        await asyncio.sleep(1)
    expired = [event for event in town.ledger.tablet_events if event.state == "expired"]
    town.demand(not expired, f"{len(expired)} offers expired by a wrong clock")


@case("storm", urgent=True, short=True)
async def storm(town: Town) -> None:
    """100 times the ordinary alarms for 10 s: SOS are as fast as ever, the flood is grouped into few cards."""
    before = await asyncio.to_thread(town.cards)
    loop = asyncio.get_running_loop()
    bodies_each = round(STORM * ALARMS_PER_S * SHARE / REQUESTS_PER_S)
    pending = []
    for second in range(STORM_S):
        due = loop.time() + 1.0
        device = ("conteneur-borny-04", "armoire-eclairage-borny")[second % 2]
        for number in range(REQUESTS_PER_S):
            bodies = town.load.burst(bodies_each, device, "tamper", f"{second}-{number}")
            pending.append(asyncio.create_task(town.load.post_burst(bodies)))
            await asyncio.sleep(0.8 / REQUESTS_PER_S)
        await asyncio.sleep(max(0.0, due - loop.time()))
    await asyncio.gather(*pending)
    await asyncio.sleep(3)
    town.notes["storm_alarms"] = STORM_S * REQUESTS_PER_S * bodies_each
    opened = await asyncio.to_thread(town.cards) - before
    town.notes["cards_without_sos"] = opened
    town.demand(opened <= 5, f"{opened} cards for a storm of two devices")


@case("tablet-offline")
async def tablet_offline(town: Town) -> None:
    """A tablet falls silent with an offer, which lapses; back again with two sessions, its late tap changes nothing."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    found = await _silent_with_an_offer(town)
    if found is None:
        town.demand(False, f"none of {SILENT_TRIES} silent tablets got an offer")
        return
    tablet, last = found
    await town.until(lambda: "expired" in town.states_of(tablet.unit, last), "the offer lapses, others are sent", 60)
    lapsed = [e for e in town.history() if e.unit == tablet.unit and e.state == "expired" and e.position > last]
    await asyncio.sleep(max(0.0, began + OFFLINE_S - loop.time()))
    twin = town.tablet(tablet.unit, session="2")
    town.tablets.append(twin)
    for session in (tablet, twin):
        session.start()
    if not lapsed:
        return
    late = await tablet.tap(lapsed[0].assignment_id, lapsed[0].epoch, "accept")
    town.notes["late_tap"] = late.json()
    town.demand(late.status_code == 202 and not late.json()["applied"], "a late tap was applied")
    others = {event.unit for event in town.history() if event.task_id == lapsed[0].task_id} - {tablet.unit}
    town.demand(bool(others), "nobody else was sent")
    await asyncio.sleep(6)


async def _silent_with_an_offer(town: Town) -> tuple[Tablet, int] | None:
    """A tablet without its officer, with the position after which its unit was offered one of the load's SOS.

    The unit is one that was sent before, the most often of all: not each stands where people call from.
    """
    for _ in range(SILENT_TRIES):
        await town.until(lambda: town.idle() is not None, "a patrol is idle that was sent before", 10)
        tablet = town.idle()
        if tablet is None:
            return None
        await tablet.stop()
        last = max((event.position for event in town.history()), default=0)
        with contextlib.suppress(NotHealed):
            await until(lambda t=tablet, n=last: "offered" in town.states_of(t.unit, n), "an offer", 10)  # type: ignore[misc]
            return tablet, last
        tablet.start()
    return None


@case("partner-down")
async def partner_down(town: Town) -> None:
    """notify's partner refuses everything for a while, then takes it: each hand-over is told once."""
    town.partner.down = True
    await asyncio.sleep(PARTNER_DOWN_S)
    town.notes["refused"] = town.partner.refused
    town.demand(town.partner.refused > 10, "the partner was never asked")
    town.partner.down = False
    await asyncio.sleep(5)
