"""What the push needs of the books for one delivery, by one statement."""

from __future__ import annotations

import hashlib
from typing import Final

from sqlalchemy import BigInteger, LargeBinary, bindparam, cast, func, literal_column, null, select, union_all
from sqlalchemy.sql.expression import CompoundSelect

from sync.copy.one_statement import Rows
from sync.feed.wire import NO_CHAIN, link
from sync.registry.adapters.sql.tables import outbox, register
from sync.registry.ports import Outgoing, Span

_BEGUN: Final = 0
_FIRST: Final = 1
_LAST: Final = 2
_EVENT: Final = 3


def _statement() -> CompoundSelect[*tuple[object, ...]]:
    """Parameters: the first and the last number wanted."""
    nothing = cast(null(), LargeBinary)
    lowest = select(func.min(outbox.c.sequence)).scalar_subquery()
    highest = select(func.max(outbox.c.sequence)).scalar_subquery()
    wanted = outbox.c.sequence.between(
        bindparam("first", type_=BigInteger), bindparam("last", type_=BigInteger)
    )
    row = (outbox.c.sequence, outbox.c.chain, outbox.c.event)
    return union_all(
        select(literal_column(f"{_EVENT}"), *row).where(wanted),
        select(literal_column(f"{_BEGUN}"), register.c.base, register.c.chain, nothing),
        select(literal_column(f"{_FIRST}"), lowest, nothing, nothing),
        select(literal_column(f"{_LAST}"), *row).where(outbox.c.sequence == highest),
    )


OUTGOING = _statement()


def outgoing_of(rows: Rows, first: int) -> Outgoing:
    """``rows`` of ``OUTGOING`` when it was asked for numbers from ``first`` on; 0: for none."""
    begun = lowest = position = 0
    base, end = NO_CHAIN, None
    events: dict[int, tuple[bytes, bytes]] = {}
    for kind, number, chain, event in rows:
        if number is None:
            continue  # the outbox is empty
        assert isinstance(number, int)
        if kind == _FIRST:
            lowest = number
            continue
        assert isinstance(chain, bytes)
        if kind == _BEGUN:
            begun, base = number, chain
            continue
        assert isinstance(event, bytes)
        if kind == _EVENT:
            events[number] = chain, event
        else:
            position = number
            end = link(chain, hashlib.sha256(event).digest())
    # where the outbox is empty the books stand where they were begun
    span = Span(first=lowest, position=position) if end else Span(first=begun + 1, position=begun)
    if first not in events:
        return Outgoing(span=span, chain=end or base, events=())
    return Outgoing(
        span=span, chain=events[first][0], events=[event for _, (_, event) in sorted(events.items())]
    )
