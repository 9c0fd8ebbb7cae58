"""One run from the first connection to the last figure."""

import asyncio
import signal
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
from rich.console import Console as Screen

from demo import overlay
from demo.background import background
from demo.badges import Badges
from demo.board.live import show
from demo.cast import CONGRESS_PANEL, Cast
from demo.followers.console import Console
from demo.followers.outcomes import Outcomes
from demo.ledger import Ledger
from demo.people.crew import Crew
from demo.people.operator import Operator
from demo.people.partner import Partners
from demo.people.tablet import Tablet
from demo.pulse import Pulse
from demo.senders.cameras import Cameras
from demo.senders.devices import Devices
from demo.settings import Doors, Settings
from demo.story.scene import Scene
from demo.world import World

CONNECT_S = 20.0
STRAGGLERS_S = 15.0
HURRY_S = 4.0
"""For stragglers after Ctrl-C: whoever pressed it waits."""


class _Curtain(Exception):
    """The evening is over: everybody goes home."""


@asynccontextmanager
async def city(settings: Settings, doors: Doors) -> AsyncIterator[World]:
    """The world, with its partners in the pack; its connections are closed at the end."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
    timeout = httpx.Timeout(5.0, connect=1.0)
    badges = Badges(doors.dispatch, settings.pin)
    async with httpx.AsyncClient(limits=limits, timeout=timeout, trust_env=False, auth=badges) as client:
        ledger, pulse, run = Ledger(), Pulse(), uuid.uuid4().hex[:8]
        console = Console(client, doors.dispatch, ledger, pulse)
        partners = Partners(console, ledger, pulse)
        folders = overlay.overlays(settings, partners.url)
        cast = Cast(await overlay.apply(settings, folders, client, doors.dispatch[0]))
        partners.secrets = {a.id: overlay.secret(settings, a.secret_ref) for a in cast.pack.agencies}
        world = World(
            run=run,
            started_at=datetime.now(UTC).isoformat(),
            doors=doors,
            cast=cast,
            client=client,
            ledger=ledger,
            pulse=pulse,
            console=console,
            outcomes=Outcomes(console, ledger, pulse),
            operator=Operator(console, ledger, pulse, run),
            crew=Crew(console, ledger, pulse),
            partners=partners,
            devices=Devices(
                client, doors.ingest[0], ledger, pulse, run, _signing_keys(settings, cast), doors.ingest[1:]
            ),
            cameras=Cameras(doors.mqtt, run, ledger, _camera_password(settings)),
            panel_key=bytes.fromhex(overlay.secret(settings, cast.panel(CONGRESS_PANEL).key_ref)),
        )
        world.tablets = [Tablet(unit, console, ledger, pulse) for unit in cast.patrols]
        yield world


def _signing_keys(settings: Settings, cast: Cast) -> dict[str, bytes]:
    """Keys of the devices that sign, as they stand in the secrets folder."""
    refs = {device.id: device.auth_key_ref for device in cast.pack.devices if device.auth_key_ref is not None}
    return {device: overlay.secret(settings, reference).encode() for device, reference in refs.items()}


async def perform(world: World, scenes: Sequence[Scene], seconds: float | None, screen: Screen) -> None:
    """Plays until the scenes are over and `seconds` have passed (None: until a signal), then settles."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    world.cameras.start()
    try:
        async with asyncio.TaskGroup() as group:
            await _open(world, scenes, group)
            shown = group.create_task(show(screen, world, scenes))
            traffic = group.create_task(background(world, group))
            await _play(world, scenes, seconds, stop, group)
            traffic.cancel()
            await world.outcomes.settle(HURRY_S if stop.is_set() else STRAGGLERS_S)
            await world.outcomes.place_alarms()
            shown.cancel()
            raise _Curtain
    except* _Curtain:
        pass
    finally:
        world.cameras.stop()


async def _open(world: World, scenes: Sequence[Scene], group: asyncio.TaskGroup) -> None:
    """Everybody takes their place: nothing is sent before all tablets and the console follow."""
    group.create_task(world.partners.serve(group))
    world.console.start(group)
    for tablet in world.tablets:
        tablet.start(group)
    for follower in [*world.console.followers, *(f for tablet in world.tablets for f in tablet.followers)]:
        await follower.connected(CONNECT_S)
    await world.operator.tidy()
    world.operator.reserved = {device for scene in scenes for device in scene.devices}
    world.started_at = datetime.now(UTC).isoformat()
    group.create_task(world.outcomes.run())
    group.create_task(world.operator.run_room(group))
    group.create_task(world.crew.run(group))


async def _play(
    world: World, scenes: Sequence[Scene], seconds: float | None, stop: asyncio.Event, group: asyncio.TaskGroup
) -> None:
    played = [group.create_task(scene.run(world, scene.at_s)) for scene in scenes]
    stopping = group.create_task(stop.wait())
    await asyncio.wait({stopping}, timeout=seconds)
    if not stop.is_set():
        # The story is told to its end, also in a short evening.
        await asyncio.wait({stopping, group.create_task(_all(played))}, return_when=asyncio.FIRST_COMPLETED)


async def _all(tasks: Sequence["asyncio.Task[None]"]) -> None:
    await asyncio.wait(tasks)


def _camera_password(settings: Settings) -> str | None:
    """As the embedded stack keeps it; a broker of one's own may ask for none."""
    file = settings.var / "secrets" / "MQTT_FRIGATE"
    return file.read_text("ascii").strip() if file.is_file() else None
