"""What axe-core (bundled with axe-playwright-python, no network) finds wrong with a page for people who cannot see or touch well."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Page

INSTALLED = importlib.util.find_spec("axe_playwright_python") is not None
_OPTIONS = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


async def violations(page: Page) -> list[str]:
    """Each as ``rule: element``; WCAG 2.2 A and AA and axe's best practices."""
    # untyped, and absent where browsers are not tested
    from axe_playwright_python.base import AXE_SCRIPT

    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE_SCRIPT)
    found = await page.evaluate("(options) => axe.run(options)", _OPTIONS)
    return [
        f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
