"""What entering changes does to the books besides the outbox: rows, whom each change names, and the tree's leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from sync.change.events import Change
from sync.change.records import Kind
from sync.copy.store import LeafMove, ResidentRow, Row, row_of
from sync.reconcile.leaves import leaf_moves, subject, subject_of
from sync.reconcile.subjects import row_key

Key = tuple[Kind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """``rows``: what stands now under each key; ``touched``: subject → the highest of these numbers that names it."""

    rows: Mapping[Key, Row]
    touched: Mapping[str, int]
    moves: tuple[LeafMove, ...]


def keys_of(changes: Iterable[Change]) -> frozenset[Key]:
    """Rows that must be known before ``effects_of``: those that are replaced, and those of everybody named.

    Who owned a row that now names somebody else is not among them: see ``owners_of``.
    """
    keys: set[Key] = set()
    for change in changes:
        keys.update(row_key(row_of(record)) for record in change.subjects.records())
        keys.update((Kind.RESIDENT, person) for person in change.subjects.people())
    return frozenset(keys)


def owners_of(rows: Iterable[Row]) -> frozenset[Key]:
    """The residents' rows of those whom ``rows`` name, to be known as well."""
    return frozenset((Kind.RESIDENT, number) for row in rows if (number := _person(row)) is not None)


def effects_of(numbered: Iterable[tuple[int, Change]], before: Mapping[Key, Row]) -> Effects:
    """``numbered`` in ascending order; ``before`` holds the present rows of ``keys_of`` and ``owners_of``.

    A change names every person in its rows, every household in a resident's row, the household in which each of
    these persons stands after the change and stood before it, and whoever had a row that is now another's.
    """
    rows: dict[Key, Row] = {}
    touched: dict[str, int] = {}
    pairs: list[tuple[int, Row | None, Row]] = []

    def standing(key: Key) -> Row | None:
        return rows.get(key) or before.get(key)

    def home(person: ResidentNumber) -> HouseholdNumber | None:
        row = standing((Kind.RESIDENT, person))
        return row.member.household if isinstance(row, ResidentRow) else None

    for number, change in numbered:
        people = set(change.subjects.people())
        households = set(change.subjects.households())
        entered = [row_of(record) for record in change.subjects.records()]
        people.update(
            owner
            for row in entered
            if (former := standing(row_key(row))) is not None and (owner := _person(former)) is not None
        )
        homes_before = {home(person) for person in people}
        for row in entered:
            key = row_key(row)
            former = standing(key)
            if former is not None and subject_of(former) != subject_of(row):
                # the row leaves one subject for another: exclusive or takes it out of the leaf that it leaves
                pairs += [(number, None, former), (number, None, row)]
            else:
                pairs.append((number, former, row))
            rows[key] = row
        homes = homes_before | {home(person) for person in people} | households
        touched.update((subject(resident=person), number) for person in people)
        touched.update((subject(household=household), number) for household in homes if household is not None)
    return Effects(rows=rows, touched=touched, moves=leaf_moves(pairs))


def _person(row: Row) -> ResidentNumber | None:
    return row.member.number if isinstance(row, ResidentRow) else row.resident
