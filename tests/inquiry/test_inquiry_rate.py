"""Turns of an address: some in a row, more with time, few at once, and addresses that belong together counted as one."""

from __future__ import annotations

import contextlib

import pytest

from center_relay.inquiry.usecases.rate import MOST, Turns


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def turns(clock: Clock, *, together: int = 100) -> Turns:
    return Turns(burst=3, per_minute=6, together=together, monotonic=clock)


def granted(turns: Turns, address: str) -> bool:
    with turns.turn(address) as turn:
        return turn


def test_turns_are_used_up_and_come_back_with_time(clock: Clock) -> None:
    mine = turns(clock)
    assert [granted(mine, "192.0.2.1") for _ in range(4)] == [True, True, True, False]
    assert granted(mine, "192.0.2.2")
    clock.now = 9.9
    assert not granted(mine, "192.0.2.1")
    clock.now = 10.1
    assert granted(mine, "192.0.2.1")
    assert not granted(mine, "192.0.2.1")
    clock.now = 10_000
    assert [granted(mine, "192.0.2.1") for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("nonsense", "", True),
    ],
)
def test_addresses_of_one_network_share_their_turns(clock: Clock, one: str, other: str, same: bool) -> None:
    mine = turns(clock)
    for _ in range(3):
        assert granted(mine, one)
    assert granted(mine, other) is not same


def test_only_so_many_at_once_and_a_turn_that_ends_gives_its_place_back(clock: Clock) -> None:
    mine = turns(clock, together=1)
    with mine.turn("192.0.2.1") as first:
        assert first
        assert not granted(mine, "192.0.2.1")
        assert granted(mine, "192.0.2.2")
    assert granted(mine, "192.0.2.1")
    with contextlib.suppress(ValueError), mine.turn("192.0.2.1"):
        raise ValueError
    clock.now = 60
    assert granted(mine, "192.0.2.1")


def test_the_number_of_addresses_is_bounded(clock: Clock) -> None:
    mine = turns(clock)
    for number in range(MOST + 10):
        granted(mine, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(mine._left) == MOST
    assert not mine._open
