"""On which line of a TOML text a key stands: tomllib gives the values alone.

The text has been parsed already, so the scan need not judge it; it only has to tell keys from what strings and arrays
hold. Keys of an inline table are on the line on which it begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]
"""Keys from the root; a number is the place in an array of tables, from 0."""

_HEADER = re.compile(r"\s*(\[\[?)(.+?)\]\]?\s*(?:#.*)?\Z")
_PART = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(?:\.|\Z)""")
_KEY = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_.\s-])+?)\s*=""")
# what matters inside a value: strings (a whole one, or the opening of one of several lines), comments, brackets
_TOKEN = re.compile(r"\"\"\"|'''|\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*|[\[\]{}]")


class Lines:
    """Line numbers from 1 by path."""

    def __init__(self, text: str) -> None:
        self._lines = dict(_scan(text))

    def of(self, path: Path) -> int:
        """The line of ``path``, or of the nearest table that holds it: for a key that is missing; else 1."""
        for length in range(len(path), 0, -1):
            line = self._lines.get(path[:length])
            if line is not None:
                return line
        return 1


def _scan(text: str) -> Iterator[tuple[Path, int]]:
    table: Path = ()
    counts: dict[Path, int] = {}
    value = _Value()
    for number, line in enumerate(text.splitlines(), 1):
        if value.goes_on:
            value.read(line)
            continue
        if (header := _HEADER.match(line)) is not None:
            table = _resolved(_parts(header[2]), counts)
            if header[1] == "[[":
                place = counts[table] = counts.get(table, -1) + 1
                table = (*table, place)
            yield table, number
        elif (key := _KEY.match(line)) is not None:
            path = (*table, *_parts(key[1]))
            for length in range(len(table) + 1, len(path) + 1):
                yield path[:length], number
            value.read(line[key.end() :])


def _parts(dotted: str) -> Path:
    return tuple(double or single or plain for double, single, plain in _PART.findall(dotted))


def _resolved(parts: Path, counts: dict[Path, int]) -> Path:
    """A header below an array of tables speaks of its last table (TOML 1.0, "Array of Tables")."""
    path: Path = ()
    for place, part in enumerate(parts):
        path = (*path, part)
        if path in counts and place < len(parts) - 1:
            path = (*path, counts[path])
    return path


class _Value:
    """Whether a value that began on an earlier line goes on."""

    def __init__(self) -> None:
        self._quote = ""
        self._depth = 0

    @property
    def goes_on(self) -> bool:
        return bool(self._quote) or self._depth > 0

    def read(self, line: str) -> None:
        place = 0
        while place < len(line):
            if self._quote:
                end = line.find(self._quote, place)
                if end < 0:
                    return
                place, self._quote = end + 3, ""
                continue
            found = _TOKEN.search(line, place)
            if found is None:
                return
            place = found.end()
            token = found[0]
            if token in ('"""', "'''"):
                self._quote = token
            else:
                self._depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token, 0)
