"""TrueType outlines, read in place from the mapped file, and the small font that one document carries."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from certificates.errors import ConfigurationError

# glyf: flags of a composite's components (OpenType 1.9, "glyf").
_WORDS, _SCALE, _MORE, _XY_SCALE, _TWO_BY_TWO, _INSTRUCTIONS = 0x0001, 0x0008, 0x0020, 0x0040, 0x0080, 0x0100


class TableEntry(Protocol):
    """Where a table lies in the file."""

    offset: int
    length: int


class Bytes(Protocol):
    """A mapped file."""

    def __getitem__(self, place: slice, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Outlines:
    """The tables that drawing needs. ``data`` is the mapped file: of its 45 MB only the glyphs used are ever read."""

    data: Bytes
    glyf: int  # offset in the file
    loca: array[int]
    advances: array[int]
    bearings: array[int]
    head: bytes
    hhea: bytes
    maxp: bytes
    units: int

    def advance(self, gid: int) -> int:
        """In thousandths of the em."""
        return (self._advance_units(gid) * 1000 + self.units // 2) // self.units

    def is_empty(self, gid: int) -> bool:
        return self.loca[gid] == self.loca[gid + 1]

    def outline(self, gid: int) -> bytes:
        return self.data[self.glyf + self.loca[gid] : self.glyf + self.loca[gid + 1]]

    def simple(self, gid: int) -> bytes:
        """The outline without hints, padded to four bytes. Raises ConfigurationError for a composite one."""
        outline = self.outline(gid)
        if outline and struct.unpack_from(">h", outline)[0] < 0:
            raise ConfigurationError(
                "font", f"glyph {gid} is made of others, which the quick writer does not draw"
            )
        piece = _without_hints(outline, {}, [])
        return piece + b"\0" * (-len(piece) % 4)

    def metrics(self, gid: int) -> bytes:
        """Advance width and left side bearing, as hmtx holds them."""
        return struct.pack(">Hh", self._advance_units(gid), self.bearings[gid])

    def subset(self, gids: Iterable[int]) -> tuple[bytes, dict[int, int]]:
        """A TrueType file with these glyphs, without hints, and the new number of each; components come along.

        Numbers follow the order of ``gids`` after .notdef, so the same glyphs give the same bytes.
        """
        numbers = {0: 0}
        for gid in gids:
            numbers.setdefault(gid, len(numbers))
        pieces: list[bytes] = []
        queue = list(numbers)
        for gid in queue:  # grows while composites name components
            piece = _without_hints(self.outline(gid), numbers, queue)
            pieces.append(piece + b"\0" * (-len(piece) % 4))
        places = [0]
        for piece in pieces:
            places.append(places[-1] + len(piece))
        count = len(queue)
        metrics = b"".join(self.metrics(gid) for gid in queue)
        return _assemble(
            {
                b"glyf": b"".join(pieces),
                b"head": self.head[:8] + b"\0\0\0\0" + self.head[12:50] + struct.pack(">hh", 1, 0),
                b"hhea": self.hhea[:34] + struct.pack(">H", count),
                b"hmtx": metrics,
                b"loca": struct.pack(f">{count + 1}I", *places),
                b"maxp": self.maxp[:4] + struct.pack(">H", count) + self.maxp[6:],
            }
        ), numbers

    def _advance_units(self, gid: int) -> int:
        return self.advances[min(gid, len(self.advances) - 1)]


def outlines_of(tables: Mapping[str, TableEntry], data: Bytes, units: int) -> Outlines:
    """Read the fixed tables of the font mapped in ``data``; KeyError when one is missing."""

    def table(name: str) -> bytes:
        entry = tables[name]
        return data[entry.offset : entry.offset + entry.length]

    hhea, hmtx, head = table("hhea"), table("hmtx"), table("head")
    full = struct.unpack_from(">H", hhea, 34)[0]
    pairs = _numbers("H", hmtx[: full * 4])
    bearings = _numbers("h", hmtx[: full * 4])[1::2] + _numbers("h", hmtx[full * 4 :])
    loca = (
        _numbers("I", table("loca"))
        if head[51]
        else array("I", (2 * n for n in _numbers("H", table("loca"))))
    )
    return Outlines(
        data=data,
        glyf=tables["glyf"].offset,
        loca=loca,
        advances=pairs[::2],
        bearings=bearings,
        head=head,
        hhea=hhea,
        maxp=table("maxp"),
        units=units,
    )


def _numbers(code: str, data: bytes) -> array[int]:
    values: array[int] = array(code, data)
    if sys.byteorder == "little":
        values.byteswap()
    return values


def _without_hints(outline: bytes, numbers: dict[int, int], queue: list[int]) -> bytes:
    """The outline without its instructions; components get their new numbers and are queued when new."""
    if not outline:
        return b""
    contours = struct.unpack_from(">h", outline)[0]
    if contours >= 0:
        end = 10 + 2 * contours
        size = struct.unpack_from(">H", outline, end)[0]
        return outline[:end] + b"\0\0" + outline[end + 2 + size :]
    parts = [outline[:10]]
    place, flags = 10, _MORE
    while flags & _MORE:
        flags, gid = struct.unpack_from(">HH", outline, place)
        size = 4 if flags & _WORDS else 2
        size += 2 if flags & _SCALE else 4 if flags & _XY_SCALE else 8 if flags & _TWO_BY_TWO else 0
        if gid not in numbers:
            numbers[gid] = len(numbers)
            queue.append(gid)
        arguments = outline[place + 4 : place + 4 + size]
        parts.append(struct.pack(">HH", flags & ~_INSTRUCTIONS, numbers[gid]) + arguments)
        place += 4 + size
    return b"".join(parts)


def checksum(data: bytes) -> int:
    """The sum of an sfnt table's words (OpenType 1.9, "Calculating checksums")."""
    return sum(_numbers("I", data + b"\0" * (-len(data) % 4))) & 0xFFFFFFFF


def _assemble(tables: Mapping[bytes, bytes]) -> bytes:
    """An sfnt file with the tables in order of their tags and the checksums of the standard."""
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    directory = [
        struct.pack(">IHHHH", 0x00010000, count, power * 16, power.bit_length() - 1, (count - power) * 16)
    ]
    place = 12 + 16 * count
    bodies: list[bytes] = []
    head_place = total = 0
    for tag, data in sorted(tables.items()):
        words = checksum(data)
        entry = struct.pack(">4sIII", tag, words, place, len(data))
        directory.append(entry)
        total += words + sum(struct.unpack(">4I", entry))
        if tag == b"head":
            head_place = place
        bodies.append(data + b"\0" * (-len(data) % 4))
        place += len(bodies[-1])
    total += sum(struct.unpack(">3I", directory[0]))
    font = bytearray(b"".join(directory + bodies))
    struct.pack_into(">I", font, head_place + 8, (0xB1B0AFBA - total) & 0xFFFFFFFF)
    return bytes(font)
