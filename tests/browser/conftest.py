"""One Chromium for the session; pictures beside the run, or where VIGIE_PICTURES says."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from deploy.web.building import is_built
from tests.browser.browsing import launch
from tests.browser.room import Room
from tests.stack.running import StackProcess

# Playwright's five seconds are short for a stack, a browser and a test on two cores; what is there is seen at once.
expect.set_options(timeout=15_000)


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    if not is_built():
        pytest.fail("Les pages ne sont pas construites : « make web » / the pages are not built: run `make web`")
    async with async_playwright() as playwright:
        launched = await launch(playwright)
        yield launched
        await launched.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go."""
    wanted = os.environ.get("VIGIE_PICTURES")
    return Path(wanted) if wanted else tmp_path_factory.mktemp("pictures")


@pytest_asyncio.fixture
async def room(signed_in: Room) -> Room:
    """The stack's room, with nothing open: the patrols of one test are not held by another's incidents."""
    await signed_in.clear()
    return signed_in


@pytest_asyncio.fixture(scope="session")
async def signed_in(stack: StackProcess) -> AsyncIterator[Room]:
    """The stack's room, its shift lead signed in; a first start on a busy machine takes its time."""
    async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
        made = Room(stack, client)
        await made.sign_in()
        yield made
