"""The lines of a full load in portions: cut here, checked anywhere (``check`` runs in processes of its own)."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedIOBase

import numpy as np
import numpy.typing as npt

from sync.change.records import Kind
from sync.copy.store import CardRow, ResidentRow, Row, SealRow, SuppressionRow
from sync.feed.full_load.lines import MAX_LINE, FullLoadError, read_row

PORTION_BYTES = 1 << 21

Keys = npt.NDArray[np.uint64] | npt.NDArray[np.bytes_]
"""宛名番号 as numbers; keys of suppressions and serial numbers as ASCII."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Whole lines, the first of which has the number ``first``."""

    first: int
    lines: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Keyed:
    """The rows of one kind in a portion: their keys, whom they are about, and in which lines they stand.

    ``residents`` is empty for a kind that need not name a resident of the register.
    """

    keys: Keys = field(repr=False)
    residents: npt.NDArray[np.uint64] = field(repr=False)
    lines: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checked:
    """A portion whose lines are sound, each for itself."""

    rows: list[Row] = field(repr=False)
    kinds: dict[Kind, Keyed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """What FullLoadError says, as a value that goes from one process to another."""

    line: int
    reason: str


class Lines:
    """The lines after the head, cut into portions; the digest is that of what was read, not of a second look."""

    def __init__(self, source: BufferedIOBase, *, size: int = PORTION_BYTES) -> None:
        self._source = source
        self._size = size
        self._digest = hashlib.sha256()

    def portions(self) -> Iterator[Portion]:
        """Raises FullLoadError for a line that has no end, and for a file that cannot be unpacked."""
        first, rest = 2, b""
        while block := self._read(first):
            self._digest.update(block)
            whole, newline, rest = (rest + block).rpartition(b"\n")
            if newline:
                yield Portion(first=first, lines=whole)
                first += whole.count(b"\n") + 1
            if len(rest) > MAX_LINE:
                break
        if rest:
            raise FullLoadError(first, "is cut short or too long")

    def _read(self, line: int) -> bytes:
        try:
            return self._source.read(self._size)
        except (OSError, EOFError, zlib.error) as error:
            raise FullLoadError(line, "the file is damaged from here on") from error

    def digest(self) -> bytes:
        """SHA-256 of all that was cut so far."""
        return self._digest.digest()


def check(portion: Portion) -> Checked | Bad:
    """Each line of the portion for itself."""
    rows: list[Row] = []
    try:
        for number, line in enumerate(portion.lines.split(b"\n"), portion.first):
            rows.append(read_row(line, number))
    except FullLoadError as error:
        return Bad(line=error.line, reason=error.reason)
    places: dict[Kind, list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(_KINDS[type(row)], []).append(place)
    kinds = {kind: _keyed([rows[place] for place in at], at, portion.first) for kind, at in places.items()}
    return Checked(rows=rows, kinds=kinds)


_KINDS: dict[type[Row], Kind] = {
    ResidentRow: Kind.RESIDENT,
    SealRow: Kind.SEAL,
    SuppressionRow: Kind.SUPPRESSION,
    CardRow: Kind.CARD,
}


def _keyed(rows: list[Row], places: list[int], first: int) -> Keyed:
    about: list[int] = []
    numbers: list[int] = []
    texts: list[bytes] = []
    for row in rows:
        match row:
            case ResidentRow():
                numbers.append(int(row.member.number))
            case SealRow():
                about.append(int(row.resident))
            case SuppressionRow():
                texts.append(row.key.encode())
            case CardRow():
                about.append(int(row.resident))
                texts.append(row.serial.encode())
    residents = np.array(about, np.uint64)
    width = _SERIAL if about else _KEY
    keys: Keys = np.array(texts, width) if texts else np.array(numbers, np.uint64) if numbers else residents
    return Keyed(keys=keys, residents=residents, lines=np.array(places, np.int64) + first)


# ASCII of the longest key of a suppression and the longest serial; NUL, which would be lost at its end, stands in none
_KEY, _SERIAL = "S64", "S40"
