"""The picture of the inquiry site's answers: what the site itself says of a sheet, and of the same one with a figure changed."""

from __future__ import annotations

import asyncio
import re
import shutil

import pytest

from load_tests.inquiry_answers.__main__ import AT, PAPER, side_by_side
from load_tests.inquiry_answers.answers import answer_pages
from load_tests.inquiry_answers.drawing import drawn
from tests.certificates.paper import mincho


@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")
def test_a_genuine_sheet_and_one_with_a_changed_figure_are_drawn_side_by_side() -> None:
    mincho()  # or skip
    genuine, altered = pages = asyncio.run(answer_pages(PAPER, dpi=150, at=AT))
    assert "<h1>本物です。おもて面も元のとおりです</h1>" in genuine
    assert "<h1>おもて面が、元のものと違います</h1>" in altered
    assert [
        re.findall(r'「<b lang="ja">(.)</b>」のはずが「<b lang="ja">(.)</b>」に見えます', page)
        for page in pages
    ] == [
        [],
        [("0", "8")],
    ]
    assert all("問合せ日時 2026-11-26 12:00 JST" in page for page in pages)
    row = side_by_side(list(drawn(pages)))
    # the bar beside each conclusion, green and red: the site's own style has come to the page
    assert [row.getpixel((x, 200)) for x in (40, 1080)] == [(0x17, 0x69, 0x3B), (0xA5, 0x1D, 0x17)]
