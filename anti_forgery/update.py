"""An incremental update (ISO 32000-2, 7.5.6): the file stays as it came, byte for byte, and new objects follow it."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field

from anti_forgery.source import Reference, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Objects that are the same in many files, written once: numbers from ``first`` on, ``offsets`` from its beginning."""

    first: int
    data: bytes = field(repr=False)
    offsets: tuple[int, ...] = field(repr=False)


class BlockWriter:
    """Collects the objects of a block; ``add`` gives each its number."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._parts: list[bytes] = []
        self._offsets: list[int] = []
        self._length = 0

    def add(self, body: bytes) -> int:
        number = self._first + len(self._parts)
        part = b"%d 0 obj\n%b\nendobj\n" % (number, body)
        self._offsets.append(self._length)
        self._parts.append(part)
        self._length += len(part)
        return number

    def finish(self) -> Block:
        return Block(first=self._first, data=b"".join(self._parts), offsets=tuple(self._offsets))


class Update:
    """Collects objects; ``finish`` gives the old bytes and the new ones behind them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._next = source.size
        self._parts: list[bytes] = [] if source.data.endswith(b"\n") else [b"\n"]
        self._length = len(source.data) + sum(map(len, self._parts))
        self._blocks: set[int] = set()
        self._offsets: dict[int, tuple[int, int]] = {}

    def add(self, body: bytes) -> int:
        """A new object; returns its number, its generation is 0."""
        number = self._next
        self._next += 1
        self._put(number, 0, body)
        return number

    def add_block(self, block: Block) -> None:
        """A block made for this place: its first number is the next one."""
        if block.first != self._next:
            raise ValueError("the block was made for another place")
        for number, offset in enumerate(block.offsets, block.first):
            self._offsets[number] = (self._length + offset, 0)
        self._next += len(block.offsets)
        self._blocks.add(len(self._parts))
        self._parts.append(block.data)
        self._length += len(block.data)

    def replace(self, reference: Reference, body: bytes) -> None:
        """A new body for an object of the original file."""
        self._put(*reference, body)

    def finish(self) -> bytes:
        """The whole file; deterministic, its second /ID is a digest of what this file alone adds."""
        position = self._length
        tail = self._xref_stream(position) if self._source.uses_xref_stream else self._xref_table()
        end = f"startxref\n{position}\n%%EOF\n".encode("ascii")
        return b"".join([self._source.data, *self._parts, tail, end])

    def _put(self, number: int, generation: int, body: bytes) -> None:
        self._offsets[number] = (self._length, generation)
        part = b"%d %d obj\n%b\nendobj\n" % (number, generation, body)
        self._parts.append(part)
        self._length += len(part)

    def _sections(self) -> list[list[int]]:
        """Object numbers in runs without a gap, as a cross-reference section lists them."""
        runs: list[list[int]] = []
        for number in sorted(self._offsets):
            if runs and runs[-1][-1] == number - 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        return runs

    def _xref_table(self) -> bytes:
        lines = [b"xref\n"]
        for run in self._sections():
            lines.append(b"%d %d\n" % (run[0], len(run)))
            lines += [b"%010d %05d n \n" % self._offsets[number] for number in run]
        return b"".join(lines) + b"trailer\n<<" + self._trailer(self._next) + b">>\n"

    def _xref_stream(self, position: int) -> bytes:
        number = self._next
        self._offsets[number] = (position, 0)
        runs = self._sections()
        rows = b"".join(
            b"\1" + offset.to_bytes(4, "big") + generation.to_bytes(2, "big")
            for offset, generation in (self._offsets[n] for run in runs for n in run)
        )
        index = b" ".join(b"%d %d" % (run[0], len(run)) for run in runs)
        data = zlib.compress(rows, 9)
        return (
            b"%d 0 obj\n<</Type/XRef/W[1 4 2]/Index[%b]%b/Filter/FlateDecode/Length %d>>stream\n%b\nendstream\nendobj\n"
            % (
                number,
                index,
                self._trailer(number + 1),
                len(data),
                data,
            )
        )

    def _trailer(self, size: int) -> bytes:
        source = self._source
        entries = b"/Size %d/Prev %d%b" % (size, source.startxref, source.trailer)
        if source.identity is not None:
            digest = hashlib.sha256(source.identity)
            for place, part in enumerate(self._parts):
                if place not in self._blocks:
                    digest.update(part)
            entries += b"/ID[%b<%b>]" % (source.identity, digest.hexdigest()[:32].encode("ascii"))
        return entries
