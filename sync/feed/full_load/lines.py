"""One record a line, and the files of such lines: plain, or compressed when their name says so."""

from __future__ import annotations

import gzip
from io import BufferedIOBase
from pathlib import Path

from certificates.errors import InvalidValueError, KofuError, WireError
from certificates.wire.codec import Json, canonical, parse_object
from sync.change.events import Record
from sync.change.naming import check_identifiers
from sync.change.records import Kind, form_of, kind_of, read_form
from sync.copy.store import Row, row_of

MAX_LINE = 1 << 20
"""Bytes in one line; an imprint of 25 mm at 1,200 dpi takes half of it."""
_COMPRESSION = 1  # an imprint shrinks to a tenth; more effort gains little and costs most of the time


class FullLoadError(KofuError):
    """A full-load file was not accepted; nothing was changed. ``line`` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def record_line(record: Record) -> bytes:
    return canonical({"kind": kind_of(record).value, "record": form_of(record)}) + b"\n"


def read_record(line: bytes, number: int) -> Record:
    """One line of a file of records. Raises FullLoadError naming the line."""
    record, _ = _read(line, number)
    return record


def read_row(line: bytes, number: int) -> Row:
    """The same as the row that the copy keeps."""
    record, form = _read(line, number)
    return row_of(record, canonical(form).decode())


def _read(line: bytes, number: int) -> tuple[Record, Json]:
    """The record, and its canonical form."""
    if len(line) > MAX_LINE:
        raise FullLoadError(number, "is too long")
    try:
        entry = parse_object(line)
        if entry.keys() != {"kind", "record"}:
            raise FullLoadError(number, "must hold kind and record")
        kind = Kind(entry["kind"])
        record = read_form(entry["record"], kind, kind.value)
        check_identifiers(record)
    except (WireError, InvalidValueError) as error:
        raise FullLoadError(number, str(error)) from error
    except ValueError as error:
        raise FullLoadError(number, "is a record of no known kind") from error
    return record, entry["record"]


def is_compressed(path: Path) -> bool:
    return path.suffix == ".gz"


def reading(path: Path) -> BufferedIOBase:
    """The lines as they were written. Raises OSError."""
    return gzip.open(path, "rb") if is_compressed(path) else path.open("rb")


def writing(path: Path, *, compressed: bool) -> BufferedIOBase:
    """A new file for lines; the same lines give the same bytes. Raises OSError."""
    # the name and the time that gzip would note down are not those of the lines
    return gzip.GzipFile(path, "wb", _COMPRESSION, mtime=0) if compressed else path.open("wb")


def packed(lines: bytes, *, compressed: bool) -> bytes:
    """Lines as they stand in a file; what is packed in pieces reads as one (RFC 1952, 2.2)."""
    return gzip.compress(lines, _COMPRESSION, mtime=0) if compressed else lines
