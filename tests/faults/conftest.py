"""One stack for all cases, healed between them; the partner that listens for the whole run."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from deploy.local import niceness
from deploy.local.layout import REPOSITORY
from schemas.pack.files import load_pack
from tests.faults import results, tmpfs
from tests.faults.city import SECRET, write_overlay
from tests.faults.partner import Partner, listen
from tests.faults.stack import PATIENCE, Stack
from tests.stack.running import start_stack

CLIENTS = -5
"""Niceness of phones and tablets: elsewhere they have processors of their own, and do not wait for the centre's."""
ATTACH = "VIGIE_FAULTS_ATTACH"
"""VIGIE_VAR of a stack that is up already: for work on the suite itself."""


@pytest_asyncio.fixture(scope="session")
async def partner() -> AsyncIterator[Partner]:
    """The police, at a port of this machine."""
    os.environ.setdefault(SECRET, "of-the-faults-alone-0123456789abcdef")
    partner = Partner(secret=os.environ[SECRET], listening=listen())
    await partner.start()
    yield partner
    await partner.stop()


@pytest_asyncio.fixture(scope="session")
async def town_stack(partner: Partner) -> AsyncIterator[Stack]:
    """Three brokers, two dispatches, everything else; the third broker's log on a small tmpfs where that is allowed."""
    if attached := os.environ.get(ATTACH):
        yield Stack(Path(attached), Path(attached) / "orders", _accounts())
        return
    var = results.summary_file().parent / "stack"
    shutil.rmtree(var, ignore_errors=True)  # logs of the last run are kept until the next
    overlay = write_overlay(var / "overlay", partner.url)
    orders = var / "orders"
    env = {
        "VIGIE_BROKERS": "3",
        "VIGIE_DISPATCHES": "2",
        "VIGIE_OVERLAY": str(overlay),
        "VIGIE_FAULTS_DIR": str(orders),
        "VIGIE_KILL_HUNG": "false",  # cases stop processes on purpose for longer
        "VIGIE_READY_SECONDS": str(180 * PATIENCE),
        "VIGIE_CACHE": os.environ.get("VIGIE_CACHE") or str(REPOSITORY / "var" / "cache"),
    }
    with tmpfs.mounted(var / "data" / "kafka-3"):
        running = start_stack(var, "", env)
        # After the stack, which would inherit it.
        if niceness.may_be_undone():
            os.setpriority(os.PRIO_PROCESS, 0, CLIENTS)
        try:
            yield Stack(var, orders, _accounts())
        finally:
            running.stop()


def _accounts() -> dict[str, str]:
    devices = load_pack(REPOSITORY / "deploy" / "cities" / "metz").devices
    return {device.id: device.panel.account for device in devices if device.panel is not None}
