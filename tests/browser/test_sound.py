"""Alarms are heard: what goes to the loudspeaker is measured, and a page that may not sound yet says so."""

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.browser.browsing import TABLET, Screen, screen
from tests.browser.room import Room
from tests.browser.test_offline_tablet import THIRD_KIOSK

LISTEN = """
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to === this.context.destination) {
      this.context.__heard ??= (() => {
        const ear = new AnalyserNode(this.context, { fftSize: 2048 });
        const samples = new Float32Array(ear.fftSize);
        window.__loudest = 0;
        setInterval(() => {
          ear.getFloatTimeDomainData(samples);
          const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
          window.__loudest = Math.max(window.__loudest, Math.sqrt(power));
        }, 20);
        return ear;
      })();
      connect.call(this, this.context.__heard);
    }
    return connect.call(this, to, ...more);
  };
  const resume = AudioContext.prototype.resume;
  AudioContext.prototype.resume = function () {
    const asked = resume.call(this);
    console.debug("asked to sound");
    return asked;
  };
"""
"""Beside the loudspeaker an ear: the root mean square of what is played, the loudest so far in `__loudest`."""
HEARD = "() => window.__loudest > 0.05"
LOCKED = "Son bloqué par le navigateur"


async def test_the_room_hears_a_p1_and_sees_that_it_cannot_yet(browser: Browser, room: Room, pictures: Path) -> None:
    """After a restart nothing may sound: the mark stands until a key; then the P1 is loud at the loudspeaker."""
    await room.press_sos(THIRD_KIOSK)
    async with screen(browser, room.url, pictures) as desk:
        await desk.sign_in("operateur-1")
        await _restart(desk)
        await expect(desk.page.get_by_role("region", name="P1")).to_be_visible()
        await expect(desk.page.get_by_text(LOCKED)).to_be_visible()
        assert await _loudest(desk.page) == 0
        await desk.picture("sound-locked")
        await desk.page.keyboard.press("Shift")
        await expect(desk.page.get_by_text(LOCKED)).to_be_hidden()
        await desk.page.wait_for_function(HEARD)
        desk.figure("p1-sound", rms=round(await _loudest(desk.page), 3))
        assert desk.complaints == []


async def test_the_tablet_rings_for_an_offer(browser: Browser, room: Room, pictures: Path) -> None:
    """Signed in by hand it may sound at once; after a restart it says that it cannot, until it is touched."""
    async with screen(browser, f"{room.url}/tablette/", pictures, viewport=TABLET) as tablet:
        page = tablet.page
        await page.add_init_script(LISTEN)
        await page.reload()
        _, unit = await room.offered(THIRD_KIOSK)
        await tablet.sign_in(unit)
        await page.wait_for_function(HEARD)
        tablet.figure("tablet-siren", rms=round(await _loudest(page), 3))
        page = await _restart(tablet)
        await expect(page.get_by_text("Son coupé par le navigateur")).to_be_visible()
        assert await _loudest(page) == 0
        await page.mouse.click(400, 300)
        await expect(page.get_by_text("Son coupé par le navigateur")).to_be_hidden()
        await page.wait_for_function(HEARD)
        assert tablet.complaints == []


async def _restart(screen: Screen) -> Page:
    """The page in a tab that nobody has touched; a reload may keep the permission that a touch gave.

    Whatever Playwright evaluates in a page counts as a touch (`userGesture`), so nothing is looked for before the page
    has asked whether it may sound.
    """
    before, screen.page = screen.page, await screen.page.context.new_page()
    screen.watch()
    await screen.page.add_init_script(LISTEN)
    async with screen.page.expect_console_message(lambda said: said.text == "asked to sound"):
        await screen.page.goto(before.url)
    await before.close()
    return screen.page


async def _loudest(page: Page) -> float:
    return float(await page.evaluate("window.__loudest ?? 0"))
