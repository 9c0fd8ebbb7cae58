"""`make demo`: the stack in the foreground, the demo's driver on it, everything stopped at the end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterable

from deploy.local.commands import summary
from deploy.local.layout import REPOSITORY
from deploy.local.run import Running, running_stack
from deploy.local.screen import Screen
from deploy.local.settings import LocalSettings

DRIVER_SECONDS = 5.0
"""Given to the driver to end by itself, then again after SIGTERM."""


async def demo(settings: LocalSettings, only: Iterable[str]) -> int:
    """Up in the foreground, then the demo driver, then everything stops; returns the driver's exit code."""
    settings = with_exercise(settings)
    settings.layout.create()
    screen = Screen(settings.layout.log("supervisor"))
    async with running_stack(settings, screen, only) as stack:
        for line in summary(stack, settings):
            screen.always(line)
        screen.muted = sys.stdout.isatty()
        code = await _drive(settings, stack)
        screen.muted = False
        for name, count in stack.supervisor.restarts.items():
            screen.say(name, f"redémarré {count} fois / restarted {count} times")
    return code


def with_exercise(settings: LocalSettings) -> LocalSettings:
    """The demo applies the city's exercise overlay, unless VIGIE_OVERLAY names another."""
    exercise = REPOSITORY / "deploy" / "cities" / settings.city / "overlays" / "exercice"
    if settings.overlay is not None or not exercise.is_dir():
        return settings
    return settings.model_copy(update={"overlay": exercise})


async def _drive(settings: LocalSettings, stack: Running) -> int:
    """Runs the driver until it ends, Ctrl-C, or a part failed for good."""
    env = {
        **os.environ,
        **stack.assembly.secrets,
        "VIGIE_VAR": str(settings.var),
        "VIGIE_SECRETS_DIR": str(settings.secrets),
        "VIGIE_CITY": settings.city,
        "VIGIE_DEMO_PIN": settings.demo_pin.get_secret_value(),
        "PYTHONPATH": str(REPOSITORY),
    }
    driver = await asyncio.create_subprocess_exec(sys.executable, "-m", "demo", env=env, cwd=REPOSITORY)
    ended = asyncio.create_task(driver.wait())
    kept = asyncio.create_task(stack.supervisor.until(stack.stop))
    try:
        await asyncio.wait((ended, kept), return_when=asyncio.FIRST_COMPLETED)
        if kept.done():
            await end_driver(driver, ended)
            await kept
        return await ended
    finally:
        kept.cancel()


async def end_driver(driver: asyncio.subprocess.Process, ended: asyncio.Task[int]) -> None:
    """Ctrl-C reached the driver as well, it may be writing its summary; then it is asked, then killed."""
    for how in (None, signal.SIGTERM, signal.SIGKILL):
        if how is not None and not ended.done():
            driver.send_signal(how)
        done, _ = await asyncio.wait((ended,), timeout=DRIVER_SECONDS)
        if done:
            return
