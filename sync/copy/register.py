"""Reading the copy for one decision: one statement, so one snapshot, whatever is being applied meanwhile."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    bindparam,
    cast,
    literal_column,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.expression import ClauseElement

from certificates.domain.entitlement import RecordView, Watermark
from certificates.domain.identifiers import CardSerial, MunicipalityCode, ResidentNumber
from certificates.errors import BindingError, UnavailableError
from sync.change.events import is_of
from sync.change.naming import UNKNOWN_HOUSEHOLD
from sync.change.records import read_card, read_resident, read_seal, read_suppression
from sync.checks.faults import Fault
from sync.copy.database import reading
from sync.copy.one_statement import OneStatement, Rows
from sync.copy.sql_rows import feed_state_of, moment_of
from sync.copy.store import FeedState, InboxState, SetAside
from sync.copy.tables import blocks, cards, doubts, feed_state, inbox, leaves, residents, seals, suppressions
from sync.reconcile.leaves import Leaf, joined

_HOLDER: Final = "holder"
_CARD: Final = "card"
_RESIDENT: Final = "resident"
_SEAL: Final = "seal"
_SUPPRESSION: Final = "suppression"
_PENDING: Final = "pending"
_UNPLACED: Final = "unplaced"
_STATE: Final = "state"


class RegisterCopy:
    """The copy as the issuing side reads it; the engine stays its opener's."""

    def __init__(self, engine: AsyncEngine, *, seconds: float = 10.0) -> None:
        self._engine = engine
        self._seconds = seconds
        self._view = OneStatement(engine, _VIEW, seconds=seconds)

    async def view(self, serial: CardSerial, issuer: bytes | None = None) -> RecordView | None:
        """Everything one decision about the holder of ``serial`` needs; None when nobody has this serial.

        Serial numbers are unique within one authority only: where the registry named the issuer of the card's
        certificate (SHA-256 of its DER name), another ``issuer`` is nobody's.
        One statement: card, holder, everybody of the household (removed ones included), seal, suppressions in force,
        whether a change that names one of them is set aside or a reconciliation found them different (pending), the
        numbers of changes set aside that hide which household they name, and how far the copy has come.
        Raises UnavailableError, and BindingError when the answer is about another card than the one asked for.
        """
        return _view_of(await self._view.rows(serial), serial, issuer)

    async def watermark(self) -> Watermark | None:
        """How far the copy has come; None before the first full load or delivery. Raises UnavailableError."""
        async with reading(self._engine, seconds=self._seconds) as connection:
            row = (await connection.execute(select(feed_state))).mappings().one_or_none()
        return feed_state_of(row).watermark if row is not None else None

    async def applied(self) -> int:
        """The number of the last change in the copy, 0 before the first; costs one row. Raises UnavailableError."""
        async with reading(self._engine, seconds=self._seconds) as connection:
            return (await connection.execute(select(feed_state.c.applied))).scalar_one_or_none() or 0

    async def leaves(self) -> tuple[Leaf, ...]:
        """The digest tree's leaves as the changes have moved them, by name. Raises UnavailableError."""
        async with reading(self._engine, seconds=self._seconds) as connection:
            rows = (await connection.execute(select(leaves).order_by(leaves.c.leaf))).all()
        return tuple(
            Leaf(name=row.leaf, digest=joined(row.high, row.low), touched=row.touched) for row in rows
        )

    async def set_aside(self) -> tuple[SetAside, ...]:
        """The changes in quarantine, the oldest first. Raises UnavailableError."""
        kept, aside = inbox.c.body.is_not(None), inbox.c.state == InboxState.QUARANTINED.value
        query = select(inbox).where(kept, aside).order_by(inbox.c.sequence)
        async with reading(self._engine, seconds=self._seconds) as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(
            SetAside(
                sequence=row["sequence"], event=row["event"], fault=Fault(row["fault"]), where=row["location"]
            )
            for row in rows
        )


