"""A day at the town's counters: legal changes, one after the other, that leave the people of the index alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from certificates.domain.clock import JST
from sync.change.events import Change
from sync.town.town import Town
from sync.town.walk import Walk

_OPENS = time(8, 30)
_HOURS = 9
_LAST_VISIT = 40  # changes that the last visitor may bring beyond those asked for


def day_of_changes(town: Town, count: int, *, seed: int = 0, day: date | None = None) -> tuple[Change, ...]:
    """At least ``count`` changes on ``day`` (the day after the register's, unless given), in their order.

    The same town, count, seed and day give the same changes. What belongs together comes together: a death is
    followed by the end of the seal registration and of the card's certificate. None of them is ever set aside.
    """
    day = day or town.today + timedelta(days=1)
    walk = Walk(
        town.records(),
        seed=f"{town.seed}:{day}:{seed}",
        start=datetime.combine(day, _OPENS, JST).astimezone(UTC),
        step=timedelta(hours=_HOURS) / (count + _LAST_VISIT),
        spare={person.resident.household for person in town.people.values()},
        renewals=False,
    )
    return tuple(walk.changes(count))
