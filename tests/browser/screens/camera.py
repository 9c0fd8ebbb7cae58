"""A page in both themes and both languages, small enough to keep in the repository."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.async_api import Error, Page

from tests.browser.browsing import Screen

Theme = Literal["dark", "light"]

SHOTS: tuple[tuple[str, Theme], ...] = (("fr", "dark"), ("en", "light"))
"""Each page in both languages and both themes: French by night, English by day."""
QUALITY = 72
"""Of WebP: letters stay sharp, a console of 1440 × 900 takes some 60 kB."""
MOST_BYTES = 4_000_000
"""Of all pictures together."""
DRAWN_MS = 60_000

WAITS = """() => {
  const marked = [...document.querySelectorAll('[role=status], .chip')].map(one => one.textContent.trim());
  const here = document.querySelector('nav a[aria-current=page]');
  const away = document.querySelector('nav a') !== null && here?.getAttribute('href') !== (location.hash || '#/');
  const busy = document.querySelector('[aria-busy=true]') !== null;
  return [...marked.filter(text => text.endsWith('…')), ...(away ? ['page'] : []), ...(busy ? ['busy'] : [])];
}"""
"""What a page still waits for: words that end in an ellipsis, another page, a map."""


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
    try:
        await page.wait_for_function(f"() => ({WAITS})().length === 0", timeout=DRAWN_MS)
    except Error as late:
        raise RuntimeError(f"{page.url} still waits: {await page.evaluate(WAITS)}") from late
    await page.evaluate("new Promise(then => requestAnimationFrame(() => requestAnimationFrame(then)))")
