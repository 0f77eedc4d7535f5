"""What an examiner says is read as a stranger's word: a form that is not ours is an error, never a value."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anti_forgery.copy_evidence import Ground
from anti_forgery.scan_trouble import ScanTrouble
from center_relay.inquiry.examining.frames import (
    failure_from_json,
    failure_to_json,
    restored_from_frames,
    restored_to_frames,
    seen_from_json,
    seen_to_json,
)
from center_relay.inquiry.ports import (
    Compared,
    Difference,
    Match,
    Place,
    Reading,
    Restored,
    Seen,
)
from certificates.errors import WireError
from certificates.wire.codec import Json

PLACES = st.builds(Place, file=st.integers(1, 9), page=st.integers(1, 99))
SEEN = st.builds(
    Seen,
    place=PLACES,
    payload=st.none() | st.binary(max_size=50),
    trouble=st.none() | st.sampled_from(ScanTrouble),
    ground=st.sampled_from(Ground),
)
RESTORED = st.builds(
    Restored,
    pdf=st.binary(max_size=9),
    picture=st.binary(max_size=9),
    compared=st.none()
    | st.builds(
        Compared,
        match=st.sampled_from(Match),
        doubt=st.text(max_size=9),
        ground=st.sampled_from(Ground),
        picture=st.binary(max_size=9),
        differences=st.lists(
            st.builds(
                Difference,
                row=st.text(max_size=9),
                kinds=st.lists(st.text(max_size=9)).map(tuple),
                readings=st.lists(
                    st.builds(
                        Reading,
                        expected=st.text(min_size=1, max_size=3),
                        seems=st.text(min_size=1, max_size=3),
                    ),
                    max_size=2,
                ).map(tuple),
                original=st.binary(max_size=9),
                yours=st.binary(max_size=9),
            ),
            max_size=3,
        ).map(tuple),
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(SEEN, max_size=4))
def test_what_was_seen_comes_back(seen: list[Seen]) -> None:
    assert seen_from_json(json.loads(json.dumps(seen_to_json(seen)))) == tuple(seen)


@given(RESTORED)
def test_a_restored_front_comes_back(restored: Restored) -> None:
    header, blobs = restored_to_frames(restored)
    assert restored_from_frames(json.loads(json.dumps(header)), blobs) == restored


@given(JSON, st.lists(st.binary(max_size=3), max_size=5))
def test_anything_else_is_an_error(value: object, blobs: list[bytes]) -> None:
    for header in ({"seen": value}, {"seen": [value]}, {"compared": value}, {}):
        for read in (
            seen_from_json,
            lambda header: restored_from_frames(header, blobs),
        ):
            try:
                found = read(header)  # type: ignore[arg-type]  # that is the point
            except WireError:
                continue
            assert found == () or isinstance(found, Restored)


def test_a_number_of_blobs_that_does_not_fit_is_an_error() -> None:
    header, blobs = restored_to_frames(
        Restored(pdf=b"", picture=b"", compared=Compared(match=Match.MATCHES, picture=b""))
    )
    for wrong in (blobs[:2], [*blobs, b""], []):
        with pytest.raises(WireError):
            restored_from_frames(header, wrong)


@pytest.mark.parametrize(
    "reading", [["5"], ["5", ""], ["", "6"], ["5", 6], "56", ["5", "6", "7"], None, {"expected": "5"}]
)
def test_a_reading_that_is_not_two_texts_is_an_error(reading: Json) -> None:
    header, blobs = restored_to_frames(
        Restored(
            pdf=b"",
            picture=b"",
            compared=Compared(
                match=Match.DIFFERS,
                picture=b"",
                differences=(Difference(row="氏名", kinds=("changed",)),),
            ),
        )
    )
    compared = header["compared"]
    assert isinstance(compared, dict)
    compared["differences"] = [["氏名", ["changed"], [["5", "6"]]]]
    assert restored_from_frames(header, blobs).compared is not None
    compared["differences"] = [["氏名", ["changed"], [["5", "6"], reading]]]
    with pytest.raises(WireError):
        restored_from_frames(header, blobs)


def test_a_fault_is_told_by_type_and_place_alone() -> None:
    def failing() -> None:
        raise ValueError("架空　太郎")

    with pytest.raises(ValueError, match="架空") as caught:
        failing()
    told = failure_to_json(caught.value)
    assert "架空" not in str(told)
    kind, where = failure_from_json(told) or ("", "")
    assert kind == "ValueError"
    assert where.startswith("test_inquiry_frames.py:")
    # an examiner that was taken over writes nothing of its own into the log
    assert failure_from_json({"failed": "架空　太郎", "at": "x" * 100}) == ("?", "?")
    assert failure_from_json({"seen": []}) is None
