"""A city's ordinary evening: heartbeats, small things, and now and then somebody who needs help."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from demo.cast import ACCESS_KIOSK, BUTTON_KIOSK, SOS_KIOSK
from demo.insist import GaveUp
from demo.ledger import Sent
from demo.world import World

SPARE_UNITS = 5
KIOSKS = (ACCESS_KIOSK, BUTTON_KIOSK, SOS_KIOSK, "borne-comedie", "borne-charrons")
SUPERVISED = ("panel-gymnase-sablon", "panel-mairie-montigny", "panel-mairie-woippy")
WATCHED = (("fournirue", "cam-fournirue"), ("patrotte_thionville", "cam-patrotte"), ("sablon_gymnase", "cam-sablon"))
SPOTS = (
    (49.0965, 6.1560), (49.1015, 6.1520), (49.1045, 6.1575),
    (49.1500, 6.1480), (49.1540, 6.1530), (49.1475, 6.1445),
    (49.1325, 6.2030), (49.1355, 6.2080), (49.1290, 6.2060),
    (49.0950, 6.1985), (49.0985, 6.2050), (49.1040, 6.1950),
    (49.1000, 6.2240), (49.1040, 6.2150), (49.1110, 6.2260),
    (49.1170, 6.1930), (49.1210, 6.2060), (49.1420, 6.1720),
)  # fmt: skip
"""Streets where nothing of the story happens, hundreds of metres apart."""


@dataclass(frozen=True)
class Stream:
    """One kind of traffic: `act` every `every_s` seconds on average."""

    every_s: float
    act: Callable[[], Awaitable[object]]


async def background(world: World, group: asyncio.TaskGroup) -> None:
    """Goes on until cancelled; nothing waits for an answer to the last one."""
    streams = _streams(world)
    await asyncio.gather(*(_flow(stream, group) for stream in streams))


async def _flow(stream: Stream, group: asyncio.TaskGroup) -> None:
    while True:
        await asyncio.sleep(random.uniform(0.6, 1.4) * stream.every_s)
        group.create_task(_send(stream.act))


async def _send(act: Callable[[], Awaitable[object]]) -> None:
    try:
        await act()
    except GaveUp:
        return  # not acknowledged: counted as sent, and no more


def _streams(world: World) -> list[Stream]:
    kiosks, panels = itertools.cycle(KIOSKS), itertools.cycle(SUPERVISED)
    cameras, spots = itertools.cycle(WATCHED), itertools.cycle(random.sample(SPOTS, len(SPOTS)))

    async def kiosk_lives() -> Sent:
        return await world.devices.heartbeat(next(kiosks))

    async def panel_lives() -> Sent:
        return await world.panel(next(panels)).alive()

    async def camera_sees() -> Sent:
        frigate, device = next(cameras)
        return await world.cameras.see(frigate, "person", device)

    async def somebody_calls() -> None:
        if len(world.free) < SPARE_UNITS or world.hushed:
            return  # an ordinary evening, not a storm: the story's alarms find units
        lat, lon = next(spots)
        near = (lat + random.uniform(-0.0003, 0.0003), lon + random.uniform(-0.0003, 0.0003))
        _, sos_id = await world.devices.sos(*near, person=f"demo-{random.randrange(10**6)}")
        await asyncio.sleep(1.0)
        await world.devices.moved(sos_id, near[0] + 0.0001, near[1])

    async def rubbish_is_found() -> Sent:
        return await world.devices.sensor("conteneur-borny-04", "illegal_dumping")

    async def a_box_is_opened() -> Sent:
        return await world.devices.sensor("armoire-eclairage-borny", "tamper")

    return [
        Stream(0.4, kiosk_lives),
        Stream(2.0, panel_lives),
        Stream(0.8, camera_sees),
        Stream(2.2, somebody_calls),
        Stream(20.0, rubbish_is_found),
        Stream(15.0, a_box_is_opened),
    ]
