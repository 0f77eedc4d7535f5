"""Some hundred mutated files go through the marks in a child process; each is marked whole or refused."""

from __future__ import annotations

import random

import pytest

from certificates.errors import ConfigurationError
from certificates.pdf.fonts import find_mincho
from load_tests.fuzz_marks import __main__ as fuzz
from load_tests.fuzz_marks.mutations import MUTATIONS, mutated
from load_tests.fuzz_marks.seeds import assembled


@pytest.fixture(autouse=True)
def _font() -> None:
    try:
        find_mincho()
    except ConfigurationError as error:
        pytest.skip(str(error))


def test_a_hundred_files_are_marked_or_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz.main(["--files", "100"]) == 0
    shown = capsys.readouterr().out
    assert "crashed 0, hung 0, slow 0, died 0, wrong 0" in shown
    marked = int(shown.split("marked ")[1].split(",")[0])
    assert 5 <= marked <= 95  # neither all nor none, or the mutations test nothing


def test_a_file_that_takes_too_long_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz.main(["--files", "1", "--seconds", "0.0000001"]) == 1
    assert "file 0:" in capsys.readouterr().out


def test_every_mutation_changes_a_file() -> None:
    pdf = assembled({1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[]/Length 12>>"})
    for mutation in MUTATIONS[:8]:
        spoilt = bytearray(pdf)
        mutation(spoilt, random.Random(3))
        assert spoilt != pdf
    assert mutated(pdf, random.Random(1)) == mutated(pdf, random.Random(1))
