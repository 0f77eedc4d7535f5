"""What a receiver is told: ours or not, what the front must say, how often this very sheet was asked about."""

from __future__ import annotations

import base64
import json
import logging
import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from anti_forgery.marking import mark
from anti_forgery.verification import Reason, Verdict
from center_relay.inquiry.ports import Compared, Difference, Match, Place, Reading, Restored
from center_relay.inquiry.settings import InquirySettings
from center_relay.inquiry.usecases.conclusions import SheetAnswer
from center_relay.inquiry.usecases.inquire import Answer
from center_relay.inquiry.web.answer_json import answer_json
from center_relay.inquiry.web.answer_page import answer_page
from center_relay.inquiry.web.page import Stated
from center_relay.inquiry.web.texts import Language, load_texts
from tests.anti_forgery.marks_world import fronts, picture, profile, sealer, sheets
from tests.inquiry.inquiry_world import (
    JSON,
    RunningSite,
    as_file,
    back_file,
    certificate,
    drawn_page,
    forged_file,
    front_file,
    running,
    scan,
    sheet_file,
)


async def test_a_back_alone_is_opened_and_its_front_restored_as_it_was_printed(site: RunningSite) -> None:
    sheet = await site.sheet(back_file())
    assert (sheet["conclusion"], sheet["outcome"], sheet["reason"]) == ("compare", "passed", "genuine")
    assert sheet["sealed"]["issue_number"] == certificate()[0].issue_number
    assert sheet["sealed"]["text"] == certificate()[0].text
    with pypdfium2.PdfDocument(base64.b64decode(sheet["restored"]["pdf"])) as document:
        assert document[0].get_textpage().get_text_bounded().split() == certificate()[0].text.split()


async def test_both_sides_in_one_pdf_are_one_sheet_and_an_equal_front_is_confirmed(
    site: RunningSite,
) -> None:
    sheet = await site.sheet(sheet_file())
    assert (sheet["front"], sheet["back"]) == ({"file": 1, "page": 1}, {"file": 1, "page": 2})
    assert (sheet["conclusion"], sheet["doubts"]) == ("confirmed", [])
    assert (sheet["restored"]["compared"]["match"], sheet["ground"]) == ("matches", "likely-original")
    assert base64.b64decode(sheet["restored"]["compared"]["picture"]).startswith(b"\xff\xd8")


async def test_a_changed_figure_is_found_and_shown_beside_the_original(site: RunningSite) -> None:
    # in any order, in any format
    page = await (
        await site.post(as_file(scan(1), "TIFF"), forged_file(), accept="text/html", language="en")
    ).text()
    assert "The front is not the original one" in page
    assert page.count("<b>生年月日</b>") == 1
    assert page.count("<figure>") == 2
    assert page.count('Reads “<b lang="ja">9</b>” where “<b lang="ja">1</b>” was printed.') == 1


async def test_the_link_to_the_other_language_says_that_it_leaves_an_answer(site: RunningSite) -> None:
    link = re.compile(
        r'<a class="language" [^>]*hreflang="ja"( title="日本語の最初のページへ[^"]+")?>日本語</a>'
    )
    answer = link.search(await (await site.post(b"no picture", accept="text/html", language="en")).text())
    async with site.client.get(f"{site.url}/?lang=en") as response:
        home = link.search(await response.text())
    assert answer is not None
    assert answer[1]
    assert home is not None
    assert not home[1]


