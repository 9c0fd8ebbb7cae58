"""A page in both themes and both languages, small enough to keep in the repository."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.async_api import Page

from tests.browser.browsing import Screen

Theme = Literal["dark", "light"]

SHOTS: tuple[tuple[str, Theme], ...] = (("fr", "dark"), ("en", "light"))
"""Each page in both languages and both themes: French by night, English by day."""
QUALITY = 72
"""Of WebP: letters stay sharp, a console of 1440 × 900 takes some 60 kB."""
MOST_BYTES = 4_000_000
"""Of all pictures together."""
DRAWN_MS = 60_000


@dataclass(frozen=True)
class Camera:
    """Writes `<name>-<language>.webp` into `folder`."""

    folder: Path

    async def takes(self, screen: Screen, name: str) -> None:
        """The page as it is now, read anew for each language; it speaks French afterwards."""
        for language, theme in SHOTS:
            await speaks(screen.page, language)
            await self.takes_now(screen, name, language, theme)
        await speaks(screen.page, SHOTS[0][0])

    async def takes_now(self, screen: Screen, name: str, language: str, theme: Theme) -> None:
        """The page as it stands."""
        self.folder.mkdir(parents=True, exist_ok=True)
        await screen.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        await drawn(screen.page)
        shot = await screen.page.screenshot(animations="disabled")
        with Image.open(BytesIO(shot)) as picture:
            picture.save(self.folder / f"{name}-{language}.webp", quality=QUALITY, method=6)

    def bytes(self) -> int:
        """Of all pictures."""
        return sum(path.stat().st_size for path in self.folder.glob("*.webp"))


async def speaks(page: Page, language: str) -> None:
    """Chooses it as a person would have before; reads the page anew if it spoke another."""
    if await page.evaluate("document.documentElement.lang") == language:
        return
    await page.evaluate("language => localStorage.setItem('vigie.language', language)", language)
    await page.reload()
    # A page may sound only after a touch, and says so until then.
    await page.keyboard.press("Shift")


async def drawn(page: Page) -> None:
    """The page stands: its answers are there, its map is drawn, and a frame has passed since."""
    await page.locator("main").first.wait_for(timeout=DRAWN_MS)
    await page.wait_for_load_state("load")
    await page.wait_for_function(
        "() => document.querySelector('[aria-busy=true]') === null"
        " && ![...document.querySelectorAll('[role=status], .chip')].some(one => /…$/.test(one.textContent.trim()))"
        " && (document.querySelector('nav a') === null || document.querySelector('nav a[aria-current=page]') !== null"
        "     && document.querySelector('nav a[aria-current=page]').getAttribute('href') === (location.hash || '#/'))",
        timeout=DRAWN_MS,
    )
    await page.evaluate("new Promise(then => requestAnimationFrame(() => requestAnimationFrame(then)))")
