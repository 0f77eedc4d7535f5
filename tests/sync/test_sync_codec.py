"""The feed's bytes: one value has one encoding, old bytes stay readable, anything else is refused."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import card_serial
from certificates.domain.resident import Honseki, Resident, Sex
from certificates.errors import InvalidValueError, WireError
from certificates.wire.codec import canonical, decode, encode
from sync.change.cloud_events import Readable, Unreadable, read_batch, write_event
from sync.change.events import CardCertificate, Change, Subjects
from sync.change.reasons import Reason
from sync.feed.wire import MAX_EVENTS, FeedBatch, FeedReceipt, ReceiptStatus
from sync.town import numbers
from sync.town.numbers import MUNICIPALITY


def example() -> Change:
    row = Resident(
        number=numbers.resident(0),
        history=2,
        household=numbers.household(0),
        name="見本辻\U000e0102　𠮷郎",
        birth=RecordedDate(1980, 1, 2),
        sex=Sex.MALE,
        relation="世帯主",
        household_head="見本辻\U000e0102　𠮷郎",
        honseki=Honseki(place="見本県みほん市架空町１番", head="見本　太郎"),
        address="見本県みほん市架空町一丁目２番３号",
        became_resident=RecordedDate(1980, 1, 2),
        address_since=RecordedDate(2026, 4, 2),
    )
    return Change(
        id="0123456789abcdef0123456789abcdef",
        time=datetime(2026, 4, 2, 3, 4, 5, 678, tzinfo=UTC),
        reason=Reason.MOVE_WITHIN,
        changed_on=date(2026, 4, 2),
        subjects=Subjects(residents=(row,)),
    )


FROZEN = (
    '{"data":{"changed_on":"2026-04-02","reason":"転居","residents":[{"address":"見本県みほん市架空町一丁目２番３号",'
    '"address_since":{"day":2,"month":4,"year":2026},"became_resident":{"day":2,"month":1,"year":1980},'
    '"birth":{"day":2,"month":1,"year":1980},"history":2,"honseki":{"head":"見本　太郎","place":"見本県みほん市架空町１番"},'
    '"household":"000200000000018","household_head":"見本辻\U000e0102　𠮷郎","name":"見本辻\U000e0102　𠮷郎",'
    '"number":"000100000000013","relation":"世帯主","sex":"男"}]},"datacontenttype":"application/json",'
    '"id":"0123456789abcdef0123456789abcdef","sequence":"000000000000042","source":"urn:kofu:registry:992011",'
    '"specversion":"1.0","subject":"move-within","time":"2026-04-02T03:04:05.000678Z",'
    '"type":"kofu.register.residents.v1"}'
)


def test_the_bytes_of_version_one_stay_as_they_are() -> None:
    assert write_event(example().numbered(42), MUNICIPALITY).decode() == FROZEN
    (delivery,) = read_batch(f"[{FROZEN}]".encode(), MUNICIPALITY)
    assert isinstance(delivery.content, Readable)
    assert delivery.content.event == example().numbered(42)


def test_nothing_personal_stands_outside_the_data() -> None:
    envelope = json.loads(write_event(example().numbered(42), MUNICIPALITY))
    del envelope["data"]
    outside = canonical(envelope).decode()
    assert "000100000000013" not in outside
    assert "見本" not in outside


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda event: event | {"specversion": "0.3"}, "specversion"),
        (lambda event: event | {"source": "urn:kofu:registry:992020"}, "source"),
        (lambda event: event | {"datacontenttype": "text/plain"}, "datacontenttype"),
        (lambda event: event | {"sequence": 42}, "sequence"),
        (lambda event: event | {"sequence": "42"}, "sequence"),
        (lambda event: event | {"type": "kofu.register.taxes.v1"}, "type"),
        (lambda event: event | {"id": "x"}, "id"),
        (lambda event: event | {"data": []}, "data"),
        (lambda event: event | {"extra": 1}, "not an event"),
        (lambda event: event | {"data": event["data"] | {"residents": []}}, "names nobody"),
        (lambda event: event | {"data": event["data"] | {"residents": ["x"]}}, "names nobody"),
        (lambda event: {name: value for name, value in event.items() if name != "time"}, "not an event"),
        (lambda event: [], "not an event"),
    ],
)
def test_an_envelope_that_is_not_of_this_feed_is_refused(spoil: object, why: str) -> None:
    assert callable(spoil)
    event = spoil(json.loads(FROZEN))
    with pytest.raises(WireError, match=why):
        read_batch(b"[" + canonical(event) + b"]", MUNICIPALITY)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"nonsense",
        b"[1",
        b"[" * 100_000,
        f"[{FROZEN} ]".encode(),
        f"[{FROZEN}]".replace('"history":2', '"history":2,"history":2').encode(),
        f"[{FROZEN}]".replace('"history":2', '"history":NaN').encode(),
        f"[{FROZEN}]".replace("見本　太郎", "\\ud800").encode(),
    ],
)
def test_a_body_that_is_no_canonical_batch_is_refused(body: bytes) -> None:
    with pytest.raises(WireError):
        read_batch(body, MUNICIPALITY)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('"history":2', '"history":2.5', "history"),
        ('"changed_on":"2026-04-02"', '"changed_on":"20260402"', "canonical"),
        ('"reason":"転居"', '"reason":"引越"', "reason"),
        ('"reason":"転居"', '"reason":"印鑑登録"', "reason"),
        ('"subject":"move-within"', '"subject":"death"', "subject"),
        ('"time":"2026-04-02T03:04:05.000678Z"', '"time":"2026-04-02"', "time"),
        ('"sequence":"000000000000042"', '"sequence":"000000000000000"', "sequence"),
    ],
)
def test_data_that_cannot_be_read_still_says_whom_it_names(old: str, new: str, where: str) -> None:
    assert old in FROZEN
    (delivery,) = read_batch(f"[{FROZEN}]".replace(old, new).encode(), MUNICIPALITY)
    assert isinstance(delivery.content, Unreadable)
    assert where in delivery.content.where
    assert {name.resident for name in delivery.named} == {None, numbers.resident(0)}


def test_messages_of_the_feed_are_canonical() -> None:
    batch = FeedBatch(
        municipality=MUNICIPALITY,
        first=1,
        last=2,
        count=2,
        sha256=bytes(32),
        position=7,
        sent_at=datetime(2026, 4, 2, tzinfo=UTC),
        chain=bytes(32),
    )
    assert decode(encode(batch), FeedBatch) == batch
    receipt = FeedReceipt(municipality=MUNICIPALITY, applied=2, status=ReceiptStatus.GAP, quarantined=1)
    assert decode(encode(receipt), FeedReceipt) == receipt


@pytest.mark.parametrize(
    ("first", "last", "count", "position"),
    [
        (1, 2, 3, 5),
        (0, 0, 1, 5),
        (1, 1, 0, 5),
        (2, 1, 0, 5),
        (1, 2, 2, 1),
        (1, MAX_EVENTS + 1, MAX_EVENTS + 1, 10**5),
    ],
)
def test_a_batch_whose_numbers_contradict_each_other_cannot_be_built(
    first: int, last: int, count: int, position: int
) -> None:
    with pytest.raises(InvalidValueError):
        FeedBatch(
            municipality=MUNICIPALITY,
            first=first,
            last=last,
            count=count,
            sha256=bytes(32),
            position=position,
            sent_at=datetime(2026, 4, 2, tzinfo=UTC),
            chain=bytes(32),
        )


def test_a_chain_has_one_length() -> None:
    with pytest.raises(InvalidValueError, match="chain"):
        FeedBatch(
            municipality=MUNICIPALITY,
            first=0,
            last=0,
            count=0,
            sha256=bytes(32),
            position=7,
            sent_at=datetime(2026, 4, 2, tzinfo=UTC),
            chain=bytes(31),
        )


def test_a_change_that_contradicts_itself_cannot_be_built() -> None:
    good = example()
    (row,) = good.subjects.residents
    card = CardCertificate(serial=card_serial("7a"), resident=row.number)
    for build in (
        Subjects,
        lambda: Subjects(residents=(row,), cards=(card,)),
        lambda: Subjects(residents=(row, row)),
        lambda: CardCertificate(serial=card_serial("7a"), resident=row.number, issuer=b"short"),
        lambda: good.numbered(0),
        lambda: Change(
            id="x", time=good.time, reason=good.reason, changed_on=good.changed_on, subjects=good.subjects
        ),
        lambda: Change(
            id=good.id,
            time=datetime(2026, 4, 2),  # noqa: DTZ001 - without a zone is the point
            reason=good.reason,
            changed_on=good.changed_on,
            subjects=good.subjects,
        ),
        lambda: Change(
            id=good.id,
            time=good.time + timedelta(0),
            reason=Reason.SEAL_REGISTERED,
            changed_on=good.changed_on,
            subjects=good.subjects,
        ),
    ):
        with pytest.raises(InvalidValueError):
            build()


def test_a_card_serial_never_shows_in_a_repr() -> None:
    card = CardCertificate(serial=card_serial("7abcdef"), resident=numbers.resident(0))
    assert "7abcdef" not in repr(card)