def _view_statement() -> ClauseElement:
    holder = (
        select(cards.c.resident.label("number"), residents.c.household, cards.c.record.label("card"))
        .select_from(cards.outerjoin(residents, residents.c.number == cards.c.resident))
        .where(cards.c.serial == bindparam("serial"), ~cards.c.removed)
        .cte("holder")
    )
    people = (
        select(holder.c.number)
        .union(select(residents.c.number).join(holder, residents.c.household == holder.c.household))
        .cte("people")
    )
    in_force = ~suppressions.c.released
    of_suppressions = select(*_row(_SUPPRESSION, suppressions.c.record)).where(in_force)
    pending = select(*_row(_PENDING, literal_column("''", Text)))
    state = feed_state.c
    return union_all(
        select(*_row(_HOLDER, holder.c.number)),
        select(*_row(_CARD, holder.c.card)),
        select(*_row(_RESIDENT, residents.c.record)).join(
            holder, residents.c.household == holder.c.household
        ),
        select(*_row(_SEAL, seals.c.record)).join(holder, seals.c.resident == holder.c.number),
        of_suppressions.join(people, suppressions.c.resident == people.c.number),
        of_suppressions.join(holder, suppressions.c.household == holder.c.household),
        pending.select_from(blocks).join(people, blocks.c.resident == people.c.number),
        pending.select_from(blocks).join(holder, blocks.c.household == holder.c.household),
        pending.select_from(doubts).join(people, doubts.c.resident == people.c.number),
        pending.select_from(doubts).join(holder, doubts.c.household == holder.c.household),
        select(*_row(_UNPLACED, cast(blocks.c.sequence, Text))).where(
            blocks.c.household == literal_column(f"'{UNKNOWN_HOUSEHOLD}'", Text)
        ),
        select(*_row(_STATE, state.municipality, state.applied, state.known, state.heard_at, state.conflict)),
    )


def _row(
    kind: str, text: ColumnElement[str], *numbers: ColumnElement[int]
) -> tuple[ColumnElement[str] | ColumnElement[int], ...]:
    """One shape for every part: what it is, a text, and the feed's four numbers."""
    names = ("applied", "known", "heard_at", "conflict")
    filled = numbers or tuple(cast(null(), BigInteger) for _ in names)
    return (
        literal_column(f"'{kind}'", Text).label("kind"),
        cast(text, Text).label("text"),
        *(number.label(name) for name, number in zip(names, filled, strict=True)),
    )


_VIEW = _view_statement()


def _view_of(rows: Rows, serial: CardSerial, issuer: bytes | None) -> RecordView | None:
    texts: dict[str, list[str]] = {}
    state: FeedState | None = None
    for kind, text, *numbers in rows:
        if kind == _STATE:
            state = _state_of(text, *numbers)
        else:
            texts.setdefault(str(kind), []).append(str(text))
    if _HOLDER not in texts:
        return None
    if state is None:
        raise UnavailableError("register copy", "was never loaded", outcome_known=True)
    card = read_card(texts[_CARD][0])
    if (card.serial, card.resident) != (serial, texts[_HOLDER][0]):
        raise BindingError("the register's copy answered about another card")
    if not is_of(card, issuer):
        return None
    return RecordView(
        holder=ResidentNumber(texts[_HOLDER][0]),
        rows=tuple(read_resident(text) for text in texts.get(_RESIDENT, ())),
        seal=next((read_seal(text) for text in texts.get(_SEAL, ())), None),
        suppressions=tuple(read_suppression(text) for text in texts.get(_SUPPRESSION, ())),
        pending=_PENDING in texts,
        watermark=state.watermark,
        unplaced=frozenset(map(int, texts.get(_UNPLACED, ()))),
    )


def _state_of(
    municipality: object, applied: object, known: object, heard_at: object, conflict: object
) -> FeedState:
    assert isinstance(applied, int)
    assert isinstance(known, int)
    assert isinstance(heard_at, int)
    assert conflict is None or isinstance(conflict, int)
    return FeedState(
        municipality=MunicipalityCode(str(municipality)),
        applied=applied,
        known=known,
        heard_at=moment_of(heard_at),
        conflict=conflict,
    )
