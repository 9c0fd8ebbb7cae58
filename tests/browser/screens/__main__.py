"""`python -m tests.browser.screens [FOLDER]`: pictures into docs/screens, while the demo plays.

Uses the stack that VIGIE_VAR names if it runs, else starts one of its own. Exit code 1 if they are too large together.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.async_api import async_playwright

from deploy.local.layout import REPOSITORY
from tests.browser.browsing import launch
from tests.browser.room import Room, until
from tests.browser.screens.camera import MOST_BYTES, Camera
from tests.browser.screens.pages import consoles, crews, furnish, tablets
from tests.stack.running import StackProcess, start_stack

FOLDER = REPOSITORY / "docs" / "screens"
HURRY_S = 60
BUSY = 6
"""So many open incidents: the evening is under way."""


@contextmanager
def stack() -> Iterator[StackProcess]:
    """A running one with the demo's accounts."""
    var = os.environ.get("VIGIE_VAR")
    if var is not None and (Path(var) / "run" / "stack.json").exists():
        # Only its facts are read: whoever started it stops it.
        yield StackProcess(None, Path(var))  # type: ignore[arg-type]
        return
    with tempfile.TemporaryDirectory(prefix="vigie-screens-") as folder:
        started = start_stack(Path(folder), env={"VIGIE_ACCOUNTS": "demo"})
        try:
            yield started
        finally:
            started.stop()


@contextmanager
def evening(var: Path) -> Iterator[None]:
    """The demo plays while it lasts."""
    environment = {**os.environ, "VIGIE_VAR": str(var), "DEMO_SECONDS": ""}
    command, nowhere = (sys.executable, "-m", "demo"), subprocess.DEVNULL
    playing = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=nowhere, stderr=nowhere)
    try:
        yield
    finally:
        playing.send_signal(signal.SIGINT)
        try:
            playing.wait(HURRY_S)
        except subprocess.TimeoutExpired:
            playing.kill()
            playing.wait()


async def take(running: StackProcess, camera: Camera) -> None:
    """All pages."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client, async_playwright() as playwright:
        room = Room(running, client)
        await room.sign_in()
        await furnish(room)
        browser = await launch(playwright)
        with evening(running.var):

            async def busy() -> bool:
                # A busy machine's door may be away for a moment.
                answer = await client.get(f"{room.url}/v1/incidents", params={"state": ["open", "in_progress"]})
                return answer.status_code == 200 and len(answer.json()) >= BUSY

            await until(busy, "the evening did not begin", 120)
            await consoles(browser, room, camera)
        await room.clear()
        await tablets(browser, room, camera)
        await crews(browser, room, camera)
        await browser.close()


def main() -> int:
    """Takes them and says how large they are."""
    camera = Camera(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
    with stack() as running:
        asyncio.run(take(running, camera))
    size = camera.bytes()
    print(f"{len(list(camera.folder.glob('*.webp')))} images / pictures, {size / 1e6:.1f} Mo / MB : {camera.folder}")
    return 0 if size <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
