"""Views of the touch screen, drawn by its own page in Chromium."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from PIL import Image

import kiosk_client.web
from certificates.errors import UnavailableError
from kiosk_client.web.pages.page import Object

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route, WebSocketRoute

_STATIC: Final = Path(kiosk_client.web.__file__).parent / "static"
_WIDTH, _HEIGHT = 1024, 768  # the terminal of 12 inches
_ADDRESS: Final = "http://kiosk.test"  # answered here, never looked up


def drawn(views: Sequence[Object]) -> Iterator[Image.Image]:
    """One picture of 1024 × 768 a view. Raises UnavailableError where Chromium is not installed."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise UnavailableError("chromium", "is not installed (.ci/setup test)", outcome_known=True)
    from playwright.sync_api import sync_playwright

    lines: list[WebSocketRoute] = []

    def connected(line: WebSocketRoute) -> None:
        lines.append(line)
        line.send(json.dumps(views[0]))

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
            page.route_web_socket("**/v1/screen", connected)
            page.route("**/*", _part)
            page.goto(_ADDRESS)
            yield _shown(page, views[0])
            for view in views[1:]:
                lines[0].send(json.dumps(view))
                yield _shown(page, view)
        finally:
            browser.close()


def _shown(page: Page, view: Object) -> Image.Image:
    page.wait_for_selector(f"#stage.screen-{view['screen']}")
    return Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")


def _part(route: Route) -> None:
    name = urlsplit(route.request.url).path.strip("/") or "index.html"
    route.fulfill(path=_STATIC / name)
