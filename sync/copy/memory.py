"""The copy in memory: for one process, gone when it ends; held to the same contract as the databases."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from certificates.domain.entitlement import RecordView, Watermark
from certificates.domain.identifiers import CardSerial, MunicipalityCode, ResidentNumber
from certificates.errors import ConfigurationError, UnavailableError
from sync.change.events import Record, is_of
from sync.change.naming import UNKNOWN_HOUSEHOLD, serials_in
from sync.change.records import read_card, read_resident, read_seal, read_suppression
from sync.copy.ports import Transaction
from sync.copy.store import (
    Block,
    CardRow,
    FeedState,
    Found,
    InboxRow,
    InboxState,
    LeafMove,
    Numbered,
    ResidentRow,
    Row,
    SealRow,
    SetAside,
    SuppressionRow,
    Wanted,
    Writing,
    row_of,
)
from sync.reconcile.leaves import Leaf, leaf_moves


@dataclass(slots=True)
class _Contents:
    """Replaced as a whole at each commit: a reader sees the one before or the one after."""

    state: FeedState | None = None
    residents: dict[ResidentNumber, ResidentRow] = field(default_factory=dict)
    history: list[Numbered] = field(default_factory=list)
    seals: dict[ResidentNumber, SealRow] = field(default_factory=dict)
    suppressions: dict[str, SuppressionRow] = field(default_factory=dict)
    cards: dict[CardSerial, CardRow] = field(default_factory=dict)
    inbox: dict[int, InboxRow] = field(default_factory=dict)
    blocks: set[Block] = field(default_factory=set)
    leaves: dict[str, Leaf] = field(default_factory=dict)

    def twin(self) -> _Contents:
        return _Contents(
            state=self.state,
            residents=dict(self.residents),
            history=list(self.history),
            seals=dict(self.seals),
            suppressions=dict(self.suppressions),
            cards=dict(self.cards),
            inbox=dict(self.inbox),
            blocks=set(self.blocks),
            leaves=dict(self.leaves),
        )

    def move(self, moves: Iterable[LeafMove]) -> None:
        for move in moves:
            before = self.leaves.get(move.leaf, Leaf(name=move.leaf, digest=0, touched=0))
            self.leaves[move.leaf] = Leaf(
                name=move.leaf,
                digest=before.digest ^ move.digest,
                touched=max(before.touched, move.touched),
            )

    def rows(self) -> tuple[Row, ...]:
        return (
            *self.residents.values(),
            *self.seals.values(),
            *self.suppressions.values(),
            *self.cards.values(),
        )

    def put(self, row: Row) -> None:
        match row:
            case ResidentRow():
                self.residents[row.member.number] = row
            case SealRow():
                self.seals[row.resident] = row
            case SuppressionRow():
                self.suppressions[row.key] = row
            case CardRow():
                self.cards[row.serial] = row


class MemoryCopy:
    """A ``Store`` to write and a ``RegisterCopy`` to read, in one."""

    def __init__(self) -> None:
        self._contents = _Contents()
        self._writer = asyncio.Lock()

    @classmethod
    def holding(
        cls,
        records: Iterable[Record],
        *,
        municipality: MunicipalityCode,
        heard_at: datetime,
        applied: int = 0,
    ) -> MemoryCopy:
        """A copy as a full load at number ``applied`` leaves it."""
        copy = cls()
        for record in records:
            copy._contents.put(row_of(record))
        copy._contents.move(leaf_moves((0, None, row) for row in copy._contents.rows()))
        copy._contents.state = FeedState(
            municipality=municipality, applied=applied, known=applied, heard_at=heard_at, loaded=applied
        )
        return copy

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        async with self._writer:
            contents = self._contents.twin()
            yield _MemoryTransaction(contents)
            self._contents = contents

    async def watermark(self) -> Watermark | None:
        state = self._contents.state
        return state.watermark if state is not None else None

    async def view(self, serial: CardSerial, issuer: bytes | None = None) -> RecordView | None:
        """See ``sync.copy.RegisterCopy.view``."""
        held = self._contents
        card = held.cards.get(serial)
        if card is None or card.removed or not is_of(read_card(card.record), issuer):
            return None
        if held.state is None:
            raise UnavailableError("register copy", "was never loaded", outcome_known=True)
        holder = held.residents.get(card.resident)
        household = holder.member.household if holder is not None else None
        rows = [row for row in held.residents.values() if row.member.household == household]
        people = {row.member.number for row in rows} | {card.resident}

        def concerns(named: SuppressionRow | Block) -> bool:
            return named.resident in people or (household is not None and named.household == household)

        seal = held.seals.get(card.resident)
        return RecordView(
            holder=card.resident,
            rows=tuple(read_resident(row.record) for row in rows),
            seal=read_seal(seal.record) if seal is not None else None,
            suppressions=tuple(
                read_suppression(row.record)
                for row in held.suppressions.values()
                if not row.released and concerns(row)
            ),
            pending=any(concerns(block) for block in held.blocks),
            watermark=held.state.watermark,
            unplaced=frozenset(
                block.sequence for block in held.blocks if block.household == UNKNOWN_HOUSEHOLD
            ),
        )

    async def applied(self) -> int:
        """See ``sync.copy.RegisterCopy.applied``."""
        state = self._contents.state
        return state.applied if state is not None else 0

    async def leaves(self) -> tuple[Leaf, ...]:
        """See ``sync.copy.RegisterCopy.leaves``."""
        return tuple(leaf for _, leaf in sorted(self._contents.leaves.items()))

    async def set_aside(self) -> tuple[SetAside, ...]:
        """See ``sync.copy.RegisterCopy.set_aside``."""
        return tuple(
            SetAside(sequence=row.sequence, event=row.event, fault=row.fault, where=row.where)
            for _, row in sorted(self._contents.inbox.items())
            if row.state is InboxState.QUARANTINED and row.fault is not None
        )


K = TypeVar("K")
V = TypeVar("V")


def _pick(keys: Iterable[K], held: Mapping[K, V]) -> dict[K, V]:
    return {key: held[key] for key in keys if key in held}


class _MemoryTransaction:
    """See ``sync.copy.ports.Transaction``."""

    def __init__(self, contents: _Contents) -> None:
        self._contents = contents

    async def state(self, municipality: MunicipalityCode) -> FeedState | None:
        state = self._contents.state
        if state is not None and state.municipality != municipality:
            raise ConfigurationError("copy", f"holds {state.municipality}, not {municipality}")
        return state

    async def digests(self, first: int, last: int) -> Mapping[int, bytes]:
        inbox = self._contents.inbox
        return {number: inbox[number].digest for number in range(first, last + 1) if number in inbox}

    async def find(self, wanted: Wanted) -> Found:
        held = self._contents
        named = _pick(wanted.residents, held.residents)
        households = {row.member.household for row in named.values()} | wanted.households
        residents = {
            number: row for number, row in held.residents.items() if row.member.household in households
        }
        changes = {
            block.sequence
            for block in held.blocks
            if block.resident in wanted.residents or block.household in wanted.households
        }
        bodies = {number: body for number in changes if (body := held.inbox[number].body) is not None}
        serials = {serial for body in bodies.values() for serial in serials_in(body)}
        return Found(
            residents=residents,
            members=[row.member for row in residents.values()],
            seals=_pick(wanted.seals, held.seals),
            suppressions=_pick(wanted.suppressions, held.suppressions),
            cards=_pick(wanted.cards | serials, held.cards),
            blocks=[block for block in held.blocks if block.sequence in changes],
            bodies=bodies,
        )

    async def put(self, rows: Sequence[Numbered]) -> None:
        for numbered in rows:
            if isinstance(numbered.row, ResidentRow):
                self._contents.history.append(numbered)
            self._contents.put(numbered.row)

    async def write(self, writing: Writing) -> None:
        held = self._contents
        for row in writing.inbox:
            held.inbox[row.sequence] = row
        await self.put(writing.rows)
        held.move(writing.leaves)
        held.blocks |= set(writing.blocks)
        held.blocks -= set(writing.lifted)
        for sequence in writing.corrected:
            held.inbox[sequence] = replace(held.inbox[sequence], state=InboxState.CORRECTED)
        held.state = writing.state

    async def clear(self) -> None:
        self._contents.residents.clear()
        self._contents.seals.clear()
        self._contents.suppressions.clear()
        self._contents.cards.clear()
        self._contents.inbox.clear()
        self._contents.blocks.clear()
        self._contents.leaves.clear()

    async def load(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._contents.put(row)

    async def finish_load(self, state: FeedState) -> None:
        held = self._contents
        kept = {
            (entry.row.member.number, entry.row.history, entry.row.record)
            for entry in held.history
            if isinstance(entry.row, ResidentRow)
        }
        held.history.extend(
            Numbered(sequence=state.applied, row=row)
            for row in held.residents.values()
            if (row.member.number, row.history, row.record) not in kept
        )
        held.move(leaf_moves((0, None, row) for row in held.rows()))
        held.state = state
