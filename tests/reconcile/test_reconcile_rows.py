"""Row digests: the database's and ours are the same text, digested in either place."""

from __future__ import annotations

from sync.copy.store import row_of
from sync.reconcile.leaves import leaf_of, row_digest, subject_of
from sync.reconcile.scan import scan_rows
from sync.reconcile.snapshot import holdings
from sync.reconcile.subjects import is_leaf, is_subject, row_key, subject_digest
from tests.reconcile.reconcile_world import World


async def test_the_scan_finds_the_leaves_of_the_registrys_own_records(world: World) -> None:
    ideal: dict[str, int] = {}
    for record in world.registry.state.records():
        row = row_of(record)
        leaf = leaf_of(subject_of(row))
        ideal[leaf] = ideal.get(leaf, 0) ^ row_digest(row)
    portions: list[tuple[int, int]] = []
    scan = await scan_rows(world.engine, lambda done, total: portions.append((done, total)))
    assert {leaf.name: leaf.digest for leaf in scan.leaves} == ideal
    assert portions[-1][0] == portions[-1][1]


async def test_holdings_are_the_rows_of_the_leaves_asked_for(world: World) -> None:
    rows = [row_of(record) for record in world.registry.state.records()]
    leaves = sorted({leaf_of(subject_of(row)) for row in rows})[:3]
    held = await holdings(world.engine, leaves)
    wanted = {
        (subject_of(row), row_key(row)[0].value, row_key(row)[1], row_digest(row))
        for row in rows
        if leaf_of(subject_of(row)) in leaves
    }
    assert wanted == {
        (name, row.kind, row.key, row.digest) for name, kept in held.rows.items() for row in kept
    }


async def test_a_subject_is_told_with_its_rows_in_one_order(world: World) -> None:
    rows = [row_of(record) for record in world.registry.state.records()]
    name = subject_of(rows[0])
    mine = [row for row in rows if subject_of(row) == name]
    assert subject_digest(name, 4, mine) == subject_digest(name, 4, reversed(mine))


def test_only_numbers_with_a_check_digit_are_subjects() -> None:
    assert is_subject("r000100000000358")
    assert is_subject("h000100000000358")
    assert not any(map(is_subject, ["r000100000000359", "x000100000000358", "", "h", "r1"]))
    assert is_leaf("r0001000000003")
    assert not any(map(is_leaf, ["r000100000000", "r00010000000035", "x0001000000003", "h"]))
