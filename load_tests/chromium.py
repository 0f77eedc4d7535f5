"""A page in Chromium that gets everything from this process: what is drawn there needs no server and no network."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from PIL import Image

from certificates.errors import UnavailableError

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

ADDRESS: Final = "http://kofu.test"  # answered here, never looked up


@contextlib.contextmanager
def chromium_page(size: tuple[int, int], static: Path) -> Iterator[Page]:
    """A page of ``size`` CSS pixels to which ``ADDRESS`` gives the files of the folder ``static``.

    Raises UnavailableError where Chromium is not installed.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        raise UnavailableError("chromium", "is not installed (.ci/setup test)", outcome_known=True)
    from playwright.sync_api import sync_playwright

    def part(route: Route) -> None:
        route.fulfill(path=static / urlsplit(route.request.url).path.strip("/"))

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": size[0], "height": size[1]})
            page.route("**/*", part)
            yield page
        finally:
            browser.close()


def shown(page: Page) -> Image.Image:
    """What the page shows now, one pixel for each of its CSS pixels."""
    return Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
