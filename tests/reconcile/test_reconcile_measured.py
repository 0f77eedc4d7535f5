"""The measurement that the documentation quotes, at a small size."""

from __future__ import annotations

from load_tests.reconciling.measuring import measure
from load_tests.servers.postgres import PostgresServer


async def test_the_measurement_finds_exactly_what_it_damaged(postgres: PostgresServer) -> None:
    measured = await measure(postgres, seed=2, residents=150, rows=14)
    assert measured.exact
    assert measured.damaged == 14
    assert measured.sound.is_equal
    assert not measured.found.is_equal
    assert not measured.again.findings
    assert measured.quick.is_equal
    assert 0 < measured.bytes_per_row < measured.found.exchanged
