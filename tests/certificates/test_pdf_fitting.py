"""A value is set whole or the certificate is refused: the glyph gate and the fit of text in its box."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from certificates.domain.dates import RecordedDate
from certificates.errors import ConfigurationError, RefusedError
from certificates.pdf.fitting import POINTS, SetLine, set_text
from certificates.pdf.fonts import Typeface, clusters, find_mincho
from certificates.pdf.official_seal import cells, columns
from certificates.pdf.sfnt import outlines_of
from certificates.pdf.sheet import PAPER, Align, Box, Placement, Style, ruled
from certificates.problems import ProblemCode
from tests.certificates.paper import STATUS, Write, content, foreigner, mincho, read_by_pdfium, resident

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


@pytest.fixture(scope="module")
def face() -> Typeface:
    return mincho()


def placed(text: str, *, width: float = 40, height: float = 6, **style: object) -> Placement:
    given_style = Style(**{"size": 10.0, "smallest": 6.0, **style})  # type: ignore[arg-type]
    return Placement(text=text, box=Box(20, 30, width, height), style=given_style, row="氏名")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("山\U0001f600田", "U+1F600 (\U0001f600)"),  # not in the typeface
        (
            "辻\U000e0100",
            "U+8FBB U+E0100 (辻\U000e0100, a sequence of Adobe-Japan1)",
        ),  # a sequence of another collection
        ("見\ue000本", "U+E000"),  # 外字 of the private area
        ("e\u0301", "U+0301"),  # a mark that would stand alone
        ("\U000e0102", "U+E0102"),  # a selector after nothing
        ("見\n本\t", "U+000A, U+0009"),
        ("見\u00a0本\u200b", "U+00A0, U+200B"),
        ("\x00\x00", "U+0000"),
    ],
)
def test_what_cannot_be_drawn_refuses_and_names_characters_and_code_points(
    face: Typeface, text: str, named: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        face.glyphs(text)
    assert (refused.value.code, refused.value.detail) == (ProblemCode.NO_GLYPH, named)


def test_a_certificate_with_an_undrawable_name_is_refused(write: Write) -> None:
    with pytest.raises(RefusedError) as refused:
        write([content(resident(name="見本　\U0001f600"))])
    assert refused.value.code is ProblemCode.NO_GLYPH


def test_clusters_keep_a_selector_with_its_character() -> None:
    assert list(clusters("辻\U000e0102本\ufe00a")) == ["辻\U000e0102", "本\ufe00", "a"]


def test_a_missing_typeface_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="apt-get install fonts-ipamj-mincho"):
        find_mincho(tmp_path / "none.ttf")


@pytest.mark.parametrize("data", [b"", b"not a font", b"\0\1\0\0" + b"\xff" * 200])
def test_a_file_that_is_no_typeface_is_a_configuration_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "broken.ttf"
    path.write_bytes(data)
    with pytest.raises(ConfigurationError, match="cannot be used"):
        Typeface.load(path)


def test_a_typeface_without_variation_sequences_is_not_accepted() -> None:
    if not DEJAVU.is_file():
        pytest.skip("DejaVu Sans is not installed")
    with pytest.raises(ConfigurationError):
        Typeface.load(DEJAVU)


def test_a_subset_brings_the_components_of_a_composite_and_keeps_every_outline() -> None:
    if not DEJAVU.is_file():
        pytest.skip("DejaVu Sans is not installed")
    with TTFont(DEJAVU, lazy=True) as font:
        outlines = outlines_of(font.reader.tables, DEJAVU.read_bytes(), font["head"].unitsPerEm)
        wanted = [font.getGlyphID(name) for name in ("Aacute", "i", "Aring", "Ccedilla", "space")]
        file, numbers = outlines.subset(wanted)
        small = TTFont(BytesIO(file), checkChecksums=2)
        assert numbers[wanted[0]] == 1
        assert len(numbers) > len(wanted) + 1
        for old, new in numbers.items():
            before, after = font["glyf"][font.getGlyphName(old)], small["glyf"][small.getGlyphName(new)]
            assert before.getCoordinates(font["glyf"])[0] == after.getCoordinates(small["glyf"])[0]
            old_metrics, new_metrics = (
                font["hmtx"][font.getGlyphName(old)],
                small["hmtx"][small.getGlyphName(new)],
            )
            assert old_metrics == new_metrics


def test_a_short_text_keeps_its_size_and_a_longer_one_shrinks(face: Typeface) -> None:
    (short,) = set_text(placed("見本"), face)
    (longer,) = set_text(placed("見本" * 6), face)
    assert short.size == 10
    assert 6 <= longer.size < 10


def test_two_lines_are_taken_where_the_box_has_room_and_break_at_a_space(face: Typeface) -> None:
    lines = set_text(
        placed("見本県みほん市架空一丁目　コーポみほん一〇一", width=48, height=9, lines=2), face
    )
    assert [bool(line.glyphs) for line in lines] == [True, True]
    assert "".join(glyph.text for glyph in lines[0].glyphs).endswith("　")
    assert lines[0].y > lines[1].y


def test_a_number_is_never_torn_between_lines(face: Typeface) -> None:
    lines = set_text(placed("架空町架空町架空町１２３４５６７８番地", width=42, height=9, lines=2), face)
    first = "".join(glyph.text for glyph in lines[0].glyphs)
    assert len(lines) == 2
    assert first == "架空町架空町架空町"


def test_what_does_not_fit_is_refused_with_the_row_and_not_the_value(face: Typeface) -> None:
    with pytest.raises(RefusedError) as refused:
        set_text(placed("見" * 200, lines=2, height=9), face)
    assert (refused.value.code, refused.value.detail) == (ProblemCode.DOES_NOT_FIT, "氏名")
    assert "見見" not in str(refused.value)


def attempt(placement: Placement) -> tuple[SetLine, ...]:
    try:
        return set_text(placement, mincho())
    except RefusedError as refused:
        if refused.code is not ProblemCode.DOES_NOT_FIT:
            raise
        reject()


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(alphabet="見本架空町一丁目１２３45AB　 ー－みホ𠮷", min_size=1, max_size=60),
    width=st.floats(8, 160),
    height=st.floats(3, 12),
    lines=st.integers(1, 3),
    align=st.sampled_from(Align),
)
def test_set_text_is_whole_and_inside_its_box(
    text: str, width: float, height: float, lines: int, align: Align
) -> None:
    placement = placed(text, width=width, height=height, lines=lines, align=align)
    found = attempt(placement)
    assert "".join(glyph.text for line in found for glyph in line.glyphs) == text
    left, right = 20 * POINTS, (20 + width) * POINTS
    for line in found:
        visible = list(line.glyphs)
        while len(found) > 1 and visible and visible[-1].text in " 　":
            visible.pop()  # spaces at a break may hang over the edge, where nothing is seen
        ink = sum(glyph.advance for glyph in visible) * line.size / 1000 + line.spacing * max(
            0, len(visible) - 1
        )
        assert line.size >= 6
        if align is Align.LEFT or len(found) == 1:
            assert left - 0.01 <= line.x
            assert line.x + ink <= right + 0.01
    if len(found) > 1:
        top, bottom = (PAPER[1] - 30) * POINTS, (PAPER[1] - 30 - height) * POINTS
        assert bottom - 0.01 <= found[-1].y - 0.121 * found[-1].size
        assert found[0].y + 0.879 * found[0].size <= top + 0.01


@pytest.mark.parametrize(
    "row",
    [
        resident(name="見" * 60),
        resident(honseki=replace(resident().honseki, place="架空県かくう市" + "見本町" * 30)),  # type: ignore[type-var]
        resident(
            previous_address="見本県みほん市架空町一丁目２番３号　グランドメゾン・みほんセントラルタワー南館２３０５号室"
        ),
        resident(
            relation="子の妻の弟の子", birth=RecordedDate(note="推定大正十五年又は昭和元年の生まれ月日不詳")
        ),
        foreigner(name="SAMPLE-FERNANDEZ DE LA VEGA MARIA CONCEPCION ANTONIETA JOSEFINA"),
        foreigner(
            foreign=replace(
                STATUS, nationality="グレートブリテン及び北アイルランド連合王国", kanji_name="見　明"
            )
        ),
        resident(
            address="見本県みほん市大字架空字見本１２３４番地５　みほんグランドメゾンセントラルタワー南館２３０５号室　架空様方"
        ),
    ],
)
def test_long_values_still_stand_whole_on_the_sheet(write: Write, row: object) -> None:
    assert not isinstance(row, str)
    for certificate in (content(row), content(row, chosen=(row,))):  # type: ignore[arg-type]
        assert certificate.missing_from(read_by_pdfium(write([certificate]).pdf)) == ()


@pytest.mark.parametrize("item", ["name", "address", "previous_address", "relation"])
def test_a_value_beyond_all_room_refuses_the_certificate(write: Write, item: str) -> None:
    with pytest.raises(RefusedError) as refused:
        write([content(resident(**{item: "見本" * 200}))])
    assert refused.value.code is ProblemCode.DOES_NOT_FIT
    assert refused.value.detail in {"氏名", "住所", "転入前住所", "続柄"}


def test_edges_that_meet_are_one_rule() -> None:
    rules = ruled([Box(0, 0, 10, 5), Box(10, 0, 10, 5), Box(0, 5, 20, 5)], 0.5)
    across = [rule for rule in rules if rule.y1 == rule.y2]
    assert [(rule.x1, rule.x2) for rule in across] == [(0, 20), (0, 20), (0, 20)]
    assert len(rules) == 6


def test_the_lettering_of_a_seal_fills_a_square_in_columns_from_the_right() -> None:
    assert [columns(count) for count in (1, 2, 4, 7, 9, 12)] == [
        (1,),
        (2,),
        (2, 2),
        (3, 2, 2),
        (3, 3, 3),
        (4, 4, 4),
    ]
    found = cells(7, 0, 0, 30, 30)
    assert found[0] == (20, 20, 10, 10)
    assert found[-1] == (0, 0, 10, 15)
    assert sum(width * height for _, _, width, height in found) == pytest.approx(900)
