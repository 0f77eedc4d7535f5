"""Layouts are data: every form of every kind has one, and one that could not be printed is refused with key and reason."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from certificates.domain.blocks import Entry, Slot
from certificates.domain.kinds.kind import FormName
from certificates.domain.kinds.table import KINDS
from certificates.errors import ConfigurationError, InvalidValueError, RefusedError
from certificates.pdf.fitting import POINTS, set_text
from certificates.pdf.forms.foot import foot, foot_from_toml
from certificates.pdf.forms.form import sheets
from certificates.pdf.layout_file import layout_from_toml, layouts
from certificates.pdf.limits import holds, limits, with_tables
from certificates.profiles.offices import LONGEST_NAME, LONGEST_OFFICE
from tests.certificates.paper import content, family, mincho, resident

PDF = files("certificates") / "pdf"
FOLDER = PDF / "layouts"


def test_every_form_of_every_kind_has_a_layout_and_no_layout_is_without_a_kind() -> None:
    assert {form for kind in KINDS.values() for form in kind.forms} == set(layouts())
    assert all(kind.kind is name for name, kind in KINDS.items())


@pytest.mark.parametrize(
    ("form", "written", "instead", "key", "reason"),
    [
        ("seal", "title = 22.0", "title = ", "seal.toml", "Invalid value"),
        ("seal", "title = 22.0", "", "title", "must be given as a number"),
        ("seal", "title = 22.0", "title = 22", "title", "must be given as a number"),
        ("seal", "title = 22.0", "title = 300.0", "title", "must be 0 to 297"),
        ("seal", "title = 22.0", "title = 22.0\nsubtitle = 3.0", "subtitle", "no key"),
        ("seal", "foot = 172.0", "foot = 140.0", "foot", "below the last block"),
        ("seal", "number = 285.0", "number = 100.0", "number", "below the foot"),
        ("seal", "size = 17.0, smallest = 7.0", "size = 7.0, smallest = 17.0", "styles.name.smallest", "4 to 7"),
        ("seal", 'align = "spread"', 'align = "wide"', "styles.label.align", "left, center, right, spread"),
        ("seal", 'style = "name"', 'style = "names"', "block.boxes.name.style", "not among the styles"),
        ("seal", "birth = { row = 3", "birthday = { row = 3", "block.boxes.birthday", "no box"),
        ("seal", "birth = { row = 3", "birth = { row = 6", "block.boxes.birth.row", "0 to 5"),
        ("seal", "birth = { row = 3", "birth = { row = 2", "block.boxes.birth", "overlaps other-name"),
        ("seal", "address = { row = 4, at = [0.0, 30.0, 188.0]", "address = { row = 4, at = [30.0, 188.0]",
         "block.boxes.address.at", "three edges"),
        ("seal", "rows = 4, heading = 1", "rows = 2, heading = 1", "block.imprint.rows", "no room"),
        ("seal", "at = [0.0, 52.0]", "at = [0.0, 60.0]", "block.imprint.at", "overlaps a box"),
        ("household", "top = 36.5", "top = 30.0", "block.top", "below what stands above"),
        ("household", "running = 6.0", "running = 7.0", "block.running", "wider"),
        ("household", 'rest = "name"', 'rest = "address"', "block.rest", "does not have"),
        ("household", "sheet = 4", "sheet = 5", "foot", "below the last block"),
    ],
)  # fmt: skip
def test_a_layout_that_cannot_be_printed_is_refused_by_key_and_reason(
    form: str, written: str, instead: str, key: str, reason: str
) -> None:
    text = (FOLDER / f"{form}.toml").read_text("utf-8")
    assert written in text
    with pytest.raises(ConfigurationError) as refused:
        layout_from_toml(text.replace(written, instead, 1), source=f"{form}.toml")
    assert refused.value.setting == (key if key.endswith(".toml") else f"{form}.toml: {key}")
    assert reason in refused.value.reason


@pytest.mark.parametrize(
    ("written", "instead", "key", "reason"),
    [
        ("[115.0, 17.0, 40.0, 8.0]", "[115.0, 17.0, 42.0, 8.0]", "foot.name.at", "official seal"),
        ("[4.0, 0.0, 150.0, 6.0]", "[4.0, 0.0, 185.0, 6.0]", "foot.statement.at", "within 188"),
        ("top = 8.5", "top = 8.5\nleft = 3.0", "seal.left", "no key"),
        ("[number]", "[numbers]", "number", "must be given as a table"),
        ('style = "note"', 'style = "notes"', "seal.note.style", "not among the styles"),
    ],
)
def test_a_foot_that_cannot_be_printed_is_refused_by_key_and_reason(
    written: str, instead: str, key: str, reason: str
) -> None:
    text = (PDF / "foot.toml").read_text("utf-8")
    assert written in text
    with pytest.raises(ConfigurationError) as refused:
        foot_from_toml(text.replace(written, instead, 1), source="foot.toml")
    assert refused.value.setting == f"foot.toml: {key}"
    assert reason in refused.value.reason


def test_a_certificate_is_never_laid_out_on_a_form_without_a_box_for_what_it_says() -> None:
    certificate = content(resident())
    with pytest.raises(InvalidValueError, match="no layout"):
        sheets(replace(certificate, form=FormName("passport")))
    block = {**certificate.blocks[0], Slot.ADDRESS: Entry(label="住所", lines=("架空",))}
    with pytest.raises(InvalidValueError, match="household has no box for address"):
        sheets(replace(certificate, blocks=(block,)))
    with pytest.raises(InvalidValueError, match="seal has no box"):
        sheets(replace(certificate, form=FormName("seal")))


def test_the_mayors_name_is_spread_over_its_box_and_a_residents_stands_as_recorded() -> None:
    """均等割付 in the foot; in a block it would hide where the recorded space between 氏 and 名 is."""
    (sheet,) = sheets(content(resident()))
    ends: dict[str, tuple[float, float]] = {}
    for placement in sheet.texts:
        if placement.row in ("市区町村長", "氏名") and placement.text != "氏名":
            (line,) = set_text(placement, mincho())
            *before, _ = line.glyphs
            last = line.x + sum(glyph.advance * line.size / 1000 + line.spacing for glyph in before)
            box, inset = placement.box, placement.style.inset
            ends[placement.row] = (
                line.x - (box.x + inset) * POINTS,
                (box.x + box.width - inset) * POINTS - last - line.size,
            )
    assert ends["市区町村長"] == pytest.approx((0, 0), abs=0.01)
    assert ends["氏名"][0] == pytest.approx(0)
    assert ends["氏名"][1] > 100


def test_every_box_has_room_for_the_longest_word_for_nothing() -> None:
    """8 characters (``PaperWords``): else a foreign resident without 性別 could have no 住民票の写し."""
    found = [(name, box, most) for name, layout in layouts().items() for box, *_, most in limits(layout)]
    assert [one for one in found if one[2] < 8] == []


def test_a_profile_may_have_as_long_an_office_and_name_as_the_foot_holds() -> None:
    places = foot().places
    assert [
        holds(box, style, style.smallest) for box, style in (places["foot.office"], places["foot.name"])
    ] == [
        LONGEST_OFFICE,
        LONGEST_NAME,
    ]


def test_a_form_for_one_takes_a_sheet_for_each() -> None:
    pages = sheets(replace(family(3), form=FormName("individual")))
    assert [page.seal is not None for page in pages] == [False, False, True]


def test_the_document_says_what_the_boxes_hold() -> None:
    document = (Path(__file__).parents[2] / "docs" / "certificates.md").read_text("utf-8")
    assert document == with_tables(document), "run: python -m certificates.pdf.limits"


@pytest.mark.parametrize("form", ["household", "individual"])
def test_a_box_holds_what_is_said_of_it_and_not_one_character_more(form: str) -> None:
    """氏名, at its smallest and in two lines: the last character that fits, and the first that does not."""
    (most,) = (most for box, _, _, most in limits(layouts()[FormName(form)]) if box == "name")
    for length, fits in ((most, True), (most + 1, False)):
        row = resident(name="見" * length)
        (sheet,) = sheets(content(row, chosen=(row,) if form == "individual" else None))
        (name,) = (text for text in sheet.texts if text.text == "見" * length)
        if fits:
            assert len(set_text(name, mincho())) == 2
        else:
            with pytest.raises(RefusedError, match="氏名"):
                set_text(name, mincho())
