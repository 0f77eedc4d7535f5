"""The picture of the kiosk's screens: a visit that the kiosk would go through, and all kinds that it offers."""

from __future__ import annotations

import shutil
from datetime import datetime

import pytest

from certificates.domain.clock import JST
from certificates.domain.kinds.kind import Counter
from certificates.domain.kinds.table import KINDS
from certificates.errors import UnavailableError
from kiosk_client.web.pages.page import Object
from load_tests.kiosk_screens.__main__ import side_by_side
from load_tests.kiosk_screens.drawing import drawn
from load_tests.kiosk_screens.visit import visit_views
from tests.certificates.paper import mincho


@pytest.fixture(scope="module")
def views() -> list[Object]:
    return list(visit_views(mincho(), datetime(2026, 11, 26, 12, tzinfo=JST)))


def test_the_visit_shows_every_kind_that_a_kiosk_hands_out(views: list[Object]) -> None:
    assert (views[0]["screen"], views[-1]["screen"]) == ("welcome", "take-certificate")
    shown = next(view["choices"] for view in views if view["screen"] == "choose-kind")
    assert [choice["label"] for choice in shown] == [
        kind.title for kind in KINDS.values() if Counter.KIOSK in kind.counters
    ]


@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
def test_screens_are_drawn_one_by_one(views: list[Object]) -> None:
    first, last = drawn([views[0], views[-1]])
    assert first.size == last.size == (1024, 768)
    assert first.tobytes() != last.tobytes()
    assert side_by_side([first, last] * 2).size == (1480, 750)


def test_without_chromium_it_says_what_to_install(
    views: list[Object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UnavailableError, match=r"chromium: is not installed \(\.ci/setup test\)"):
        next(drawn(views))