def test_what_was_recognised_is_escaped_on_the_page_and_whole_in_the_document() -> None:
    readings = (
        Reading(expected="<", seems="&"),
        Reading(expected="\u845b\U000e0100", seems='{seems}"'),
    )
    difference = Difference(row="氏名", kinds=("changed", "missing"), readings=readings)
    compared = Compared(match=Match.DIFFERS, differences=(difference,), picture=b"")
    sheet = SheetAnswer(
        back=Place(file=1, page=2),
        front=Place(file=1, page=1),
        verdict=Verdict(reason=Reason.GENUINE, sheet=certificate()[0]),
        restored=Restored(pdf=b"", picture=b"", compared=compared),
    )
    answer = Answer(sheets=(sheet,), loose=())
    page = answer_page(
        load_texts()[Language.JA],
        answer,
        Stated(files=1, pages=1, megabytes=1, total=1, days=1),
        datetime(2026, 11, 26, tzinfo=UTC),
    )
    assert '「<b lang="ja">&lt;</b>」のはずが「<b lang="ja">&amp;</b>」に見えます。' in page
    assert '<b lang="ja">\u845b\U000e0100</b>」のはずが「<b lang="ja">{seems}&quot;</b>' in page
    (told,) = json.loads(json.dumps(answer_json(answer)))["sheets"]
    assert told["restored"]["compared"]["differences"] == [
        {
            "row": "氏名",
            "kinds": ["changed", "missing"],
            "readings": [{"expected": one.expected, "seems": one.seems} for one in readings],
        }
    ]
    assert "<" not in repr(readings)


async def test_sixteen_bits_clear_pixels_and_a_phone_held_sideways_are_read(site: RunningSite) -> None:
    deep = Image.fromarray(np.asarray(scan(1).convert("L")).astype(np.uint16) * 257)
    sideways, turned = BytesIO(), Image.Exif()
    turned[0x0112] = 6  # EXIF orientation: turn by 90 degrees to see it upright
    scan(1).rotate(90, expand=True).save(sideways, "JPEG", exif=turned)
    clear = Image.new("RGBA", scan(1).size, (0, 0, 0, 0))
    clear.paste(scan(1), mask=scan(1).convert("L").point(lambda level: 255 * (level < 250)))
    answer = await site.ask(as_file(deep), sideways.getvalue(), as_file(clear))
    assert [one["outcome"] for one in answer["sheets"]] == ["passed"] * 3


async def test_a_back_that_carries_words_alone_shows_them(site: RunningSite) -> None:
    back = as_file(picture(mark(fronts(1), sheets(1), sealer(), profile()), 1, 200).convert("RGB"), "JPEG")
    sheet = await site.sheet(back)
    assert (sheet["conclusion"], sheet["restored"]) == ("compare", None)
    page = await (await site.post(back, accept="text/html")).text()
    assert "うら面には文字だけが入っています" in page
    assert "氏名　見本　太郎" in page


async def test_the_front_of_another_sheet_is_told_apart_from_a_changed_one(site: RunningSite) -> None:
    other = await site.sheet(as_file(drawn_page("foreign"), "JPEG"), back_file())
    assert (other["conclusion"], other["doubts"]) == ("altered", ["other-front"])


async def test_the_same_sheet_asked_about_again_is_recalled_and_another_copy_is_not(
    site: RunningSite,
) -> None:
    first = await site.sheet(back_file())
    again = await site.sheet(as_file(scan(1).rotate(2, fillcolor="white", resample=Image.Resampling.BICUBIC)))
    third = await site.sheet(back_file())
    other = await site.sheet(as_file(scan(1, copy=2)))
    assert [one["asked_before"]["count"] for one in (first, again, third, other)] == [0, 1, 2, 0]
    assert len(third["asked_before"]["latest"]) == 2
    assert third["asked_before"]["first"] == third["asked_before"]["latest"][-1]


async def test_several_sheets_in_one_pdf_are_answered_each_with_its_own_front(site: RunningSite) -> None:
    answer = await site.ask(as_file([scan(0), scan(1), scan(0, copy=2), scan(1, copy=2)], "PDF"))
    assert [(one["front"]["page"], one["back"]["page"]) for one in answer["sheets"]] == [(1, 2), (3, 4)]
    assert [one["sealed"]["copy"] for one in answer["sheets"]] == [1, 2]


