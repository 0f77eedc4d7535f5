"""The small version of ``make fuzz-scans``, and that its parent notices what it is there for."""

from __future__ import annotations

import sys

import pytest

from certificates.errors import ConfigurationError
from load_tests.fuzz_scans import run
from load_tests.fuzz_scans.mutations import case
from load_tests.fuzz_scans.run import Findings, fuzz, text_of
from load_tests.scans.sheets import typeface


def test_mutated_scans_neither_crash_nor_hang_nor_pass_wrongly() -> None:
    try:
        typeface()
    except ConfigurationError as error:
        pytest.skip(str(error))
    found = fuzz(0, 25)
    assert found.good, text_of(found)
    assert found.count == 25
    assert len({case(number) for number in range(25)}) == 25


@pytest.mark.parametrize(
    ("program", "seen"),
    [
        ("import os; print('0 refused 0.1 9', flush=True); os.abort()", (1, [1], [])),
        ("import time; print('0 refused 0.1 9', flush=True); time.sleep(60)", (1, [], [1])),
        ("print('0 wrong 0.1 9'); print('1 refused 0.1 9')", (2, [], [])),
    ],
)
def test_a_crash_a_hang_and_wrong_content_are_seen(
    monkeypatch: pytest.MonkeyPatch, program: str, seen: tuple[int, list[int], list[int]]
) -> None:
    start = run.subprocess.Popen
    monkeypatch.setattr(
        run.subprocess, "Popen", lambda _, **options: start([sys.executable, "-c", program], **options)
    )
    monkeypatch.setattr(run, "LIMIT", 0.3)
    found = Findings()
    run._until_death(0, 2, found, lambda done, total: None, 2)
    assert (found.answers.total(), found.crashes, found.hangs) == seen
    assert not found.good
