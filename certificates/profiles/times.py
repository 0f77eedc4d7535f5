"""Service hours and closed days: ``[hours]``, ``[[yearly_closures]]`` and ``[[closures]]``; all in JST."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Literal

from certificates.domain.clock import JST
from certificates.domain.service_hours import (
    NATIONWIDE,
    NATIONWIDE_HOURS,
    Closure,
    OpenHours,
    ServiceHours,
    YearlyClosure,
)
from certificates.profiles.tables import Table

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CLOSED = "closed"
_STAND_IN = Closure.of_days(date(2001, 1, 1), date(2001, 1, 1))


def read_hours(profile: Table) -> ServiceHours:
    hours = profile.table("hours")
    read = ServiceHours(
        daily=_open_hours(hours),
        days=_days(hours),
        yearly=_yearly(profile),
        closures=tuple(_closure(entry) for entry in profile.tables("closures", required=False)),
    )
    hours.close(*_WEEKDAYS)
    return read


def _open_hours(table: Table) -> OpenHours:
    opens = _hour(table, "opens")
    closes = _hour(table, "closes")
    ja = "終了時刻は同じ日の開始時刻より後にしてください"
    return table.reading.built(
        table.path, lambda: OpenHours(opens=opens, closes=closes), NATIONWIDE_HOURS, ja
    )


def _hour(table: Table, key: Literal["opens", "closes"]) -> time:
    limits = NATIONWIDE_HOURS
    standard = limits.opens if key == "opens" else limits.closes
    hour = table.take(key, time, standard)
    if not limits.opens <= hour <= limits.closes:
        first, last = f"{limits.opens:%H:%M}", f"{limits.closes:%H:%M}"
        table.fault(
            key,
            f"コンビニ交付の受付時間（{first}～{last}）の外です",
            f"is outside the nationwide hours, {first} to {last}",
        )
        return standard
    return hour


def _days(hours: Table) -> Mapping[int, OpenHours | None]:
    days: dict[int, OpenHours | None] = {}
    for weekday, name in enumerate(_WEEKDAYS):
        if name not in hours:
            continue
        if hours.holds(name, _CLOSED):
            days[weekday] = None
            continue
        day = hours.table(name)
        days[weekday] = _open_hours(day)
        day.close()
    return days


def _yearly(profile: Table) -> tuple[YearlyClosure, ...]:
    """The nationwide closure always holds: the centre is closed too."""
    entries = profile.tables("yearly_closures", required=False)
    return (NATIONWIDE, *(_yearly_closure(entry) for entry in entries))


def _yearly_closure(entry: Table) -> YearlyClosure:
    first, last = (_month_and_day(entry, key) for key in ("first", "last"))
    reason = entry.text("reason", default="")
    entry.close()
    return YearlyClosure(first=first, last=last, reason=reason)


def _month_and_day(entry: Table, key: str) -> tuple[int, int]:
    text = entry.take(key, str, "01-01")
    try:
        # no leap year: what holds every year names no 29 February
        day = datetime.strptime(f"2001-{text}", "%Y-%m-%d")  # noqa: DTZ007 - a day of every year has no zone
    except ValueError:
        entry.fault(key, '毎年ある月日（"12-29"）にしてください', 'must be a day of every year ("12-29")')
        return (1, 1)
    return (day.month, day.day)


def _closure(entry: Table) -> Closure:
    """Whole days from dates, or moments from local date-times; a last day is closed, a last moment is open again."""
    first, last = entry.moment("from"), entry.moment("until")
    reason = entry.text("reason", default="")
    entry.close()
    if first is None or last is None:
        return _STAND_IN
    if isinstance(first, datetime) is not isinstance(last, datetime):
        entry.fault(
            "until",
            "from と until は両方とも日付か、両方とも日時にしてください",
            "must be a date where from is one, and a date and time where from is",
        )
        return _STAND_IN
    ja = "until は from より後にしてください"
    return entry.reading.built(entry.path, lambda: _between(first, last, reason), _STAND_IN, ja)


def _between(first: date, last: date, reason: str) -> Closure:
    if isinstance(first, datetime) and isinstance(last, datetime):
        return Closure(begins=first.replace(tzinfo=JST), ends=last.replace(tzinfo=JST), reason=reason)
    return Closure.of_days(first, last, reason)
