"""The registry's own files: its register, and changes to be entered, both as JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from certificates.errors import ConfigurationError, InvalidValueError, WireError
from certificates.wire.codec import canonical, parse_object
from sync.change.codes import ReasonCodes
from sync.change.events import Change, Record
from sync.feed.full_load import read_record, record_line
from sync.registry.wire import read_change, write_change

REGISTER = "register.jsonl"
"""Every row, one record a line, as of number 0."""
CHANGES = "changes.jsonl"
"""Changes without numbers, one a line: the registry numbers them when they are entered."""


def write_register(folder: Path, records: Iterable[Record]) -> None:
    with (folder / REGISTER).open("wb") as output:
        output.writelines(record_line(record) for record in records)


def read_register(folder: Path) -> Iterator[Record]:
    """Raises ConfigurationError, FullLoadError naming the line."""
    for number, line in _lines(folder / REGISTER):
        yield read_record(line, number)


def write_changes(folder: Path, changes: Iterable[Change]) -> None:
    with (folder / CHANGES).open("wb") as output:
        output.writelines(write_change(change) + b"\n" for change in changes)


def read_changes(path: Path, codes: ReasonCodes | None = None) -> Iterator[Change]:
    """The changes of a file. With ``codes`` the reason of each stands as that vendor's 異動事由コード.

    Codes are put into words here, before a change is numbered: chain, digests and signature are over the words.
    Raises ConfigurationError naming file, line and reason.
    """
    for number, line in _lines(path):
        try:
            yield read_change(line if codes is None else _in_words(line, codes))
        except (WireError, InvalidValueError) as error:
            raise ConfigurationError(f"{path}, line {number}", str(error)) from error


def _in_words(line: bytes, codes: ReasonCodes) -> bytes:
    body = parse_object(line)
    return canonical({**body, "reason": codes.reason(str(body.get("reason"))).value})


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as source:
            for number, line in enumerate(source, 1):
                yield number, line.rstrip(b"\n")
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be read: {error.strerror}") from error
