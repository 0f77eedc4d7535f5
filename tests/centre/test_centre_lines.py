"""A stopped line stays stopped until two different people have released it within ten minutes."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center_relay.adapters.memory import MemoryStore
from center_relay.ports import Shelf
from center_relay.usecases.in_flight import InFlight
from center_relay.usecases.lines import APPROVAL_LIFE, Lines, LineStop, Release, approve
from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import BindingError, RefusedError, UnavailableError
from certificates.problems import ProblemCode
from tests.centre.centre_values import MUNICIPALITY, NOW, Hands, ListJournal

OTHER = MunicipalityCode("011002")


class Bench:
    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store = store or MemoryStore()
        self.journal = ListJournal()
        self.hands = Hands()
        self.lines = self.process()

    def process(self) -> Lines:
        """Another process of the centre on the same store."""
        return Lines(self.store, self.journal, self.hands, name="centre:test")

    async def break_line(self, lines: Lines | None = None) -> None:
        with pytest.raises(BindingError):
            async with (lines or self.lines).guard(MUNICIPALITY):
                raise BindingError("page 2 of the file: of another order")

    async def is_open(self, lines: Lines | None = None, code: MunicipalityCode = MUNICIPALITY) -> bool:
        try:
            await (lines or self.lines).require_open(code)
        except RefusedError as error:
            if error.code is ProblemCode.LINE_STOPPED:
                return False
            raise
        return True


async def test_a_broken_binding_stops_the_line_for_every_process_and_alarms(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = Bench()
    assert await bench.is_open()
    await bench.break_line()
    assert not await bench.is_open()
    assert not await bench.is_open(bench.process())
    assert await bench.is_open(code=OTHER)
    assert await bench.process().stopped() == (MUNICIPALITY,)
    assert bench.journal.events == ["line-stopped"]
    assert [record.levelno for record in caplog.records if record.message == "line stopped"] == [
        logging.CRITICAL
    ]


async def test_other_errors_do_not_stop_the_line() -> None:
    bench = Bench()
    with pytest.raises(RefusedError):
        async with bench.lines.guard(MUNICIPALITY):
            raise RefusedError(ProblemCode.NO_GLYPH)
    assert await bench.is_open()


async def test_two_different_people_release_a_line() -> None:
    bench = Bench()
    await bench.break_line()
    assert await bench.lines.approve_release(MUNICIPALITY, "suzuki") is Release.AWAITING_SECOND
    assert not await bench.is_open()
    assert await bench.process().approve_release(MUNICIPALITY, "tanaka") is Release.RELEASED
    assert await bench.is_open()
    assert bench.journal.events == ["line-stopped", "release-approved", "line-released"]


async def test_one_person_cannot_release_a_line_alone() -> None:
    bench = Bench()
    await bench.break_line()
    for _ in range(3):
        assert await bench.lines.approve_release(MUNICIPALITY, "suzuki") is Release.AWAITING_SECOND
    assert not await bench.is_open()


async def test_an_approval_lapses_after_ten_minutes() -> None:
    bench = Bench()
    await bench.break_line()
    await bench.lines.approve_release(MUNICIPALITY, "suzuki")
    bench.hands.forward(minutes=10)
    assert await bench.lines.approve_release(MUNICIPALITY, "tanaka") is Release.AWAITING_SECOND
    assert not await bench.is_open()


async def test_a_new_break_takes_away_the_approval_given_before_it() -> None:
    bench = Bench()
    await bench.break_line()
    await bench.lines.approve_release(MUNICIPALITY, "suzuki")
    await bench.break_line(bench.process())
    assert await bench.lines.approve_release(MUNICIPALITY, "tanaka") is Release.AWAITING_SECOND


async def test_a_running_line_cannot_be_released() -> None:
    with pytest.raises(RefusedError) as caught:
        await Bench().lines.approve_release(MUNICIPALITY, "suzuki")
    assert caught.value.code is ProblemCode.OUT_OF_TURN


async def test_a_release_that_cannot_be_noted_does_not_happen() -> None:
    bench = Bench()
    await bench.break_line()
    await bench.lines.approve_release(MUNICIPALITY, "suzuki")
    bench.journal.failure = UnavailableError("journal", "full", outcome_known=False)
    with pytest.raises(UnavailableError):
        await bench.lines.approve_release(MUNICIPALITY, "tanaka")
    assert not await bench.is_open()


class FailingStore(MemoryStore):
    """Down while ``down`` is set; ``contested`` loses every swap."""

    down = False
    contested = False

    async def read(self, shelf: Shelf, name: str) -> bytes | None:
        if self.down:
            raise UnavailableError("store", "down", outcome_known=False)
        return await super().read(shelf, name)

    async def swap(self, shelf: Shelf, name: str, *records: bytes | None, **life: object) -> bool:
        if self.contested:
            return False
        return await super().swap(shelf, name, records[0], records[1])


async def test_a_stop_that_the_store_could_not_take_holds_in_this_process_and_is_written_later() -> None:
    store = FailingStore()
    bench = Bench(store)
    store.down = True
    await bench.break_line()
    with pytest.raises(UnavailableError):
        await bench.is_open()
    store.down = False
    assert await bench.lines.stopped() == (MUNICIPALITY,)
    assert not await bench.is_open()
    assert not await bench.is_open(bench.process())


async def test_a_stop_that_never_reached_the_store_is_released_by_two_people_too() -> None:
    store = FailingStore()
    bench = Bench(store)
    store.down = True
    await bench.break_line()
    store.down = False
    assert await bench.lines.approve_release(MUNICIPALITY, "suzuki") is Release.AWAITING_SECOND
    assert await bench.lines.approve_release(MUNICIPALITY, "tanaka") is Release.RELEASED
    assert await bench.is_open()


async def test_a_release_that_loses_a_race_says_so_and_the_line_stays_stopped() -> None:
    store = FailingStore()
    bench = Bench(store)
    await bench.break_line()
    store.contested = True
    with pytest.raises(RefusedError) as caught:
        await bench.lines.approve_release(MUNICIPALITY, "suzuki")
    assert caught.value.code is ProblemCode.BUSY
    await bench.break_line()
    store.contested = False
    assert not await bench.is_open()


@given(st.lists(st.tuples(st.sampled_from(["suzuki", "tanaka", "sato"]), st.integers(0, 700)), max_size=8))
def test_no_sequence_of_approvals_releases_without_two_people_in_ten_minutes(
    approvals: list[tuple[str, int]],
) -> None:
    hands = Hands()
    stop = LineStop(municipality=MUNICIPALITY, stopped_at=NOW)
    given_before: list[tuple[str, float]] = []
    for operator, wait in approvals:
        hands.forward(seconds=wait)
        moment = hands.moment.timestamp()
        after = approve(stop, operator=operator, now=hands.moment)
        if after is None:
            assert any(
                name != operator and moment - at < APPROVAL_LIFE.total_seconds() for name, at in given_before
            )
            return
        stop = after
        given_before.append((operator, moment))


def test_beyond_the_limit_a_municipality_is_busy_and_the_others_are_not() -> None:
    places = InFlight(2)
    with places.place(MUNICIPALITY):
        with places.place(MUNICIPALITY):
            with pytest.raises(RefusedError) as caught, places.place(MUNICIPALITY):
                pass
            assert caught.value.code is ProblemCode.BUSY
            with places.place(OTHER):
                pass
        with places.place(MUNICIPALITY):
            pass


def test_a_place_is_given_back_when_the_application_fails() -> None:
    places = InFlight(1)
    for _ in range(3):
        with pytest.raises(BindingError), places.place(MUNICIPALITY):
            raise BindingError("page 1")
