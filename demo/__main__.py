"""`python -m demo`: plays the demo city on the running stack; `make demo` starts both. DEMO_SECONDS limits it.

Exit codes: 0 everything as expected; 1 something was lost, sent twice, or a scene failed; 2 it could not begin.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from rich.console import Console as Screen

from demo.board.closing import print_closing
from demo.board.live import picture
from demo.evening import city, perform
from demo.measure.doubles import double_assignments
from demo.measure.latency import first_assignment_s
from demo.measure.losses import lost
from demo.measure.summary import summarise
from demo.settings import EXERCISE_PIN, DemoUnable, Settings, read_doors, read_settings
from demo.story.evening import evening
from demo.story.scene import Mark, Scene
from demo.world import World


async def play(settings: Settings, screen: Screen) -> int:
    """One evening; its exit code."""
    doors = read_doors(settings.var)
    settings.folder.mkdir(parents=True, exist_ok=True)
    screen.print(f"Suivre à l'écran / follow on screen: {doors.dispatch[0]}/ (operateur-1, code {shown_pin(settings)})")
    scenes = evening()
    started = time.monotonic()
    async with city(settings, doors) as world:
        await perform(world, scenes, settings.seconds, screen)
    summary = summarise(world.ledger, world.started_at)
    write(settings, world, scenes, summary, time.monotonic() - started)
    print_closing(screen, scenes, summary)
    explain(world, screen)
    seconds = first_assignment_s(world.ledger, doors.started_at)
    if seconds is not None:
        words = "Du démarrage à la première affectation / from start to first assignment"
        screen.print(f"{words}: {seconds:.1f} s", highlight=False)
    screen.print(f"{settings.folder / 'summary.json'}", highlight=False)
    return verdict(scenes, summary)


def shown_pin(settings: Settings) -> str:
    """The exercise's own; one that the user set is not repeated."""
    return settings.pin if settings.pin == EXERCISE_PIN else "VIGIE_DEMO_PIN"


def verdict(scenes: Sequence[Scene], summary: dict[str, Any]) -> int:
    """1 if anything was lost or sent twice, or a scene failed; scenes that Ctrl-C cut short are not judged."""
    failed = any(scene.mark is Mark.FAILED for scene in scenes)
    return 1 if failed or summary["signals_lost"] or summary["double_assignments"] else 0


def write(settings: Settings, world: World, scenes: Sequence[Scene], summary: dict[str, Any], seconds: float) -> None:
    """summary.json (the keys of DESIGN.md), story.json, board.svg."""
    story = [{"scene": s.key, "fr": s.fr, "en": s.en, "mark": s.mark, "seen": s.seen} for s in scenes]
    for name, content in (("summary", summary), ("story", story)):
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        (settings.folder / f"{name}.json").write_text(text, "utf-8")
    picture(world, scenes, seconds, settings.folder / "board.svg")


def explain(world: World, screen: Screen) -> None:
    """What was lost or doubled, one line each."""
    for sent in lost(world.ledger):
        screen.print(f"✗ perdu / lost: {sent.way} {sent.device} {sent.what} {sent.signal_id or sent.device_at}")
    for sentence in double_assignments(world.ledger.tablet_events):
        screen.print(f"✗ double: {sentence}")


def main() -> int:
    """Reads the settings and plays."""
    try:
        settings = read_settings()
        return asyncio.run(play(settings, Screen()))
    except DemoUnable as unable:
        print(unable, file=sys.stderr)
        return 2


if __name__ == "__main__":
    raise SystemExit(main())
