"""A file of changes with a vendor's codes is entered as if it held the standard's words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from certificates.errors import ConfigurationError
from certificates.wire.codec import canonical
from sync.change.codes import EXAMPLE, ReasonCodes
from sync.registry.files import read_changes, write_changes
from sync.town import invent
from sync.town.day import day_of_changes


def coded(path: Path, codes: ReasonCodes) -> Path:
    """The same file as a vendor writes it."""
    by_word = {reason.value: codes.code(reason) for reason in codes.reasons.values()}
    lines = []
    for line in path.read_bytes().splitlines():
        body = json.loads(line)
        lines.append(canonical({**body, "reason": by_word[body["reason"]]}))
    out = path.with_name("coded.jsonl")
    out.write_bytes(b"\n".join(lines) + b"\n")
    return out


@pytest.fixture
def words(tmp_path: Path) -> Path:
    write_changes(tmp_path, day_of_changes(invent(3, 200), 30))
    return tmp_path / "changes.jsonl"


def test_codes_are_put_into_words(words: Path) -> None:
    codes = ReasonCodes.from_file(EXAMPLE)
    assert tuple(read_changes(coded(words, codes), codes)) == tuple(read_changes(words))


def test_a_code_that_the_table_lacks_is_named_with_its_line(words: Path) -> None:
    codes = ReasonCodes.from_file(EXAMPLE)
    path = coded(words, codes)
    lines = path.read_bytes().splitlines()
    lines[4] = canonical({**json.loads(lines[4]), "reason": "ZZ"})
    path.write_bytes(b"\n".join(lines))
    changes = read_changes(path, codes)
    entered = [next(changes) for _ in range(4)]
    assert len(entered) == 4
    with pytest.raises(ConfigurationError, match=r"coded\.jsonl, line 5.*ZZ is not in .*example_codes\.toml"):
        next(changes)


def test_a_file_with_codes_is_not_taken_for_one_with_words(words: Path) -> None:
    path = coded(words, ReasonCodes.from_file(EXAMPLE))
    with pytest.raises(ConfigurationError, match=r"line 1.*reason"):
        next(read_changes(path))
