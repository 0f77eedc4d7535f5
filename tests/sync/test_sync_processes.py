"""Work in several processes: in order, never stuck, and gone when it ends."""

from __future__ import annotations

import os
import signal
from functools import partial

import psutil
import pytest

from certificates.errors import UnavailableError
from sync.processes import Processes


def times(factor: int, number: int) -> int:
    return factor * number


def whoami(_: int) -> int:
    return os.getpid()


def die(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


@pytest.mark.parametrize("count", [0, 1, 2, 3, 20])
def test_results_come_in_the_order_of_the_things(count: int) -> None:
    with Processes(partial(times, 7), 3) as processes:
        assert list(processes.in_order(range(count))) == [7 * number for number in range(count)]


def test_large_things_and_results_do_not_block_one_another() -> None:
    large = b"x" * (1 << 22)
    with Processes(bytes, 2) as processes:
        assert [len(result) for result in processes.in_order([large] * 5)] == [1 << 22] * 5


def test_the_processes_are_gone_when_the_context_is_left() -> None:
    with Processes(whoami, 2) as processes:
        numbers = set(processes.in_order(range(6)))
        assert len(numbers) == 2
        assert os.getpid() not in numbers
    assert not any(psutil.pid_exists(number) for number in numbers)


def test_a_process_that_dies_is_noticed() -> None:
    with Processes(die, 2) as processes, pytest.raises(UnavailableError, match="ended in the middle"):
        list(processes.in_order(range(4)))
