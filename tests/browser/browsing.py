"""A page in Debian's Chromium that fails its test for what a control room must not have: faults and foreign hosts."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request

from deploy.local.layout import REPOSITORY
from deploy.local.settings import EXERCISE_PIN
from tests.programs import installed

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = REPOSITORY / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESK, TABLET = {"width": 1600, "height": 900}, {"width": 800, "height": 1280}


def chromium() -> str:
    """Debian's."""
    return installed("chromium", "chromium")


async def launch(playwright: Playwright) -> Browser:
    """Headless, with a fresh profile, and nothing that phones home."""
    return await playwright.chromium.launch(executable_path=chromium(), headless=True, args=list(ARGUMENTS))


@dataclass
class Screen:
    """One person's page. `complaints` collects what the browser objected to, `hosts` whom it talked to."""

    page: Page
    pictures: Path
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.watch()

    def watch(self) -> None:
        """Listens to what the page says."""
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._asked)

    async def sign_in(self, account: str) -> None:
        """As a person does it: account, PIN, button."""
        await self.page.get_by_label("Qui êtes-vous ?").select_option(account)
        await self.page.get_by_label("Code").fill(EXERCISE_PIN)
        await self.page.get_by_role("button", name="Entrer").click()

    async def picture(self, name: str) -> None:
        """Kept for eyes."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=self.pictures / f"{name}.png", animations="disabled")

    def figure(self, name: str, **values: float | str) -> None:
        """A measured value, kept beside the pictures: one JSON line each."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        with (self.pictures / "figures.jsonl").open("a", encoding="utf-8") as kept:
            kept.write(json.dumps({"figure": name, **values}, ensure_ascii=False) + "\n")

    async def axe(self) -> list[str]:
        """What axe has against the page by WCAG 2.2 AA: one line a rule, with the first places."""
        # Injected by the debugger, past the policy that keeps scripts of others out.
        await self.page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
        run = "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})"
        result: dict[str, Any] = await self.page.evaluate(run, RULES)
        return [f"{v['id']}: {[node['target'] for node in v['nodes'][:3]]}" for v in result["violations"]]

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _asked(self, request: Request) -> None:
        if request.url.startswith("http"):
            self.hosts.add(urlsplit(request.url).netloc)


@asynccontextmanager
async def screen(browser: Browser, url: str, pictures: Path, **options: Any) -> AsyncIterator[Screen]:
    """A browser of one's own at `url`, in French and by night unless told otherwise."""
    told = {"viewport": DESK, "locale": "fr-FR", "color_scheme": "dark", **options}
    context: BrowserContext = await browser.new_context(**told)
    try:
        made = Screen(await context.new_page(), pictures)
        await made.page.goto(url)
        try:
            yield made
        except BaseException as failure:
            failure.add_note(f"the page complained: {made.complaints}")
            raise
    finally:
        await context.close()
