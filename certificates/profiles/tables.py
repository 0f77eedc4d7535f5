"""Typed reading of a profile's tables: a wrong value becomes a fault, and reading goes on to find the next one.

After a fault a stand-in of the right type is returned. It never leaves this package: ``Reading.finish`` raises.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import Enum
from typing import TypeVar

from certificates.errors import InvalidValueError
from certificates.profiles.faults import Fault, ProfileError
from certificates.profiles.lines import Lines, Path

E = TypeVar("E", bound=Enum)
T = TypeVar("T")
Undrawable = Callable[[str], str]
"""What of a text has no glyph (``U+20BB7, …``); empty when all of it can be drawn."""

_NAMES: Mapping[type, tuple[str, str]] = {
    str: ("文字列", "text"),
    int: ("整数", "a whole number"),
    date: ("日付", "a date (2026-04-01)"),
    time: ("時刻", "a time (06:30:00)"),
    dict: ("テーブル", "a table"),
    list: ("配列", "a list"),
}


@dataclass(slots=True)
class Reading:
    """One file being read: where its keys stand, and the faults found so far."""

    source: str
    lines: Lines
    undrawable: Undrawable | None = None
    faults: list[Fault] = field(default_factory=list)

    def fault(self, path: Path, ja: str, en: str) -> None:
        line = self.lines.of(path)
        self.faults.append(Fault(source=self.source, line=line, key=_written(path), ja=ja, en=en))

    def built(self, path: Path, make: Callable[[], T], stand_in: T, ja: str) -> T:
        """What ``make`` builds, or ``stand_in`` with a fault when the value refuses to be.

        ``ja`` is the rule in Japanese; the value says it in English.
        """
        try:
            return make()
        except InvalidValueError as error:
            self.fault(path, ja, f"{error.field} {error.reason}")
            return stand_in

    def finish(self) -> None:
        """Raises ProfileError when anything was wrong."""
        if self.faults:
            raise ProfileError(tuple(sorted(self.faults, key=lambda fault: (fault.line, fault.key))))


class Table:
    """One table of the file. Every key that is asked for is known; ``close`` names the others."""

    def __init__(self, reading: Reading, path: Path, values: Mapping[str, object]) -> None:
        self.reading = reading
        self.path = path
        self._values = values
        self._known: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def names(self) -> Sequence[str]:
        return list(self._values)

    def fault(self, key: str, ja: str, en: str) -> None:
        self.reading.fault((*self.path, key) if key else self.path, ja, en)

    def take(self, key: str, kind: type[T], default: T) -> T:
        """The value, or ``default`` with a fault when it is missing or of another type."""
        self._known.add(key)
        ja, en = _NAMES[kind]
        if key not in self._values:
            self.fault(key, f"{ja}で指定してください（指定がありません）", f"is missing; give {en}")
            return default
        value = self._values[key]
        if not isinstance(value, kind) or isinstance(value, bool) or type(value) is datetime:
            self.fault(key, f"{ja}で指定してください", f"must be {en}")
            return default
        return value

    def text(self, key: str, *, longest: int = 60, default: str | None = None) -> str:
        """Text that is printed, or "" after a fault; without ``default`` it is required."""
        if default is not None and key not in self._values:
            self._known.add(key)
            return default
        before = len(self.reading.faults)
        value = self.take(key, str, "")
        if len(self.reading.faults) != before:
            return ""
        undrawable = self.reading.undrawable
        if not value.strip() or value != value.strip() or len(value) > longest:
            self.fault(
                key,
                f"前後に空白のない1文字以上{longest}文字以内の文字列にしてください",
                f"must have 1 to {longest} characters and no outer spaces",
            )
        elif undrawable is not None and (missing := undrawable(value)):
            self.fault(
                key, f"書体にない文字があります: {missing}", f"has characters without a glyph: {missing}"
            )
        else:
            return value
        return ""

    def whole(self, key: str, low: int, high: int) -> int:
        value = self.take(key, int, low)
        if not low <= value <= high:
            self.fault(key, f"{low:,}から{high:,}までにしてください", f"must be {low:,} to {high:,}")
        return value

    def number(self, key: str, low: float, high: float, default: float) -> float:
        """Whole or not; ``default`` when it is not given."""
        self._known.add(key)
        value = self._values.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            self.fault(
                key,
                f"{low:g}から{high:g}までの数値にしてください",
                f"must be a number from {low:g} to {high:g}",
            )
            return default
        return float(value)

    def flag(self, key: str) -> bool:
        self._known.add(key)
        value = self._values.get(key)
        if not isinstance(value, bool):
            self.fault(key, "true か false にしてください", "must be true or false")
            return False
        return value

    def holds(self, key: str, value: str) -> bool:
        """Whether the key is there with just this text."""
        if self._values.get(key) != value:
            return False
        self._known.add(key)
        return True

    def moment(self, key: str) -> date | datetime | None:
        """A date, or a date-time without a zone (a municipality's clock is Japan's); None after a fault."""
        self._known.add(key)
        value = self._values.get(key)
        if not isinstance(value, date) or (isinstance(value, datetime) and value.tzinfo is not None):
            self.fault(
                key,
                "日付か、時差のない日時にしてください",
                "must be a date, or a date and time without a zone",
            )
            return None
        return value

    def choice(self, key: str, kind: type[E]) -> E:
        default = next(iter(kind))
        before = len(self.reading.faults)
        value = self.take(key, str, "")
        if len(self.reading.faults) != before:
            return default
        return self._member(key, value, kind, default)

    def choices(self, key: str, kind: type[E], among: Collection[E] | None = None) -> frozenset[E]:
        """Some of ``kind``, or of those of it that are ``among`` the choices here."""
        default = next(iter(kind))
        found = self.take(key, list, [])
        members = [self._member(key, one, kind, default, among) for one in found]
        if len(set(found := [str(one) for one in found])) != len(found):
            self.fault(key, "同じものが2度あります", "names one thing twice")
        return frozenset(members)

    def _member(
        self, key: str, value: object, kind: type[E], default: E, among: Collection[E] | None = None
    ) -> E:
        names = [str(member.value) for member in kind if among is None or member in among]
        if value in names:
            return kind(value)
        shown = repr(value) if isinstance(value, str) else str(value)
        self.fault(
            key,
            f"{shown} は選べません（{'、'.join(names)}）",
            f"{shown} is not one of {', '.join(names)}{_near(value, names)}",
        )
        return default

    def table(self, key: str, *, required: bool = True) -> Table:
        self._known.add(key)
        values = self.take(key, dict, {}) if required or key in self._values else {}
        return Table(self.reading, (*self.path, key), values)

    def tables(self, key: str, *, required: bool = True) -> Sequence[Table]:
        self._known.add(key)
        entries = self.take(key, list, []) if required or key in self._values else []
        found = []
        for place, entry in enumerate(entries):
            path = (*self.path, key, place)
            if isinstance(entry, dict):
                found.append(Table(self.reading, path, entry))
            else:
                self.reading.fault(path, "テーブルで指定してください", "must be a table")
        return found

    def close(self, *possible: str) -> None:
        """A key that nobody asked for is a fault: a misspelt one must not be silently without effect.

        ``possible`` are keys that might have been asked for too.
        """
        known = sorted({*self._known, *possible})
        for key in self._values:
            if key not in self._known:
                self.fault(
                    key,
                    f"このキーは使えません（使えるもの: {'、'.join(known)}）",
                    f"is not a key here{_near(key, known)}",
                )


def _near(value: object, names: Sequence[str]) -> str:
    found = difflib.get_close_matches(str(value), names, 1)
    return f"; did you mean {found[0]}?" if found else ""


def _written(path: Path) -> str:
    parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")
