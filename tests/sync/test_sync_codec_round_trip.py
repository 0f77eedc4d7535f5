"""Every change survives the way into the feed's bytes and back, and every record the way into its text."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import card_serial
from certificates.domain.resident import ForeignStatus, Honseki, ResidencyStatus, Resident, Sex
from certificates.domain.seal import SealImprint, SealRegistration
from certificates.domain.suppression import Suppression, SuppressionReason
from certificates.wire.codec import canonical
from sync.change.cloud_events import Readable, read_batch, write_batch
from sync.change.events import CardCertificate, Change, Record, Subjects, numbered
from sync.change.reasons import Reason, Stream
from sync.change.records import (
    form_of,
    kind_of,
    read_form,
    read_resident,
    read_seal,
    read_suppression,
    text_of,
)
from sync.registry.wire import read_change, write_change
from sync.town import numbers
from sync.town.numbers import MUNICIPALITY

NO_SURROGATES = st.characters(exclude_categories=["Cs"])
TEXT = st.text(NO_SURROGATES, min_size=1, max_size=12)
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
RECORDED = st.one_of(
    DAYS.map(RecordedDate.of),
    st.builds(RecordedDate, year=st.integers(1900, 2030), month=st.none() | st.integers(1, 12)),
    st.builds(RecordedDate, note=TEXT),
)
PLACES = st.integers(0, 10**6)


@st.composite
def residents(draw: st.DrawFn) -> Resident:
    japanese = draw(st.booleans())
    status = draw(st.sampled_from(ResidencyStatus))
    optional = st.none() | TEXT
    return Resident(
        number=numbers.resident(draw(PLACES)),
        history=draw(st.integers(1, 99_999_999)),
        household=numbers.household(draw(PLACES)),
        status=status,
        name=draw(TEXT),
        name_kana=draw(optional),
        former_surname=draw(optional) if japanese else None,
        alias=None if japanese else draw(optional),
        birth=draw(RECORDED),
        sex=draw(st.sampled_from(Sex)),
        relation=draw(TEXT),
        household_head=draw(TEXT),
        honseki=draw(st.builds(Honseki, place=TEXT, head=TEXT)) if japanese else None,
        foreign=None
        if japanese
        else draw(
            st.builds(
                ForeignStatus,
                nationality=TEXT,
                category=TEXT,
                expires_on=st.none() | DAYS,
                kanji_name=optional,
            )
        ),
        address=draw(TEXT),
        became_resident=draw(RECORDED),
        address_since=draw(RECORDED),
        notified=draw(st.none() | RECORDED),
        previous_address=draw(optional),
        removed_on=draw(DAYS) if status is not ResidencyStatus.RESIDENT else None,
    )


SEALS = st.builds(
    SealRegistration,
    resident=PLACES.map(numbers.resident),
    history=st.integers(1, 99),
    registration_number=st.integers(0, 10**9).map(str),
    registered_on=DAYS,
    imprint=st.binary(min_size=18, max_size=18).map(
        lambda rows: SealImprint(width=9, height=9, dots_per_mm=1, rows=rows)
    ),
    cancelled_on=st.none() | DAYS,
)
SUPPRESSIONS = st.builds(
    Suppression,
    key=st.from_regex(r"[0-9A-Za-z-]{1,64}\Z", fullmatch=True),
    reason=st.sampled_from(SuppressionReason),
    since=DAYS,
    household=PLACES.map(numbers.household),
    released=st.booleans(),
)
CARDS = st.builds(
    CardCertificate,
    serial=st.integers(1, 2**159).map(card_serial),
    resident=PLACES.map(numbers.resident),
    issuer=st.none() | st.binary(min_size=32, max_size=32),
    removed=st.booleans(),
)
ROWS: dict[Stream, st.SearchStrategy[Subjects]] = {
    Stream.RESIDENTS: st.lists(residents(), min_size=1, max_size=3, unique_by=lambda row: row.number).map(
        lambda rows: Subjects(residents=tuple(rows))
    ),
    Stream.SEALS: SEALS.map(lambda row: Subjects(seals=(row,))),
    Stream.SUPPRESSIONS: SUPPRESSIONS.map(lambda row: Subjects(suppressions=(row,))),
    Stream.CARDS: st.lists(CARDS, min_size=1, max_size=3, unique_by=lambda row: row.serial).map(
        lambda rows: Subjects(cards=tuple(rows))
    ),
}


@st.composite
def changes(draw: st.DrawFn) -> Change:
    reason = draw(st.sampled_from(Reason))
    return Change(
        id=f"{draw(st.integers(0, 2**128 - 1)):032x}",
        time=draw(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))),  # noqa: DTZ001
        reason=reason,
        changed_on=draw(DAYS),
        subjects=draw(ROWS[reason.stream]),
    )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(entered=st.lists(changes(), max_size=3), after=st.integers(0, 10**9))
def test_changes_come_out_of_the_feed_as_they_went_in(entered: list[Change], after: int) -> None:
    events = numbered(entered, after=after)
    body = write_batch(events, MUNICIPALITY)
    deliveries = read_batch(body, MUNICIPALITY)
    assert [d.content.event for d in deliveries if isinstance(d.content, Readable)] == list(events)
    for event, delivery in zip(events, deliveries, strict=True):
        assert isinstance(delivery.content, Readable)
        assert delivery.content.texts == tuple(text_of(row) for row in event.change.subjects.records())
        assert {n.resident for n in delivery.named} - {None} == event.change.subjects.people()
        assert {n.household for n in delivery.named} - {None} == event.change.subjects.households()
    assert [read_change(write_change(change)) for change in entered] == entered


@settings(max_examples=30, deadline=None)
@given(record=st.one_of(residents(), SEALS, SUPPRESSIONS, CARDS))
def test_a_record_text_is_canonical_and_says_everything(record: Record) -> None:
    form = form_of(record)
    assert read_form(form, kind_of(record), "row") == record
    assert canonical(form).decode() == text_of(record)
    read = {Resident: read_resident, SealRegistration: read_seal, Suppression: read_suppression}.get(
        type(record)
    )
    assert read is None or read(text_of(record)) == record
