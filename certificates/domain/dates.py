"""Japanese dates as the register holds them: exact, or recorded as partly unknown, in era or Western form."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from certificates.errors import InvalidValueError


@dataclass(frozen=True, slots=True)
class Era:
    """元号 and its first day."""

    name: str
    first: date


# 元号を改める政令; 明治 6-01-01 is the first day of the Gregorian calendar (明治五年太政官布告第三百三十七号).
ERAS: tuple[Era, ...] = (
    Era("令和", date(2019, 5, 1)),
    Era("平成", date(1989, 1, 8)),
    Era("昭和", date(1926, 12, 25)),
    Era("大正", date(1912, 7, 30)),
    Era("明治", date(1868, 1, 25)),
)


def era_of(day: date) -> Era:
    for era in ERAS:
        if day >= era.first:
            return era
    raise InvalidValueError("年月日", "is before 明治")


def japanese_date(day: date) -> str:
    """「令和8年11月21日」; the first year is 元年."""
    era = era_of(day)
    year = day.year - era.first.year + 1
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def western_date(day: date) -> str:
    """「2026年11月21日」: the form for foreign residents' birth date and 在留期間の満了の日."""
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True, slots=True)
class RecordedDate:
    """A date as recorded: year, month and day, of which the month and the day, or all, may be unknown (不詳).

    ``note`` is the register's own wording where even the year is not a number (「年月日不詳」, 「推定昭和二十年」).
    Exactly one of ``year`` and ``note`` is given.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    note: str | None = None

    UNKNOWN_NOTE: ClassVar[str] = "年月日不詳"
    SHARED: ClassVar[bool] = True
    """A register has some ten thousand different ones in a million places (``certificates.wire.form``)."""

    def __post_init__(self) -> None:
        if (self.year is None) == (self.note is None):
            raise InvalidValueError("年月日", "needs either a year or the register's wording")
        if self.note is not None and (not self.note or len(self.note) > 40 or self.month or self.day):
            raise InvalidValueError("年月日", "wording must be 1 to 40 characters and stand alone")
        if self.year is not None and not 1868 <= self.year <= 9999:
            raise InvalidValueError("年月日", "year out of range")
        if self.month is not None and not 1 <= self.month <= 12:
            raise InvalidValueError("年月日", "month out of range")
        if self.day is not None:
            if self.year is None or self.month is None:
                raise InvalidValueError("年月日", "a day needs its month")
            if not 1 <= self.day <= calendar.monthrange(self.year, self.month)[1]:
                raise InvalidValueError("年月日", "day out of range")
            era_of(date(self.year, self.month, self.day))

    @classmethod
    def of(cls, day: date) -> RecordedDate:
        return cls(day.year, day.month, day.day)

    @property
    def exact(self) -> date | None:
        if self.year is None or self.month is None or self.day is None:
            return None
        return date(self.year, self.month, self.day)

    @property
    def sort_key(self) -> tuple[int, int, int]:
        """Order of birth; what is unknown sorts after what is known."""
        return (self.year or 9999, self.month or 13, self.day or 32)

    def japanese(self) -> str:
        """和暦 as printed for Japanese residents; unknown parts as 不詳."""
        if self.note is not None:
            return self.note
        if (day := self.exact) is not None:
            return japanese_date(day)
        assert self.year is not None
        # A year or month that holds a change of era belongs to the era of its last day.
        month = self.month or 12
        era = era_of(date(self.year, month, calendar.monthrange(self.year, month)[1]))
        number = self.year - era.first.year + 1
        head = f"{era.name}{'元' if number == 1 else number}年"
        return head + (f"{self.month}月日不詳" if self.month else "月日不詳")

    def western(self) -> str:
        """西暦 as printed for foreign residents (出入国在留管理庁通知); unknown parts as 不詳."""
        if self.note is not None:
            return self.note
        if (day := self.exact) is not None:
            return western_date(day)
        return f"{self.year}年" + (f"{self.month}月日不詳" if self.month else "月日不詳")


def age_on(birth: RecordedDate, today: date) -> int:
    """Full years, counted as 年齢計算ニ関スル法律 does (a year is complete at the end of the eve of the birthday).

    What is unknown is taken so that the age comes out lowest: an entitlement is never given by a guess.
    Raises InvalidValueError when not even the year is known.
    """
    if birth.year is None:
        raise InvalidValueError("生年月日", "is unknown, so no age can be counted")
    month, day = birth.month or 12, birth.day
    if day is None:
        day = calendar.monthrange(birth.year, month)[1]
    years = today.year - birth.year
    # The age is reached at 24:00 of the eve; by the day that is the birthday itself, also on 29 February.
    return years - ((today.month, today.day) < (month, day))
