"""The operator's sentences: complete, filled in, and about the row and the item that is wrong."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.domain.dates import RecordedDate
from certificates.domain.resident import AliasRecord, ForeignStatus, Honseki, Resident
from certificates.domain.seal import SealImprint, SealRegistration
from certificates.domain.suppression import Suppression
from sync.change.events import CardCertificate
from sync.change.reasons import Stream
from sync.checks.faults import Fault
from sync.checks.place import Place, row_at
from sync.checks.remedies import remedy_of
from sync.checks.sentences import SENTENCES, sentence_of, what_of
from sync.checks.terms import ITEMS, PARTS, terms_of
from sync.checks.unreadable import unreadable

KINDS = {
    Stream.RESIDENTS: Resident,
    Stream.SEALS: SealRegistration,
    Stream.SUPPRESSIONS: Suppression,
    Stream.CARDS: CardCertificate,
}
PLACES = st.builds(
    Place,
    stream=st.sampled_from(Stream),
    row=st.integers(0, 4_999),
    items=st.lists(st.sampled_from(["birth.month", "name", "imprint"]), unique=True).map(tuple),
    why=st.sampled_from(["", "missing", "世帯主変更", "個人番号: must be 12 digits"]),
)


def test_every_fault_has_its_sentence_in_both_languages() -> None:
    assert set(SENTENCES) == set(Fault)
    for fault in Fault:
        for where in ("", "residents[0].name: 転居", "events[0].data.cards[2].serial: missing", "?"):
            sentence = sentence_of(fault, where)
            assert re.search(r"[。）]$", sentence.ja)
            assert sentence.en.endswith((".", ")."))
            assert "{" not in sentence.ja + sentence.en


def test_every_fault_says_what_to_do_in_every_stream() -> None:
    for fault in Fault:
        for stream in (None, *Stream):
            todo = remedy_of(fault, stream)
            assert "送って" in todo.ja
            assert "end" in todo.en


@pytest.mark.parametrize("stream", Stream)
def test_every_item_of_a_row_has_its_term(stream: Stream) -> None:
    assert set(ITEMS[stream]) == {field.name for field in dataclasses.fields(KINDS[stream])}


@pytest.mark.parametrize("kind", [RecordedDate, Honseki, ForeignStatus, AliasRecord, SealImprint])
def test_every_item_within_an_item_has_its_term(kind: type) -> None:
    assert {field.name for field in dataclasses.fields(kind)} <= set(PARTS)


@given(PLACES)
def test_a_place_is_read_as_it_was_written(place: Place) -> None:
    assert Place.read(str(place)) == place


def test_a_path_of_the_codec_is_a_place() -> None:
    place = Place.read("events[12].data.residents[3].alias_history[0].day: not a value of this field")
    assert (place.stream, place.row) == (Stream.RESIDENTS, 3)
    assert place.items == ("alias_history.day",)
    assert what_of(Fault.UNREADABLE, place).ja.startswith(
        "4行目：「通称の記載及び削除に関する事項の日」は日付"
    )


def test_what_is_no_path_is_still_a_sentence() -> None:
    place = Place.read("Something else!\nIndeed")
    assert place.why == "Something else!\nIndeed"
    assert what_of(Fault.UNREADABLE, place).en == "The change cannot be read as a value of this item (form)."
    whole = Place.read("events[0].data.residents: must be a list")
    assert what_of(Fault.UNREADABLE, whole).en == "The list of resident rows must be a list (form)."


def test_several_items_are_named_in_one_order() -> None:
    where = row_at(Stream.RESIDENTS, 1, {"sex", "name"}, "転居")
    assert where == "residents[1].name,sex: 転居"
    assert what_of(Fault.NOT_ONLY_THESE_ITEMS, Place.read(where)).ja == (
        "2行目：異動事由「転居」では変わらない項目「氏名」、「性別」が変わっています。"
    )
    assert terms_of(None, ["changed_on"]).en == "day of the change (異動日)"


def test_an_unreadable_change_keeps_the_path_as_data() -> None:
    where = "events[0].data.residents[0].birth: missing"
    found = unreadable(b'{"data":{"reason":"\xe8\xbb\xa2\xe5\xb1\x85","residents":[{}]}}', where)
    assert (found.fault, found.where) == (Fault.UNREADABLE, where)
