"""Views of the touch screen, drawn by its own page in Chromium."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

import kiosk_client.web
from kiosk_client.web.pages.page import Object
from load_tests.chromium import ADDRESS, chromium_page, shown

if TYPE_CHECKING:
    from playwright.sync_api import Page, WebSocketRoute

_STATIC: Final = Path(kiosk_client.web.__file__).parent / "static"
_SIZE: Final = (1024, 768)  # the terminal of 12 inches


def drawn(views: Sequence[Object]) -> Iterator[Image.Image]:
    """One picture of 1024 × 768 a view. Raises UnavailableError where Chromium is not installed."""
    lines: list[WebSocketRoute] = []

    def connected(line: WebSocketRoute) -> None:
        lines.append(line)
        line.send(json.dumps(views[0]))

    with chromium_page(_SIZE, _STATIC) as page:
        page.route_web_socket("**/v1/screen", connected)
        page.goto(f"{ADDRESS}/index.html")
        yield _shown(page, views[0])
        for view in views[1:]:
            lines[0].send(json.dumps(view))
            yield _shown(page, view)


def _shown(page: Page, view: Object) -> Image.Image:
    page.wait_for_selector(f"#stage.screen-{view['screen']}")
    return shown(page)
