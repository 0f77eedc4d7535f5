"""The pages in a real browser: without a script, with one, on a narrow screen; nothing is loaded from elsewhere."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest

from center_relay.inquiry.settings import InquirySettings
from tests.accessibility import INSTALLED, violations
from tests.inquiry.inquiry_world import back_file, certificate, front_file, running

if TYPE_CHECKING:
    from playwright.async_api import Page

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="/usr/bin/chromium is not installed"),
    pytest.mark.skipif(
        importlib.util.find_spec("playwright") is None,
        reason="playwright is not installed in this environment",
    ),
    pytest.mark.skipif(not INSTALLED, reason="axe-playwright-python is not installed in this environment"),
]

# WCAG 2.2: contrast 4.5:1 (1.4.3), names (1.1.1, 3.3.2), reflow (1.4.10), targets of 44 pixels (2.5.5).
LOOK = """() => {
  const wrong = [];
  const numbers = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const light = (colour) => numbers(colour).slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = getComputedStyle(node).backgroundColor;
      if (numbers(colour)[3] !== 0) return colour;
    }
    return "rgb(255,255,255)";
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !node.getClientRects().length) continue;
    const [a, b] = [light(getComputedStyle(node).color), light(ground(node))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) wrong.push("contrast: " + node.textContent.slice(0, 20));
  }
  for (const image of document.images) if (!image.alt || !image.complete || !image.naturalWidth) wrong.push("image");
  for (const field of document.querySelectorAll("input")) if (!field.labels.length) wrong.push("label");
  for (const target of document.querySelectorAll("button, .top a, input[type=file]")) {
    const box = target.getBoundingClientRect();
    if (box.height < 44) wrong.push("small: " + (target.textContent || target.name));
  }
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("wider than the screen");
  if (document.querySelectorAll("h1").length !== 1) wrong.push("headings");
  return wrong;
}"""


@asynccontextmanager
async def browser_page(
    width: int, *, script: bool = True
) -> AsyncIterator[tuple[Page, list[str], list[str]]]:
    """A page, what the console complained of, and every address that was asked for."""
    from playwright.async_api import async_playwright

    complaints: list[str] = []
    asked: list[str] = []

    def heard(message: Any) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        try:
            page = await browser.new_page(
                viewport={"width": width, "height": 900}, java_script_enabled=script, ignore_https_errors=True
            )
            page.set_default_timeout(30_000)
            page.on("console", heard)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("request", lambda request: asked.append(request.url))
            yield page, complaints, asked
        finally:
            await browser.close()


def files(tmp_path: Path) -> list[str]:
    (tmp_path / "front.jpg").write_bytes(front_file())
    (tmp_path / "back.jpg").write_bytes(back_file())
    return [str(tmp_path / "front.jpg"), str(tmp_path / "back.jpg")]


@pytest.mark.parametrize(
    ("script", "language", "width"), [(False, "ja", 1180), (True, "en", 1180), (True, "ja", 320)]
)
async def test_a_receiver_gets_an_answer_with_and_without_a_script(
    settings: InquirySettings, tmp_path: Path, script: bool, language: str, width: int
) -> None:
    async with (
        running(settings) as site,
        browser_page(width, script=script) as (page, complaints, asked),
    ):
        await page.goto(f"{site.url}/?lang={language}")
        if script:
            assert await page.evaluate(LOOK) == []
            assert await violations(page) == []
            await page.click("form.ask button")
            await page.wait_for_selector("form.ask")  # nothing is sent without a file
        # one of the three with both sides: comparing takes a second
        chosen = files(tmp_path)[1 - (width > 320 and script) :]
        await page.set_input_files("#scan", chosen)
        if script:
            assert await page.locator(".chosen li").count() == len(chosen)
        await page.click("form.ask button")
        await page.wait_for_selector(".verdict")
        words = {"ja": "本物です", "en": "genuine"}[language]
        assert words.lower() in (await page.inner_text(".verdict")).lower()
        assert certificate()[0].issue_number in await page.inner_text("main")
        assert await page.locator(".fronts img").count() == len(chosen)
        if script:
            assert await page.evaluate("document.documentElement.lang") == language
            assert await page.evaluate(LOOK) == []
            assert await violations(page) == []
            # to be filed: one page for one sheet
            with pypdfium2.PdfDocument(await page.pdf(format="A4")) as printed:
                assert len(printed) == 1
        assert complaints == []
        assert [url for url in asked if not url.startswith((site.url, "data:"))] == []


async def test_files_can_be_dropped_and_too_many_are_refused_before_they_are_sent(
    settings: InquirySettings,
) -> None:
    drop = """(count) => {
      const data = new DataTransfer();
      for (let n = 0; n < count; n++) data.items.add(new File(["x"], `scan-${n}.png`, {type: "image/png"}));
      document.querySelector(".drop").dispatchEvent(new DragEvent("drop", {dataTransfer: data, cancelable: true}));
    }"""
    async with running(settings, files=3) as site, browser_page(800) as (page, complaints, _):
        await page.goto(f"{site.url}/?lang=en")
        await page.evaluate(drop, 2)
        assert await page.locator(".chosen li").all_inner_texts() == [
            "scan-0.png\n0.0 MB",
            "scan-1.png\n0.0 MB",
        ]
        await page.evaluate(drop, 4)
        assert "at most 3" in await page.inner_text(".say")
        await page.click("form.ask button")
        assert page.url.endswith("/?lang=en")
        await page.evaluate("document.querySelector('label').remove()")
        assert "label" in {one.partition(":")[0] for one in await violations(page)}
        assert complaints == []
