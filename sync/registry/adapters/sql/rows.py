"""The register's rows in the books: those that a change replaces, those that it leaves, and those of one subject."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from certificates.wire.codec import parse_object
from sync.change.events import Change, Record
from sync.change.records import Kind, read_form
from sync.copy import tables
from sync.copy.looking import LOOK_ROWS, seen_in
from sync.copy.parts import Part, Values, Way
from sync.copy.rows import add_rows, bulk_rows, current, move_leaves, moved
from sync.copy.store import LeafMove, Row, row_of
from sync.reconcile.leaves import LEAF_LENGTH, leaf_moves, subject_of
from sync.reconcile.subjects import row_key
from sync.registry.adapters.sql.dialects import dialect_of
from sync.registry.adapters.sql.tables import ROWS, outbox, touched
from sync.registry.entering import Effects, Key, keys_of, owners_of
from sync.registry.ports import SubjectRecords, is_whole

_AT_ONCE = 5_000


async def rows_before(connection: AsyncConnection, changes: Sequence[Change]) -> Mapping[Key, Row]:
    """What ``effects_of`` needs of the rows as they stand, and of some households more."""
    rows = await _rows(connection, keys_of(changes))
    unknown = owners_of(rows.values()) - rows.keys()
    return rows | await _rows(connection, unknown) if unknown else rows


async def _rows(connection: AsyncConnection, keys: Iterable[Key]) -> dict[Key, Row]:
    by_kind: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for kind, key in keys:
        by_kind[kind].add(key)
    wanted = (
        by_kind[Kind.RESIDENT],
        (),  # nobody's household as such
        by_kind[Kind.SEAL],
        by_kind[Kind.SUPPRESSION],
        by_kind[Kind.CARD],
    )
    found = await bulk_rows(connection).find(LOOK_ROWS, *(sorted(kind) for kind in wanted))
    return {row_key(row): row for row in seen_in(found).rows()}


async def write_entered(connection: AsyncConnection, events: Sequence[Values], effects: Effects) -> None:
    """``events``: rows of the outbox."""
    await bulk_rows(connection).write(
        [
            Part(outbox, Way.ADD, events),
            *current(effects.rows.values()),
            Part(touched, Way.PUT, [*effects.touched.items()]),
            moved(effects.moves),
        ]
    )


async def take_over(connection: AsyncConnection, records: Iterable[Record]) -> None:
    """Fill empty books; the leaves as they stand after these records, touched by no change."""
    pending = iter(records)
    leaves: dict[str, int] = {}
    while rows := await asyncio.to_thread(_portion, pending, leaves):
        await add_rows(connection, rows)
    names = sorted(leaves)
    for start in range(0, len(names), _AT_ONCE):
        await move_leaves(
            connection,
            [LeafMove(leaf=name, digest=leaves[name], touched=0) for name in names[start : start + _AT_ONCE]],
        )


def _portion(pending: Iterator[Record], leaves: dict[str, int]) -> list[Row]:
    rows = [row_of(record) for record in islice(pending, _AT_ONCE)]
    for each in leaf_moves((0, None, row) for row in rows):
        leaves[each.leaf] = leaves.get(each.leaf, 0) ^ each.digest
    return rows


async def read_subjects(connection: AsyncConnection, names: Sequence[str]) -> Sequence[SubjectRecords]:
    """By name; a leaf is asked for as the hundred subjects that it can hold."""
    subjects = sorted({each for name in names for each in _subjects_of(name)})
    people = [name[1:] for name in subjects if name.startswith("r")]
    households = [name[1:] for name in subjects if name.startswith("h")]
    found: dict[str, list[Record]] = {name: [] for name in names if is_whole(name)}
    suppressions = tables.suppressions.c
    among = dialect_of(connection).among
    for kind, wanted in (
        (Kind.RESIDENT, among(tables.residents.c.number, people)),
        (Kind.SEAL, among(tables.seals.c.resident, people)),
        (Kind.SUPPRESSION, among(suppressions.resident, people)),
        (Kind.SUPPRESSION, and_(suppressions.resident.is_(None), among(suppressions.household, households))),
        (Kind.CARD, among(tables.cards.c.resident, people)),
    ):
        query = select(ROWS[kind].c.record).where(wanted)
        for text in await connection.scalars(query.order_by(*ROWS[kind].primary_key)):
            record = read_record(kind, text)
            found.setdefault(subject_of(row_of(record, text)), []).append(record)
    named = among(touched.c.subject, sorted(found))
    highest = {row.subject: row.highest for row in await connection.execute(select(touched).where(named))}
    return [
        SubjectRecords(subject=name, touched=highest.get(name, 0), records=tuple(found[name]))
        for name in sorted(found)
    ]


def _subjects_of(name: str) -> Iterator[str]:
    if is_whole(name):
        yield name
    elif len(name) == LEAF_LENGTH:
        yield from (f"{name}{last:02}" for last in range(100))


def read_record(kind: Kind, text: str) -> Record:
    """Raises WireError when the books' own text is damaged."""
    return read_form(parse_object(text.encode()), kind, kind.value)
