"""Settings: what is missing, wrong or unsafe stops the start and is named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anti_forgery.key_files import new_keys
from anti_forgery.key_watch import KeyWatch
from anti_forgery.profile import PrinterProfile
from center_relay.adapters.paper import MarkedPaper
from center_relay.adapters.routing import load_routes
from center_relay.compose import check, compose
from center_relay.ports import Sheet
from center_relay.settings import PREFIX, CentreSettings
from certificates.errors import BindingError, ConfigurationError, UnavailableError
from certificates.service.settings import read_settings, show_settings
from tests.centre.centre_values import MUNICIPALITY, NOW
from tests.centre.conftest import World

PATHS = {
    field.metadata["variable"]: "/nowhere/file" for field in fields(CentreSettings) if field.type == "Path"
}
Opened = Callable[[], AbstractAsyncContextManager[World]]


def settings(**environment: str) -> CentreSettings:
    return read_settings(CentreSettings, PATHS | environment, prefix=PREFIX)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KOFU_CENTRE_CHALLENGE_SECONDS", "59"),
        ("KOFU_CENTRE_CHALLENGE_SECONDS", "181"),
        ("KOFU_CENTRE_VISIT_SECONDS", "1801"),
        ("KOFU_CENTRE_ORDER_DAYS", "0"),
        ("KOFU_CENTRE_PROCESSES", "0"),
        ("KOFU_CENTRE_IN_FLIGHT", "0"),
        ("KOFU_CENTRE_FILE_LIMIT", "10"),
        ("KOFU_CENTRE_ORDER_SECONDS", "0"),
        ("KOFU_CENTRE_STORE_SECONDS", "301"),
        ("KOFU_CENTRE_PORT", "x"),
        ("KOFU_CENTRE_ACCEPT_TEST_CARDS", "perhaps"),
        ("KOFU_CENTRE_CHALENGE_SECONDS", "120"),
    ],
)
def test_a_setting_outside_what_is_safe_is_named(variable: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings(**{variable: value})
    assert caught.value.setting == variable


def test_the_defaults_are_safe() -> None:
    ours = settings()
    assert (ours.host, ours.accept_test_cards, ours.challenge_seconds) == ("127.0.0.1", False, 120)


def test_the_stores_password_is_not_shown() -> None:
    assert "secret" not in show_settings(settings(KOFU_CENTRE_STORE="redis://:secret@host"))
    assert "secret" not in repr(settings(KOFU_CENTRE_STORE="redis://:secret@host"))


def test_the_limit_of_applications_is_shared_by_the_processes() -> None:
    assert settings(KOFU_CENTRE_IN_FLIGHT="64", KOFU_CENTRE_PROCESSES="4").in_flight_share == 16
    assert settings(KOFU_CENTRE_IN_FLIGHT="2", KOFU_CENTRE_PROCESSES="4").in_flight_share == 1


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"tls_key": Path("/nowhere/key")}, "/nowhere/key"),
        ({"signing_key": Path("/nowhere/x.key.pem")}, "/nowhere/x.key.pem"),
        ({"trusted_keys": Path("/nowhere")}, "/nowhere"),
        ({"routes": Path("/nowhere/routes.toml")}, "/nowhere/routes.toml"),
        ({"card_authorities": Path("/nowhere")}, "/nowhere"),
        ({"card_revocations": Path("/nowhere")}, "/nowhere"),
        ({"mark_keys": Path("/nowhere")}, "/nowhere"),
        ({"journal": Path("/nowhere/journal")}, "KOFU_CENTRE_JOURNAL"),
        ({"font": "/nowhere/font.ttf"}, "KOFU_MINCHO"),
        ({"inquiry_site": "x" * 65}, "KOFU_CENTRE_INQUIRY_SITE"),
        ({"coarse_to_fine": 3.0}, "KOFU_CENTRE_COARSE_TO_FINE"),
        ({"store": "files:///tmp"}, "KOFU_CENTRE_STORE"),
        ({"processes": 2}, "KOFU_CENTRE_STORE"),
        ({"accept_test_cards": False}, "root.pem"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_what_a_setting_names_must_be_there(
    opened_world: Opened, change: dict[str, object], named: str
) -> None:
    async with opened_world() as world:
        check(world.settings)
        wrong = replace(world.settings, **change)  # type: ignore[arg-type]  # by field name
        with pytest.raises(ConfigurationError) as caught:
            check(wrong)
        assert named in caught.value.setting
        with pytest.raises(ConfigurationError):
            async with compose(wrong):
                pass


async def test_mark_keys_out_of_their_term_stop_the_start(opened_world: Opened) -> None:
    async with opened_world() as world:
        folder = world.folder / "old"
        await asyncio.to_thread(new_keys, folder, now=NOW - timedelta(days=900), valid_for=timedelta(days=1))
        with pytest.raises(ConfigurationError, match="terms cover"):
            check(replace(world.settings, mark_keys=folder))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x =", "is not TOML"),
        ("", "one table"),
        ("[municipalities]\n", "one table"),
        ('other = 1\n[municipalities]\n992011 = "https://a.example"\n', "one table"),
        ('[municipalities]\n992012 = "https://a.example"\n', "check digit"),
        ('[municipalities]\n992011 = "http://a.example"\n', "must be an https:// URL"),
        ('[municipalities]\n992011 = "https://user@a.example"\n', "must be an https:// URL"),
        ("[municipalities]\n992011 = 5\n", "must be an https:// URL"),
    ],
)
def test_a_wrong_routing_table_is_refused_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "routes.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=reason) as caught:
        load_routes(path)
    assert str(path) in caught.value.setting


def test_a_routing_table_gives_each_municipality_its_base(tmp_path: Path) -> None:
    path = tmp_path / "routes.toml"
    path.write_text('[municipalities]\n992011 = "https://a.example/kofu/"\n')
    assert load_routes(path) == {MUNICIPALITY: "https://a.example/kofu"}


def paper(folder: Path, *starts: datetime) -> MarkedPaper:
    for start in starts:
        new_keys(folder, now=start, valid_for=timedelta(days=10))
    profile = PrinterProfile(font=Path("/nowhere"), inquiry_site="https://inquiry.example")
    return MarkedPaper(KeyWatch(folder), profile, bytes)


def test_the_newest_key_whose_term_covers_the_issue_seals(tmp_path: Path) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    ours = paper(tmp_path, start, start + timedelta(days=8))
    first = ours.sealer(start + timedelta(days=1))
    both = ours.sealer(start + timedelta(days=9))
    assert first.centre.id != both.centre.id
    assert both.centre.term.not_before == both.site.term.not_before == start + timedelta(days=8)


def sheet() -> Sheet:
    return Sheet(
        municipality=MUNICIPALITY,
        order="a" * 32,
        issue_number="992011-0000000001-9",
        copy=1,
        page=1,
        pages=1,
        sha256=bytes(32),
        issued_at=NOW,
        register_sequence=1,
        text="",
    )


async def test_a_sheet_outside_every_keys_term_is_unavailable_and_no_binding_is_broken(
    tmp_path: Path,
) -> None:
    with pytest.raises(UnavailableError, match="MARK_KEYS"):
        await paper(tmp_path, NOW - timedelta(days=900)).mark(b"", [sheet()])


def test_an_empty_sheet_is_marked_at_the_start_or_the_reason_is_named(tmp_path: Path) -> None:
    ours = paper(tmp_path, NOW - timedelta(days=1))
    with pytest.raises(ConfigurationError, match="/nowhere"):
        ours.rehearse(NOW)


async def test_a_file_that_cannot_be_marked_is_a_broken_binding(tmp_path: Path) -> None:
    ours = paper(tmp_path, NOW - timedelta(days=1))
    with pytest.raises(BindingError):
        await ours.mark(b"no PDF", [sheet()])
    with pytest.raises(BindingError):
        await ours.mark(b"no PDF", [replace(sheet(), text="x" * 20_000)])
