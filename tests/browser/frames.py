"""What a page's drawing costs, as the browser itself sees it: time between frames, long tasks, time until usable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

WATCH = """() => {
  const seen = { frames: [], long: [], stop: false };
  let last = performance.now();
  const frame = (now) => {
    seen.frames.push(now - last);
    last = now;
    if (!seen.stop) requestAnimationFrame(frame);
  };
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(frame); });
  new PerformanceObserver((list) => seen.long.push(...list.getEntries().map((one) => one.duration)))
    .observe({ type: 'longtask' });
  window.__seen = seen;
}"""
READ = "() => { const seen = window.__seen; seen.stop = true; return { frames: seen.frames, long: seen.long }; }"
USABLE = """
  const look = () => {
    if (document.querySelector('[role=option]') === null) return requestAnimationFrame(look);
    performance.mark('usable');
  };
  requestAnimationFrame(look);
"""
"""Marks when the first row stands, which is after the stream's snapshot: from then on keys act on something."""


@dataclass(frozen=True)
class Frames:
    """Milliseconds between frames while something went on."""

    between: list[float]
    long_tasks: list[float]

    def at(self, share: float) -> float:
        """So many milliseconds or less in that share of frames."""
        ordered = sorted(self.between)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def within(self, milliseconds: float) -> float:
        """Share of frames that came in time."""
        return sum(one <= milliseconds for one in self.between) / len(self.between)

    def __str__(self) -> str:
        told = f"{len(self.between)} frames, {self.within(33.4):.1%} ≤ 33 ms"
        times = ", ".join(f"p{round(share * 100)} {self.at(share):.0f} ms" for share in (0.5, 0.95, 0.99))
        return f"{told}, {times}, {len(self.long_tasks)} long tasks, longest {max(self.long_tasks, default=0):.0f} ms"


async def watch(page: Page) -> None:
    """Begins."""
    await page.evaluate(WATCH)


async def seen(page: Page) -> Frames:
    """Ends; what was seen."""
    found: dict[str, Any] = await page.evaluate(READ)
    return Frames(found["frames"], found["long"])


async def scroll(page: Page, seconds: float, selector: str = "[role=listbox]") -> None:
    """Turns the wheel over a list, down and up."""
    await page.locator(selector).first.hover()
    for turn in range(int(seconds * 1000 / 40)):
        await page.mouse.wheel(0, 120 if turn // 40 % 2 == 0 else -120)
        await page.wait_for_timeout(40)


async def drag(page: Page, seconds: float, selector: str) -> None:
    """Drags the map round and round, button held."""
    box = await page.locator(selector).first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    for turn in range(int(seconds * 1000 / 30)):
        side = 1 if turn // 25 % 2 == 0 else -1
        x, y = x + 4 * side, y + 2 * side
        await page.mouse.move(x, y)
        await page.wait_for_timeout(30)
    await page.mouse.up()
