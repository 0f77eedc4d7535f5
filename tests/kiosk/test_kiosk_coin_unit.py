"""The simulated coin unit behaves like a real one: bounded, exact, and it outlives the kiosk."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.errors import ConfigurationError, UnavailableError
from kiosk_client.adapters.coin_unit import DENOMINATIONS, MAX_HELD, SimulatedCoinUnit, open_cash_box


@pytest.fixture
async def unit(tmp_path: Path) -> SimulatedCoinUnit:
    unit = SimulatedCoinUnit(tmp_path / "drawer.json")
    await unit.open_slot()
    return unit


async def test_coins_fall_through_while_the_slot_is_shut(tmp_path: Path) -> None:
    unit = SimulatedCoinUnit(tmp_path / "drawer.json")
    assert not await unit.insert(100)
    assert unit.drawer.held == 0


@pytest.mark.parametrize("yen", [0, 1, 5, -100, 3000, 20_000])
async def test_what_is_no_coin_falls_through(unit: SimulatedCoinUnit, yen: int) -> None:
    assert not await unit.insert(yen)


async def test_the_escrow_is_bounded(unit: SimulatedCoinUnit) -> None:
    assert await unit.insert(10_000)
    assert await unit.insert(10_000)
    assert not await unit.insert(10)
    assert unit.drawer.held == MAX_HELD


async def test_holding_the_fee_shuts_the_slot_and_gives_exact_change(unit: SimulatedCoinUnit) -> None:
    await unit.insert(500)
    assert await unit.hold(200) == 300
    assert (unit.drawer.held, unit.drawer.tray) == (200, 300)
    assert not await unit.insert(100)
    assert await unit.collect() == 200
    assert (unit.drawer.held, unit.drawer.box) == (0, 200)


async def test_less_than_the_fee_is_not_held(unit: SimulatedCoinUnit) -> None:
    await unit.insert(100)
    with pytest.raises(UnavailableError):
        await unit.hold(200)


async def test_what_it_holds_outlives_the_process(unit: SimulatedCoinUnit, tmp_path: Path) -> None:
    await unit.insert(500)
    await unit.hold(200)
    again = SimulatedCoinUnit(tmp_path / "drawer.json")
    assert await again.held() == 200
    assert await again.give_back() == 200
    assert await again.give_back() == 0
    assert await again.empty_tray() == 500


async def test_a_change_of_the_total_is_waited_for(unit: SimulatedCoinUnit) -> None:
    waiting = asyncio.create_task(unit.inserted(0))
    await unit.insert(100)
    assert await waiting == 100


@settings(deadline=None)
@given(st.lists(st.sampled_from(["insert", "hold", "collect", "give_back", "open"]), max_size=12), st.data())
def test_no_yen_is_ever_made_or_lost(
    tmp_path_factory: pytest.TempPathFactory, moves: list[str], data: st.DataObject
) -> None:
    async def play() -> None:
        unit = SimulatedCoinUnit(tmp_path_factory.mktemp("coins") / "drawer.json")
        inserted = 0
        for move in moves:
            match move:
                case "insert":
                    yen = data.draw(st.sampled_from(DENOMINATIONS))
                    inserted += yen if await unit.insert(yen) else 0
                case "hold":
                    fee = data.draw(st.integers(0, unit.drawer.held))
                    await unit.hold(fee)
                case "collect":
                    await unit.collect()
                case "give_back":
                    await unit.give_back()
                case _:
                    await unit.open_slot()
        assert unit.drawer.held + unit.drawer.box + unit.drawer.tray == inserted

    asyncio.run(play())


@pytest.mark.parametrize("content", ["", "[]", '{"held": 1}', '{"held": -1, "box": 0, "tray": 0}'])
def test_a_file_that_is_no_drawer_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "drawer.json"
    path.write_text(content)
    with pytest.raises(ConfigurationError, match=r"drawer\.json"):
        open_cash_box(f"simulated:{path}", setting="KOFU_KIOSK_CASH_BOX")


@pytest.mark.parametrize(
    "url", ["", "simulated", "vendor:/dev/ttyS0", "simulated:", "simulated:/no/such/folder/x"]
)
def test_a_coin_unit_that_is_not_known_names_the_choices(url: str) -> None:
    with pytest.raises(ConfigurationError, match="KOFU_KIOSK_CASH_BOX"):
        open_cash_box(url, setting="KOFU_KIOSK_CASH_BOX")
