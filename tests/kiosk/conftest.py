"""The kiosk's world for one test, and cards of an authority that every test of a run shares."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from load_tests.authority.jpki import IssuedCard, JpkiTestAuthority
from tests.kiosk.kiosk_world import World

YEAR = timedelta(days=365)


@pytest.fixture(scope="session")
def kiosk_cards() -> tuple[IssuedCard, ...]:
    since = datetime.now(UTC) - timedelta(days=1)
    authority = JpkiTestAuthority.create(not_before=since, not_after=since + YEAR)
    return tuple(
        authority.issue(serial, not_before=since, not_after=since + YEAR) for serial in (0x1001, 0x1002)
    )


@pytest.fixture
def world(tmp_path: Path, kiosk_cards: tuple[IssuedCard, ...]) -> World:
    return World(folder=tmp_path, cards=kiosk_cards)
