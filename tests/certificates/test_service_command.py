"""Settings that name themselves, and the command that all services share."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from certificates.errors import BindingError, ConfigurationError, InvalidValueError
from certificates.service import settings
from certificates.service.command import Listener, Service, listening, run
from certificates.version import VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Odd:
    folder: Path = settings.setting("KOFU_ODD_FOLDER", "where things are")
    copies: int = settings.setting("KOFU_ODD_COPIES", "how many", default=3)
    rate: float = settings.setting("KOFU_ODD_RATE", "how fast", default=1.5)
    loud: bool = settings.setting("KOFU_ODD_LOUD", "make noise", default=False)
    word: str = settings.setting("KOFU_ODD_WORD", "the password", default="", secret=True)

    def __post_init__(self) -> None:
        if self.copies > 9:
            raise InvalidValueError("KOFU_ODD_COPIES", "must be at most 9")


def read(**environment: str) -> Odd:
    return settings.read_settings(Odd, environment, prefix="KOFU_ODD_")


def test_settings_come_from_the_environment_with_their_types() -> None:
    odd = read(KOFU_ODD_FOLDER="/x", KOFU_ODD_COPIES="7", KOFU_ODD_RATE="0.5", KOFU_ODD_LOUD="yes", OTHER="1")
    assert odd == Odd(folder=Path("/x"), copies=7, rate=0.5, loud=True)


@pytest.mark.parametrize(
    ("environment", "named", "said"),
    [
        ({}, "KOFU_ODD_FOLDER", "where things are"),
        ({"KOFU_ODD_COPIES": "many"}, "KOFU_ODD_COPIES", "whole number"),
        ({"KOFU_ODD_COPIES": "-1"}, "KOFU_ODD_COPIES", "how many"),
        ({"KOFU_ODD_COPIES": "10"}, "KOFU_ODD_COPIES", "at most 9"),
        ({"KOFU_ODD_LOUD": "perhaps"}, "KOFU_ODD_LOUD", "yes or no"),
        ({"KOFU_ODD_COPYS": "1"}, "KOFU_ODD_COPYS", "KOFU_ODD_COPIES"),
    ],
)
def test_a_wrong_or_missing_setting_names_itself(environment: dict[str, str], named: str, said: str) -> None:
    given = environment if not environment else {"KOFU_ODD_FOLDER": "/x", **environment}
    with pytest.raises(ConfigurationError, match=said) as refused:
        read(**given)
    assert refused.value.setting == named


def test_a_secret_setting_is_never_shown() -> None:
    odd = read(KOFU_ODD_FOLDER="/x", KOFU_ODD_WORD="sesame")
    assert "sesame" not in repr(odd) + settings.show_settings(odd)
    assert "KOFU_ODD_WORD=…" in settings.show_settings(odd)
    assert "required" in settings.describe_settings(Odd)


@contextlib.asynccontextmanager
async def compose(odd: Odd) -> AsyncIterator[Sequence[Listener]]:
    application = web.Application()
    yield [Listener(name="odd", application=application, host="127.0.0.1", port=int(odd.rate), tls=None)]


def check(odd: Odd) -> None:
    if odd.copies == 4:
        raise BindingError("never four")


ODD = Service(
    name="odd", purpose="be odd", prefix="KOFU_ODD_", settings=Odd, compose=compose, check=check, commands={}
)


def test_check_config_prints_what_is_in_force_or_names_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(ODD, ["check-config"]) == 2
    assert "KOFU_ODD_FOLDER: is not set" in capsys.readouterr().err
    monkeypatch.setenv("KOFU_ODD_FOLDER", "/x")
    assert run(ODD, ["check-config"]) == 0
    assert "KOFU_ODD_COPIES=3" in capsys.readouterr().out
    monkeypatch.setenv("KOFU_ODD_COPIES", "4")
    assert run(ODD, ["check-config"]) == 1
    with pytest.raises(SystemExit):
        run(ODD, ["check-config", "--fast"])
    with pytest.raises(SystemExit):
        run(ODD, ["--help"])
    assert "KOFU_ODD_RATE" in capsys.readouterr().out


def test_serve_announces_its_address_and_ends_on_sigterm(tmp_path: Path) -> None:
    program = "import sys; from tests.certificates.test_service_command import ODD, run; sys.exit(run(ODD, ['serve']))"
    environment = {**os.environ, "KOFU_ODD_FOLDER": str(tmp_path), "KOFU_ODD_RATE": "0"}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("LISTENING odd http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


async def test_an_address_in_use_is_named() -> None:
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    listener = Listener(name="x", application=web.Application(), host="127.0.0.1", port=port, tls=None)
    with pytest.raises(ConfigurationError, match="cannot listen"):
        async with listening([listener]):
            pass
    server.close()
    await server.wait_closed()


def test_the_version_that_services_report_is_the_one_of_the_project() -> None:
    pyproject = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    assert pyproject["project"]["version"] == VERSION
