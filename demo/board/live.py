"""Shows the board while the evening lasts: live on a terminal, as lines elsewhere."""

import asyncio
import io
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.live import Live

from cli.picture import save_svg
from demo.board.view import LEFT, RIGHT, board
from demo.board.words import MARK
from demo.measure.latency import alarm_to_tablet, percentiles
from demo.story.scene import Mark, Scene
from demo.world import World

REFRESH_S = 0.5
LINE_S = 5.0
WIDTH = LEFT + RIGHT + 3


async def show(console: Console, world: World, scenes: Sequence[Scene]) -> None:
    """Until cancelled."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    if not console.is_terminal:
        await _lines(console, world, scenes, started)
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            live.update(board(world, scenes, loop.time() - started), refresh=True)
            await asyncio.sleep(REFRESH_S)


async def _lines(console: Console, world: World, scenes: Sequence[Scene], started: float) -> None:
    loop = asyncio.get_running_loop()
    told: set[str] = set()
    next_line = loop.time()
    while True:
        for scene in scenes:
            if scene.mark in {Mark.AS_EXPECTED, Mark.FAILED} and scene.key not in told:
                told.add(scene.key)
                console.print(
                    f"  {MARK[scene.mark][0]} {scene.fr} / {scene.en} : {scene.seen}", highlight=False, soft_wrap=True
                )
        if loop.time() >= next_line:
            next_line = loop.time() + LINE_S
            console.print(_line(world, loop.time() - started), highlight=False, soft_wrap=True)
        await asyncio.sleep(REFRESH_S)


def _line(world: World, seconds: float) -> str:
    sent = len(world.ledger.sent)
    acknowledged = sum(one.acknowledged_at is not None for one in world.ledger.sent)
    opened = sum(incident["opened_at"] >= world.started_at for incident in world.ledger.incidents.values())
    busy = sum(tablet.state != "available" for tablet in world.tablets)
    p50 = percentiles(alarm_to_tablet(world.ledger).measured_ms)["p50"]
    return (
        f"{seconds:4.0f} s  signaux {sent}, acquittés {acknowledged}, fiches {opened}, "
        f"équipages engagés {busy}/{len(world.tablets)}, alarme → tablette p50 {p50 or '–'} ms"
    )


def picture(world: World, scenes: Sequence[Scene], seconds: float, file: Path) -> None:
    """Writes the board as SVG."""
    recording = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    recording.print(board(world, scenes, seconds))
    save_svg(recording, file, "Vigie, make demo")
