"""What is wrong with the settings is said before anything is opened, and no password is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from certificates.errors import ConfigurationError, UnavailableError
from certificates.profiles.faults import ProfileError
from certificates.profiles.reading import shipped_profile
from certificates.service.command import run
from issuance_server.__main__ import SERVICE
from issuance_server.compose import check, compose, open_books
from issuance_server.settings import PREFIX
from tests.issuance.issuance_line import Parties, settings


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"KOFU_ISSUANCE_DATABASE": "sqlite+aiosqlite:///:memory:"}, "forgets issued numbers"),
        (
            {"KOFU_ISSUANCE_DATABASE": "sqlite+aiosqlite://", "KOFU_ISSUANCE_PROCESSES": "4"},
            "4 processes are declared",
        ),
        ({"KOFU_ISSUANCE_DATABASE": "nonsense"}, "not a database URL"),
        ({"KOFU_ISSUANCE_PROFILE": "/nowhere.toml"}, "/nowhere.toml"),
        ({"KOFU_ISSUANCE_FONT": "/nowhere.ttf"}, "/nowhere.ttf"),
        ({"KOFU_ISSUANCE_SIGNING_KEY": "/nowhere.key.pem"}, "/nowhere.key.pem"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_opened(
    parties: Parties, sqlite_url: str, environment: dict[str, str], reason: str
) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        check(settings(parties, sqlite_url, **environment))


def faulty_profile(folder: Path, *changes: tuple[str, str]) -> Path:
    text = shipped_profile("992011").read_text("utf-8")
    for old, new in changes:
        text = text.replace(old, new)
    path = folder / "faulty.toml"
    path.write_text(text, "utf-8")
    return path


def test_every_fault_of_the_profile_is_said_before_anything_is_opened(
    parties: Parties, sqlite_url: str, tmp_path: Path
) -> None:
    path = faulty_profile(tmp_path, ("= 200", "= -200"), ('"person"', '"nobody"'))
    with pytest.raises(ProfileError) as refused:
        check(settings(parties, sqlite_url, KOFU_ISSUANCE_PROFILE=str(path)))
    assert [fault.key for fault in refused.value.faults] == [
        "fees.resident-record",
        "fees.resident-items",
        "fees.seal-registration",
        "policy.moving_out",
    ]


async def test_a_mayor_whose_name_cannot_be_drawn_signs_nothing(
    parties: Parties, sqlite_url: str, tmp_path: Path
) -> None:
    path = faulty_profile(tmp_path, ("架空　花子", "架空　花😀"))
    with pytest.raises(ProfileError, match=r"U\+1F600"):
        async with compose(settings(parties, sqlite_url, KOFU_ISSUANCE_PROFILE=str(path))):
            pytest.fail("serves with a profile that cannot be printed")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PORT", "70000"), ("PROCESSES", "0"), ("IN_FLIGHT", "0"), ("AUTO_MIGRATE", "maybe")],
)
def test_a_setting_out_of_range_is_named(
    parties: Parties, sqlite_url: str, variable: str, value: str
) -> None:
    with pytest.raises(ConfigurationError, match=PREFIX + variable):
        settings(parties, sqlite_url, **{PREFIX + variable: value})


async def test_a_database_of_no_known_kind_is_refused(parties: Parties) -> None:
    with pytest.raises(ConfigurationError, match="KOFU_ISSUANCE_DATABASE: mysql"):
        async with open_books(settings(parties, "mysql://x/y")):
            raise AssertionError


async def test_a_database_out_of_reach_is_named_without_its_password(parties: Parties) -> None:
    url = "postgresql+asyncpg://u:geheim@/none?host=/nowhere"
    with pytest.raises(UnavailableError) as caught:
        async with open_books(settings(parties, url)):
            raise AssertionError
    assert "geheim" not in str(caught.value)


def test_check_config_shows_the_settings_without_the_database_password(
    parties: Parties, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in parties.environment(sqlite_url).items():
        monkeypatch.setenv(name, value)
    assert run(SERVICE, ["check-config"]) == 0
    shown = capsys.readouterr().out
    assert "KOFU_ISSUANCE_PROCESSES=1" in shown
    assert sqlite_url not in shown
