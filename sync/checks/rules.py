"""Logic checks at reception: whether a change fits what the copy holds (住民記録システム標準仕様書 データ連携)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sync.change.events import Change
from sync.change.reasons import Stream
from sync.checks.cards import cards
from sync.checks.faults import Finding
from sync.checks.picture import Picture
from sync.checks.residents import residents
from sync.checks.seals import seals
from sync.checks.suppressions import suppressions
from sync.copy.store import Row

_STREAMS: Mapping[Stream, Callable[[Change, Sequence[Row], Picture], Finding | None]] = {
    Stream.RESIDENTS: residents,
    Stream.SEALS: seals,
    Stream.SUPPRESSIONS: suppressions,
    Stream.CARDS: cards,
}


def finding_of(change: Change, rows: Sequence[Row], picture: Picture) -> Finding | None:
    """The first check that ``change`` fails; ``rows`` are its subjects. Pure: the copy's rows come as ``picture``."""
    return _STREAMS[change.reason.stream](change, rows, picture)
