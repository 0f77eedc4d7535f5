"""Settings are read once, and every error names the variable or the line."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from certificates.errors import ConfigurationError
from certificates.service.command import run
from certificates.service.settings import read_settings, show_settings
from kiosk_client.adapters.journal_file import open_journal
from kiosk_client.compose import SERVICE
from kiosk_client.municipalities import load_municipalities
from kiosk_client.record import LineStopped, standing
from kiosk_client.settings import PREFIX, KioskSettings
from load_tests.authority.jpki import IssuedCard
from tests.kiosk.kiosk_centre import MIHON, FakeCentre
from tests.kiosk.kiosk_line import STAFF_CODE, centre_line, kiosk_settings
from tests.kiosk.kiosk_world import now


@pytest.fixture
async def environment(
    tmp_path: Path, kiosk_cards: tuple[IssuedCard, ...], monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    async with centre_line(FakeCentre(), tmp_path) as (base, authority):
        settings = kiosk_settings(tmp_path, base, authority, kiosk_cards)
    lines = show_settings(settings).splitlines()
    variables = dict(line.split("=", 1) for line in lines)
    variables["KOFU_KIOSK_STAFF_CODE"] = STAFF_CODE
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return variables


def test_the_configuration_that_is_in_order_is_shown_without_its_secret(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(SERVICE, ["check-config"]) == 0
    shown = capsys.readouterr().out
    assert "KOFU_KIOSK_ID=kiosk-1" in shown
    assert STAFF_CODE not in shown


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KOFU_KIOSK_ID", "kiosk 1"),
        ("KOFU_KIOSK_CENTRE", "http://127.0.0.1"),
        ("KOFU_KIOSK_STAFF_CODE", "1234"),
        ("KOFU_KIOSK_STAFF_CODE", "12345x"),
        ("KOFU_KIOSK_HOST", "0.0.0.0"),
        ("KOFU_KIOSK_HOST", "kiosk.example"),
        ("KOFU_KIOSK_READER", "usb:1"),
        ("KOFU_KIOSK_PRINTER", "lpd://printer"),
        ("KOFU_KIOSK_CASH_BOX", "vendor:1"),
        ("KOFU_KIOSK_TEST_CARDS", "/no/such/folder"),
        ("KOFU_KIOSK_JOURNAL", "/no/such/folder/journal"),
        ("KOFU_KIOSK_MUNICIPALITIES", "/no/such/file"),
        ("KOFU_KIOSK_TRUSTED_KEYS", "/no/such/folder"),
        ("KOFU_KIOSK_TLS_KEY", "/no/such/file"),
        ("KOFU_KIOSK_IDLE_SECONDS", "10"),
        ("KOFU_KIOSK_PORT", "many"),
    ],
)
def test_a_wrong_setting_ends_with_code_2_and_says_where(
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
) -> None:
    monkeypatch.setenv(variable, value)
    assert run(SERVICE, ["check-config"]) == 2
    said = capsys.readouterr().err
    assert variable.removesuffix("IDLE_SECONDS") in said or value in said or "printer URL" in said


def test_the_bench_needs_a_simulated_coin_unit(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="KOFU_KIOSK_TEST_CARDS"):
        read_settings(KioskSettings, {**environment, "KOFU_KIOSK_CASH_BOX": "vendor:1"}, prefix=PREFIX)


def test_a_stopped_line_is_released_on_the_command_line_by_two_people(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(environment["KOFU_KIOSK_JOURNAL"])

    async def stop() -> None:
        async with open_journal(path, now) as journal:
            await journal.append(LineStopped(municipality=MIHON, what="delivery: the order"))

    async def stopped() -> frozenset[str]:
        async with open_journal(path, now) as journal:
            return frozenset(standing(journal.entries).stopped)

    asyncio.run(stop())
    assert run(SERVICE, ["release-line", MIHON, "--by", "見本 一", "--confirmed-by", "見本 一"]) == 1
    assert "second person" in capsys.readouterr().err
    assert asyncio.run(stopped()) == {MIHON}
    assert run(SERVICE, ["verify-journal"]) == 0
    assert f"stopped lines: {MIHON}" in capsys.readouterr().out
    assert run(SERVICE, ["release-line", MIHON, "--by", "見本 一", "--confirmed-by", "見本 二"]) == 0
    assert asyncio.run(stopped()) == frozenset()


def test_a_journal_that_was_tampered_with_is_named_on_the_command_line(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(SERVICE, ["verify-journal"]) == 2
    assert "cannot be read" in capsys.readouterr().err
    Path(environment["KOFU_KIOSK_JOURNAL"]).write_text("{}\n")
    assert run(SERVICE, ["verify-journal"]) == 2
    assert "line 1" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[[municipality]",
        'municipality = "992011"',
        'other = 1\n[[municipality]]\ncode = "992011"\nname = "a"\nname_en = "a"',
        '[[municipality]]\ncode = "992011"\nname = "a"',
        '[[municipality]]\ncode = "992012"\nname = "a"\nname_en = "a"',
        '[[municipality]]\ncode = 992011\nname = "a"\nname_en = "a"',
        '[[municipality]]\ncode = "992011"\nname = "a"\nname_en = "a"\n' * 2,
    ],
)
def test_a_list_of_municipalities_that_is_wrong_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "municipalities.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"municipalities\.toml"):
        load_municipalities(path)
