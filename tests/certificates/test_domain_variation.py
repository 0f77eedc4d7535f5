"""Adobe-Japan1 and Moji_Joho at the border of the paper: mapped where there is evidence, refused by name where not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.domain import variation
from certificates.domain.blocks import Slot
from certificates.domain.variation import canonical, is_adobe_japan1
from certificates.errors import RefusedError
from certificates.pdf.font_source import FontSource
from certificates.problems import ProblemCode
from tests.certificates.paper import READERS, WRITERS, content, mincho, resident

# JIS X 0213:2004 changed the example glyphs of 辻 and 葛: E0101 is the new one in Adobe-Japan1, E0103 in Moji_Joho.
NEW, OLD = "辻\U000e0101", "辻\U000e0100"


def moji_joho() -> FontSource:
    return mincho().fonts[0]


def test_a_shape_that_both_collections_have_is_written_as_the_typeface_has_it() -> None:
    assert canonical(f"{NEW}本　葛\U000e0101") == "辻\U000e0103本　葛\U000e0103"
    assert (
        canonical("吉\U000e0100田") == "吉田"
    )  # Moji_Joho has one shape, and the character alone stands for it


def test_what_has_no_counterpart_is_left_whole() -> None:
    for text in (OLD, "辻\U000e0102", "辻\U000e01ef", "一郎", "", "\U000e0100", "a\ufe00"):
        assert canonical(text) == text


def test_mapping_twice_is_mapping_once() -> None:
    table = variation._table()
    assert all(canonical(counterpart) == counterpart for counterpart in table.values() if counterpart)


def test_every_counterpart_is_the_same_character_and_has_a_glyph() -> None:
    face = mincho()
    table = variation._table()
    assert len(table) == 14_684
    assert sum(map(bool, table.values())) == 9_975
    for sequence, counterpart in table.items():
        if counterpart:
            assert counterpart[0] == sequence[0]
            face.glyphs(counterpart)


def test_no_sequence_belongs_to_both() -> None:
    own = {chr(code) + chr(selector) for code, selector in moji_joho().sequences}
    assert not own & variation._table().keys()


def test_the_paper_says_it_as_the_typeface_does_and_the_record_as_it_came() -> None:
    row = resident(name=f"{NEW}　一郎", household_head=f"{NEW}　一郎")
    certificate = content(row)
    assert certificate.blocks[0][Slot.NAME].lines == ("辻\U000e0103　一郎",)
    assert row.name == f"{NEW}　一郎"
    for write in WRITERS.values():
        text = READERS["pdfium"](write(mincho())([certificate]).pdf)
        assert certificate.missing_from(text) == ()


@pytest.mark.parametrize(
    ("sequence", "collection"), [(OLD, "Adobe-Japan1"), ("辻\U000e01ef", "no collection known here")]
)
def test_what_cannot_be_mapped_is_refused_by_name(sequence: str, collection: str) -> None:
    certificate = content(resident(name=f"{sequence}　一郎", household_head="見本"))
    for write in WRITERS.values():
        with pytest.raises(RefusedError) as caught:
            write(mincho())([certificate])
        assert caught.value.code is ProblemCode.NO_GLYPH
        assert (
            f"U+8FBB U+{ord(sequence[1]):04X} ({sequence}, a sequence of {collection})" == caught.value.detail
        )


@given(st.text())
def test_any_text_keeps_its_characters(text: str) -> None:
    """Only selectors of the table's own sequences change, and one is never left without its character."""
    bare = [character for character in text if not 0xE0100 <= ord(character) <= 0xE01EF]
    assert [one for one in canonical(text) if not 0xE0100 <= ord(one) <= 0xE01EF] == bare


def test_the_table_states_source_and_licence() -> None:
    head = (variation.files(variation.__package__) / variation.TABLE).read_text("ascii")[:800]
    for words in ("Unicode License v3", "BSD-3-Clause", "CC BY-SA 2.1 JP", "variation_table"):
        assert words in head
    assert is_adobe_japan1(OLD)
