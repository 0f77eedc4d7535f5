"""The page in a real browser: every button can be reached, nothing overflows, each customer gets a fresh page."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.wire.visit import OfferedKind
from kiosk_client.session.screens import Language
from load_tests.authority.jpki import IssuedCard
from tests.accessibility import INSTALLED, violations
from tests.kiosk.kiosk_centre import FakeCentre
from tests.kiosk.kiosk_line import centre_line, kiosk_on_the_line, kiosk_settings
from tests.kiosk.kiosk_paper import real_paper
from tests.kiosk.kiosk_world import PIN
from tests.kiosk.test_kiosk_texts import SCREENS, STATIC, view_of

if TYPE_CHECKING:
    from playwright.async_api import Page, Route, WebSocketRoute

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed"),
    pytest.mark.skipif(
        importlib.util.find_spec("playwright") is None,
        reason="playwright is not installed in this environment",
    ),
    pytest.mark.skipif(not INSTALLED, reason="axe-playwright-python is not installed in this environment"),
]

# A button whose corner belongs to something else cannot be touched there, however well it is drawn. Round ones have
# no corners. Targets: 15 mm on the 12-inch terminal of 1024×768 are 62 pixels.
LOOK = """(least) => {
  const wrong = [];
  const unit = Math.min(innerWidth, innerHeight) / 768;
  for (const button of document.querySelectorAll("#stage button")) {
    const box = button.getBoundingClientRect();
    const inset = button.classList.contains("big") ? box.width * 0.2 : 8;
    for (const [x, y] of [
      [box.left + inset, box.top + inset], [box.right - inset, box.top + inset],
      [box.left + inset, box.bottom - inset], [box.right - inset, box.bottom - inset],
    ]) {
      const there = document.elementFromPoint(x, y);
      if (!there || there.closest("button") !== button) { wrong.push("covered: " + button.textContent); break; }
    }
    if (Math.min(box.width, box.height) < least * unit) wrong.push("small: " + button.textContent);
  }
  for (const part of document.querySelectorAll("#stage main, #stage .body, #stage .say")) {
    if (part.scrollHeight > part.clientHeight + 2) wrong.push("overflows: " + part.className + part.tagName);
  }
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("wider than the screen");
  return wrong;
}"""


TOUCH = "(names) => { for (const name of names) document.querySelector(`[data-own=${name}]`).click(); }"


@asynccontextmanager
async def browser_page(*, width: int, height: int) -> AsyncIterator[tuple[Page, list[str]]]:
    """A page, and what the console complained of."""
    from playwright.async_api import async_playwright

    complaints: list[str] = []

    def heard(message: Any) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        try:
            page = await browser.new_page(viewport={"width": width, "height": height})
            page.set_default_timeout(15_000)
            page.on("console", heard)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            yield page, complaints
        finally:
            await browser.close()


async def looks_right(page: Page, screen: str) -> None:
    await page.wait_for_selector(f"#stage.screen-{screen}")
    assert await page.evaluate(LOOK, 60) == [], screen


@pytest.mark.parametrize(
    ("width", "height", "language", "choices", "kind"),
    [
        (1024, 768, "日本語", (), CertificateKind.RESIDENT_ITEMS),
        (1024, 768, "English", ("larger", "contrast"), CertificateKind.RESIDENT_ITEMS),
        (1080, 1920, "日本語", ("low",), CertificateKind.RESIDENT_RECORD),
    ],
)
async def test_a_visit_in_the_browser_shows_every_button_whole(
    tmp_path: Path,
    kiosk_cards: tuple[IssuedCard, ...],
    width: int,
    height: int,
    language: str,
    choices: tuple[str, ...],
    kind: CertificateKind,
) -> None:
    kinds = tuple(OfferedKind(kind=kind, fee=200) for kind in CertificateKind)
    centre = FakeCentre(draw=real_paper, kinds=kinds, items=frozenset(OptionalItem))
    place = list(CertificateKind).index(kind)
    async with centre_line(centre, tmp_path) as (line, authority):
        # without the bench the stage fills the browser, as it does on a terminal
        settings = kiosk_settings(tmp_path, line, authority, kiosk_cards, bench=False)
        slot = Path(settings.reader.removeprefix("software:"))
        async with (
            kiosk_on_the_line(settings) as base,
            browser_page(width=width, height=height) as (page, complaints),
        ):
            await page.goto(base)
            await looks_right(page, "welcome")
            await page.click(f"button.language >> text={language}")
            for choice in choices:
                await page.click("[data-own=display]")
                await page.click(f"[data-own=display-{choice}]")
                await page.click("[data-own=display]")
            await looks_right(page, "welcome")
            await page.click(".begin")
            await looks_right(page, "choose-service")
            await page.click(".choice")
            await looks_right(page, "choose-municipality")
            await page.click(".choice")
            await looks_right(page, "place-card")
            (Path(settings.journal).parent / "cards" / "card-1.json").rename(slot)
            await looks_right(page, "enter-pin")
            for digit in PIN:
                await page.click(f'.key >> text="{digit}"')
            await page.click(".key.ok")
            await looks_right(page, "take-card-off")
            slot.unlink()
            await looks_right(page, "choose-kind")
            await page.click(f".choice >> nth={place}")
            await looks_right(page, "choose-members")
            await page.click(".bottom .go")
            await looks_right(page, "choose-items")
            await page.click(".choice >> nth=0")
            await page.click(".bottom .go")
            await looks_right(page, "choose-copies")
            await page.click(".bottom .go")
            await looks_right(page, "confirm")
            await page.click(".bottom .go")
            await looks_right(page, "paying")
            assert await page.evaluate("document.documentElement.lang") == (
                "ja" if language == "日本語" else "en"
            )
            await page.evaluate("window.marked = true")
            await page.click(".bottom .stop")
            await looks_right(page, "refused")
            await page.click(".bottom .go")
            await page.wait_for_selector("#stage.screen-welcome")
            await page.wait_for_function("window.marked === undefined")  # the page was loaded anew
            await looks_right(page, "welcome")
            assert await page.evaluate("document.documentElement.lang") == "ja"
    assert complaints == []


async def test_axe_finds_nothing_on_any_screen_in_either_theme() -> None:
    one_each = {type(screen): screen for screen in SCREENS}.values()

    lines: list[WebSocketRoute] = []

    def connected(line: WebSocketRoute) -> None:
        lines.append(line)

    async def part(route: Route) -> None:
        name = urlsplit(route.request.url).path.strip("/") or "index.html"
        await route.fulfill(path=STATIC / name)

    async with browser_page(width=1024, height=768) as (page, complaints):
        await page.route_web_socket("**/v1/screen", connected)
        await page.route("**/*", part)
        await page.goto("http://kiosk.test/")
        for place, screen in enumerate(one_each):
            # every other one with the warning over it, in the other language and theme
            odd = place % 2 == 1
            view = view_of(screen, Language.EN if odd else Language.JA, warning=odd)
            lines[0].send(json.dumps({**view, "at": place}))
            await page.wait_for_selector(f"#stage.screen-{view['screen']}")
            if not odd:
                await page.evaluate(TOUCH, ["display", "display-contrast"])
            assert await violations(page) == [], view["screen"]
    assert complaints == []
