"""サービス提供時間: when the municipality's counter at the kiosk is open, and when it opens next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache

from certificates.domain.clock import JST
from certificates.errors import InvalidValueError

_SEARCHED = 400  # days: a line that is closed for longer has no next opening worth telling


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHours:
    """Of one day, in JST; the closing minute is closed."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens.tzinfo is not None or self.closes.tzinfo is not None:
            raise InvalidValueError("opens", "hours are Japan's own and have no zone")
        if self.opens >= self.closes:
            raise InvalidValueError("closes", "must be after opens, on the same day")


NATIONWIDE_HOURS = OpenHours(opens=time(6, 30), closes=time(23, 0))
"""The centre serves no municipality before or after (地方公共団体情報システム機構)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """One stretch without service, such as maintenance: from ``begins`` to just before ``ends``, both in JST."""

    begins: datetime
    ends: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        if self.begins.tzinfo is None or self.ends.tzinfo is None:
            raise InvalidValueError("closure", "needs a time zone")
        if self.begins >= self.ends:
            raise InvalidValueError("closure", "must end after it begins")

    @classmethod
    def of_days(cls, first: date, last: date, reason: str = "") -> Closure:
        """Whole days, the last included."""
        return cls(begins=_midnight(first), ends=_midnight(last + timedelta(days=1)), reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyClosure:
    """The same days every year as (month, day), both included; one that runs over the new year ends in the next."""

    first: tuple[int, int]
    last: tuple[int, int]
    reason: str = ""

    def __post_init__(self) -> None:
        for month, day in (self.first, self.last):
            try:
                date(2001, month, day)  # no leap year: a rule that holds every year names no 29 February
            except ValueError as error:
                raise InvalidValueError("closure", "is not a day that every year has") from error

    def around(self, year: int) -> Closure:
        """The closure that begins in ``year``."""
        return _around(self, year)


NATIONWIDE = YearlyClosure(first=(12, 29), last=(1, 3), reason="年末年始")
"""コンビニ交付 is closed in every municipality (地方公共団体情報システム機構)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHours:
    """``days`` by weekday (Monday is 0): hours unlike ``daily``, or None for a day without service."""

    daily: OpenHours = NATIONWIDE_HOURS
    days: Mapping[int, OpenHours | None] = field(default_factory=dict)
    yearly: tuple[YearlyClosure, ...] = (NATIONWIDE,)
    closures: tuple[Closure, ...] = ()

    def is_open(self, now: datetime) -> bool:
        """``now`` in any zone; hours and days count in JST."""
        return self.next_opening(now) == now

    def next_opening(self, now: datetime) -> datetime | None:
        """``now`` itself while open, else when it opens, in JST; None when it does not for more than a year."""
        local = now.astimezone(JST)
        for ahead in range(_SEARCHED):
            day = local.date() + timedelta(days=ahead)
            hours = self.days.get(day.weekday(), self.daily)
            if hours is None:
                continue
            moment = max(local, datetime.combine(day, hours.opens, JST))
            closing = datetime.combine(day, hours.closes, JST)
            while moment < closing and (end := self._closed_until(moment)) is not None:
                moment = end
            if moment < closing:
                return moment
        return None

    def _closed_until(self, moment: datetime) -> datetime | None:
        """The end of a closure that holds at ``moment``, or None."""
        ends = [one.ends for one in self._closures(moment.year) if one.begins <= moment < one.ends]
        return max(ends, default=None)

    def _closures(self, year: int) -> Iterator[Closure]:
        yield from self.closures
        for yearly in self.yearly:
            yield yearly.around(year - 1)
            yield yearly.around(year)


@cache
def _around(yearly: YearlyClosure, year: int) -> Closure:
    last_year = year if yearly.first <= yearly.last else year + 1
    return Closure.of_days(date(year, *yearly.first), date(last_year, *yearly.last), yearly.reason)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), JST)
