"""Pages of the inquiry site, drawn in Chromium with the site's own style."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

import center_relay.inquiry.web
from load_tests.chromium import ADDRESS, chromium_page, shown

if TYPE_CHECKING:
    from playwright.sync_api import Route

_STATIC: Final = Path(center_relay.inquiry.web.__file__).parent / "static"
_SIZE: Final = (1000, 1475)  # down to where the fronts of both answers end


def drawn(pages: Iterable[str]) -> Iterator[Image.Image]:
    """The upper part of each page. Raises UnavailableError where Chromium is not installed."""
    with chromium_page(_SIZE, _STATIC) as page:
        for content in pages:
            page.route(f"{ADDRESS}/", partial(_fulfil, content))
            page.goto(ADDRESS)
            yield shown(page)


def _fulfil(content: str, route: Route) -> None:
    route.fulfill(body=content, content_type="text/html")
