"""The parent: gives a process its cases, waits for each answer no longer than the limit, and starts another when one dies."""

from __future__ import annotations

import selectors
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

LIMIT = 60.0
"""Seconds of the clock for one file, on a busy machine."""
_START = 120.0


@dataclass(slots=True)
class Findings:
    """Answers by word; crashes and hangs by number of the case."""

    answers: Counter[str] = field(default_factory=Counter)
    crashes: list[int] = field(default_factory=list)
    hangs: list[int] = field(default_factory=list)
    slowest: float = 0.0
    memory: int = 0

    @property
    def count(self) -> int:
        return self.answers.total() + len(self.crashes) + len(self.hangs)

    @property
    def good(self) -> bool:
        return not self.crashes and not self.hangs and not self.answers["wrong"]


def fuzz(first: int, last: int, show: Callable[[int, int], None] = lambda done, total: None) -> Findings:
    """Cases ``first`` to ``last`` (not included)."""
    found = Findings()
    while first < last:
        first = _until_death(first, last, found, show, last - first + found.count)
    return found


def _until_death(first: int, last: int, found: Findings, show: Callable[[int, int], None], total: int) -> int:
    """The number of the case to go on with."""
    command = [sys.executable, "-m", "load_tests.fuzz_scans.child", str(first), str(last)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child,
        selectors.DefaultSelector() as ready,
    ):
        assert child.stdout is not None
        ready.register(child.stdout, selectors.EVENT_READ)
        wait = _START
        while first < last:
            if not ready.select(wait):
                child.kill()
                found.hangs.append(first)
                return first + 1
            line = child.stdout.readline()
            if not line:
                found.crashes.append(first)
                return first + 1
            number, answer, seconds, memory = line.split()
            found.answers[answer] += 1
            found.slowest = max(found.slowest, float(seconds))
            found.memory = max(found.memory, int(memory))
            first, wait = int(number) + 1, LIMIT
            show(found.count, total)
    return first


def text_of(found: Findings) -> str:
    answers = ", ".join(f"{count:,} {answer}" for answer, count in sorted(found.answers.items()))
    return (
        f"{found.count:,} mutated scans: {answers}. Crashes {len(found.crashes)}, over {LIMIT:.0f} s "
        f"{len(found.hangs)}, wrong content accepted {found.answers['wrong']}. Slowest {found.slowest:.1f} s of CPU, "
        f"peak memory {found.memory:,} MB."
    )
