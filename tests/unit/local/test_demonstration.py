"""How the demo's driver is ended."""

from __future__ import annotations

import asyncio
import signal

import pytest

from deploy.local import demonstration
from deploy.local.demonstration import end_driver, with_exercise
from deploy.local.layout import REPOSITORY
from deploy.local.settings import LocalSettings


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("sleep 0.1; exit 7", 7),
        ("sleep 60", -signal.SIGTERM),
        ("trap '' TERM; while :; do sleep 0.05; done", -signal.SIGKILL),
    ],
    ids=["ends by itself", "is asked", "is killed"],
)
async def test_the_driver_always_ends(script: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver that hangs cannot keep the stack from stopping; one that writes its summary is left the time."""
    monkeypatch.setattr(demonstration, "DRIVER_SECONDS", 0.5)
    driver = await asyncio.create_subprocess_exec("sh", "-c", f"exec 2>&-; {script}")
    ended = asyncio.create_task(driver.wait())
    await end_driver(driver, ended)
    assert await ended == code


def test_the_demo_is_an_exercise(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo shows the banner EXERCICE, unless the user chose another overlay."""
    monkeypatch.delenv("VIGIE_OVERLAY", raising=False)
    assert with_exercise(LocalSettings()).overlay == REPOSITORY / "deploy/cities/metz/overlays/exercice"
    own = REPOSITORY / "deploy"
    monkeypatch.setenv("VIGIE_OVERLAY", str(own))
    assert with_exercise(LocalSettings()).overlay == own
