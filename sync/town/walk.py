"""A walk through legal changes of every 異動事由, about as often as in a large city; the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import accumulate

from certificates.domain.identifiers import HouseholdNumber
from sync.change.events import Change, Record
from sync.registry.state import RegisterState
from sync.town.desk import Desk
from sync.town.errands import counters, lives, moves, records
from sync.town.homes import Draw

Errand = Callable[[Desk], None]

# Rough shares of what a large city's counters do, an estimate; what is rare comes more often than it would, to be met
# at all. Who comes and who goes are about as many, so that the town keeps its size.
_ORDINARY: Mapping[Errand, int] = {
    moves.move_in: 80,
    moves.move_in_from_abroad: 10,
    moves.join: 15,
    moves.come_back: 6,
    moves.move_within: 100,
    moves.move_apart: 20,
    moves.plan_move_out: 55,
    moves.plan_move_abroad: 5,
    moves.move_out: 90,
    moves.move_abroad: 5,
    moves.cancel_move_out: 4,
    moves.confirm_move_out: 40,
    lives.birth: 22,
    lives.death: 36,
    lives.marry: 30,
    lives.transfer_honseki: 15,
    lives.change_head: 6,
    lives.naturalise: 2,
    lives.lose_nationality: 2,
    lives.split_household: 8,
    lives.merge_households: 4,
    lives.change_household: 3,
    records.enter_former_surname: 5,
    records.change_former_surname: 2,
    records.delete_former_surname: 2,
    records.enter_alias: 4,
    records.delete_alias: 2,
    records.individual_number: 3,
    records.resident_code: 2,
    records.rewrite_address: 4,
    records.renew_stay: 12,
    records.confirm_kana: 8,
    records.enter_ex_officio: 3,
    records.remove_ex_officio: 6,
    records.take_back: 8,
    counters.register_seal: 45,
    counters.change_seal: 5,
    counters.abolish_seal: 15,
    counters.suppress: 6,
    counters.release: 4,
    counters.renew_card: 90,
    counters.return_card: 8,
}
_RENEWALS: Mapping[Errand, int] = {records.renew: 3, records.restore: 2}


class Walk:
    """``records``: the register at the beginning. ``start``: the moment of the first entry (with a zone); each entry is
    ``step`` later and says that it holds from that day.

    ``draw`` says how a seal looks, else no two look the same; ``spare`` names households that nothing happens to.
    改製 and 再製 arrive as two changes of which the first alone is set aside by design; without ``renewals`` there are
    none. Ids follow from ``seed``: two walks over one register need two seeds.
    """

    def __init__(
        self,
        records: Iterable[Record],
        *,
        seed: int | str,
        start: datetime,
        step: timedelta = timedelta(seconds=20),
        draw: Draw | None = None,
        spare: Collection[HouseholdNumber] = (),
        renewals: bool = True,
    ) -> None:
        self._desk = Desk(records, seed=seed, start=start, step=step, draw=draw, spare=spare)
        chances = {**_ORDINARY, **_RENEWALS} if renewals else _ORDINARY
        self._errands = tuple(chances)
        self._weights = tuple(accumulate(chances.values()))

    @property
    def state(self) -> RegisterState:
        """The register after all changes that were drawn: the original of which others hold copies."""
        return self._desk.state

    def visit(self) -> tuple[Change, ...]:
        """One visitor's changes, which belong together; at least one."""
        desk = self._desk
        desk.entered.clear()
        while not desk.entered:
            (errand,) = desk.rng.choices(self._errands, cum_weights=self._weights)
            errand(desk)
        return tuple(desk.entered)

    def changes(self, count: int) -> Iterator[Change]:
        """At least ``count`` changes in their order; the last visit is not cut off."""
        drawn = 0
        while drawn < count:
            entered = self.visit()
            drawn += len(entered)
            yield from entered