async def test_a_stack_begins_with_a_line_for_each_sheet_and_says_in_which_file_it_was(
    site: RunningSite,
) -> None:
    words = await (await site.post(back_file(), as_file(scan(1, copy=2)), accept="text/html")).text()
    assert "2枚の紙についての結果" in words
    title = "枚目：うら面は本物です。おもて面を見比べてください"
    for number, file in ((1, "0.bin"), (2, "1.bin")):
        assert f'<a href="#sheet-{number}">{number}{title}</a> <small>{file} の1ページ</small>' in words
        assert f'id="sheet-{number}"' in words
        assert f"<h2>{number}{title}</h2>" in words
    assert words.count("<h1>") == 1


async def test_a_site_that_cannot_ask_the_centre_says_so_and_answers_the_rest(site: RunningSite) -> None:
    sheet = await site.sheet(back_file())
    assert sheet["standing"] is None
    page = await (await site.post(back_file(), accept="text/html")).text()
    assert "いまは問い合わせられません" in page
    verdict = page[page.index('class="verdict') : page.index("</section>")]
    # beside the good word itself: what it does not cover
    assert "無効や差替えになっていないかは、いま問い合わせられないため" in verdict
    assert "手元の紙が原本か写しかは、符号からはわかりません" in verdict


async def test_of_files_that_could_not_be_opened_nothing_is_said(site: RunningSite) -> None:
    page = await (await site.post(b"", accept="text/html", language="en")).text()
    assert "nothing is known about the certificate" in page
    assert "is no certificate" not in page


async def test_a_front_without_its_back_is_nothing_that_can_be_checked(site: RunningSite) -> None:
    answer = await site.ask(front_file())
    assert answer["sheets"] == []
    assert answer["loose"] == [{"place": {"file": 1, "page": 1}, "trouble": None}]
    for language, words in (("ja", "符号が見つかりません"), ("en", "No code of a back was found")):
        page = await (await site.post(front_file(), accept="text/html", language=language)).text()
        assert words in page


async def test_a_back_of_an_unknown_centre_key_is_not_genuine_until_the_key_has_come(
    settings: InquirySettings, tmp_path: Path
) -> None:
    from anti_forgery.key_files import new_keys, write_key
    from tests.anti_forgery.marks_world import CENTRE, NOW
    from tests.inquiry.inquiry_world import DAY

    for path in settings.mark_keys.glob("centre-*"):
        path.unlink()
    new_keys(tmp_path / "other", now=NOW, valid_for=DAY)
    next((tmp_path / "other").glob("centre-*.public.json")).rename(settings.mark_keys / "centre.json")
    async with running(settings) as site:
        sheet = await site.sheet(back_file())
        write_key(settings.mark_keys, CENTRE.public_key)
        assert (await site.sheet(back_file()))["outcome"] == "passed"
    assert (sheet["conclusion"], sheet["reason"]) == ("rescan", "unknown_centre_key")
    assert (sheet["sealed"], sheet["restored"], sheet["asked_before"]) == (None, None, None)


async def test_nothing_of_an_inquiry_is_in_the_log(
    site: RunningSite, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        await site.ask(back_file())
        await site.post(back_file(), accept="text/html")
        await site.post(b"%PDF-1.7 not really")
    lines = [str(vars(record)) for record in caplog.records]
    assert any("'outcome': 'ok'" in line for line in lines)
    for secret in (certificate()[0].issue_number, certificate()[0].order, "見本", "127.0.0.1"):
        assert not [line for line in lines if secret in line and "asyncio" not in line], secret


async def test_page_and_json_are_the_same_address_by_what_the_caller_accepts(site: RunningSite) -> None:
    page = await site.post(back_file(), accept="text/html", language="en")
    assert (page.status, page.content_type) == (200, "text/html")
    words = await page.text()
    assert "The back is genuine: compare the front" in words
    assert certificate()[0].issue_number in words
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Server"] == "inquiry"
    assert "Set-Cookie" not in page.headers
    one = await site.client.post(
        f"{site.url}/inquiry",
        data=BytesIO(back_file()),
        headers={"Content-Type": "image/jpeg", "Accept": JSON},
    )
    assert (await one.json())["sheets"][0]["outcome"] == "passed"
