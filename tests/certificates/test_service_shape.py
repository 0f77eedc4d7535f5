"""The shape that all services share: settings that name themselves, mutual TLS, problems instead of crashes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import ssl
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from certificates.errors import (
    BindingError,
    ConfigurationError,
    InvalidValueError,
    RefusedError,
    UnavailableError,
)
from certificates.problems import ProblemCode
from certificates.service import edge, keyring, settings, tls
from certificates.service.command import Listener, Service, listening, run
from certificates.service.journal import JsonFormatter
from certificates.version import VERSION
from certificates.wire.jose import Party, Role, SigningKey
from certificates.wire.problem import read_problem
from load_tests.authority.transport import TransportAuthority


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


# The edge, over real mutual TLS ---------------------------------------------------------------------


async def hello(request: web.Request, party: Party) -> web.Response:
    return web.Response(text=str(party))


async def echo(request: web.Request, party: Party) -> web.Response:
    return web.Response(body=await edge.read_body(request, content_type="application/jose"))


def failing(error: Exception) -> edge.Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        raise error

    return handler


FAILURES: dict[str, tuple[Exception, ProblemCode]] = {
    "refused": (RefusedError(ProblemCode.SUPPRESSED), ProblemCode.SUPPRESSED),
    "binding": (BindingError("page 2"), ProblemCode.BINDING_BROKEN),
    "away": (UnavailableError("registry", "gone", outcome_known=True), ProblemCode.UNAVAILABLE),
    "late": (TimeoutError(), ProblemCode.UNAVAILABLE),
    "bug": (ValueError("架空　太郎"), ProblemCode.INTERNAL),
}


@dataclass
class Line:
    address: str
    authority: TransportAuthority

    async def call(
        self,
        path: str,
        role: Role | None,
        *,
        method: str = "GET",
        body: bytes = b"",
        type_: str = "application/jose",
    ) -> tuple[int, bytes]:
        if role is None:
            context = ssl.create_default_context(cafile=str(self.authority.certificate))
        else:
            context = tls.client_context(self.authority.tls_files(Party(role=role, name="p1")))
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
            headers = {"Content-Type": type_}
            async with session.request(
                method, self.address + path, data=body or None, headers=headers
            ) as answer:
                return answer.status, await answer.read()


@pytest.fixture
async def line(tmp_path: Path) -> AsyncIterator[Line]:
    authority = TransportAuthority(tmp_path, now=datetime.now(UTC))
    application = web.Application(middlewares=[edge.problems], client_max_size=1000)
    application.router.add_get("/hello", edge.only(Role.KIOSK, hello))
    application.router.add_post("/echo", edge.only(Role.KIOSK, echo))
    for name, (error, _) in FAILURES.items():
        application.router.add_get(f"/{name}", failing(error))
    context = tls.server_context(authority.tls_files(Party(role=Role.CENTRE, name="c")))
    listener = Listener(name="line", application=application, host="127.0.0.1", port=0, tls=context)
    async with listening([listener]) as addresses:
        yield Line(addresses["line"], authority)


async def test_the_caller_is_who_its_certificate_names(line: Line) -> None:
    assert await line.call("/hello", Role.KIOSK) == (200, b"kiosk:p1")
    status, body = await line.call("/hello", Role.REGISTRY)
    assert (status, read_problem(body)) == (403, ProblemCode.NOT_PERMITTED)


async def test_a_caller_without_a_certificate_is_told_so(line: Line) -> None:
    status, body = await line.call("/hello", None)
    assert (status, read_problem(body)) == (403, ProblemCode.CLIENT_CERTIFICATE_REQUIRED)


async def test_a_certificate_of_another_authority_gets_no_line_at_all(line: Line, tmp_path: Path) -> None:
    stranger = TransportAuthority(tmp_path / "other", now=datetime.now(UTC))
    files = stranger.tls_files(Party(role=Role.KIOSK, name="p1"))
    context = tls.client_context(
        tls.TlsFiles(certificate=files.certificate, key=files.key, authority=line.authority.certificate)
    )
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
        with pytest.raises(aiohttp.ClientError):
            await session.get(line.address + "/hello")


@pytest.mark.parametrize("name", FAILURES)
async def test_every_failure_is_a_problem_document_and_quotes_nobody(
    line: Line, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    status, body = await line.call(f"/{name}", None)
    problem = json.loads(body)
    assert read_problem(body) is FAILURES[name][1]
    assert (problem["status"], status) == (status, problem["status"])
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert "架空" not in "".join(lines) + body.decode()
    [request] = [entry for entry in map(json.loads, lines) if entry["event"] == "request"]
    assert problem["instance"].endswith(request["trace"])
    assert request["outcome"] == FAILURES[name][1].value


async def test_a_body_of_the_wrong_type_or_size_and_a_wrong_address_are_refused(line: Line) -> None:
    assert await line.call("/echo", Role.KIOSK, method="POST", body=b"x" * 999) == (200, b"x" * 999)
    _, body = await line.call("/echo", Role.KIOSK, method="POST", body=b"x" * 2000)
    assert read_problem(body) is ProblemCode.BODY_TOO_LARGE
    _, body = await line.call("/echo", Role.KIOSK, method="POST", body=b"{}", type_="application/json")
    assert read_problem(body) is ProblemCode.MALFORMED_MESSAGE
    for path, method in [("/nowhere", "GET"), ("/hello", "DELETE")]:
        _, body = await line.call(path, Role.KIOSK, method=method)
        assert read_problem(body) is ProblemCode.NOT_FOUND


class Peer:
    def __init__(self, certificate: object) -> None:
        self.certificate = certificate

    def get_extra_info(self, name: str, default: object = None) -> object:
        return self.certificate


@pytest.mark.parametrize(
    "certificate",
    [
        None,
        {},
        {"subjectAltName": ()},
        {"subjectAltName": (("URI", "urn:kofu:king:x"),)},
        {"subjectAltName": (("DNS", "x"),)},
    ],
)
def test_a_certificate_that_names_no_party_is_nobody(certificate: object) -> None:
    assert tls.peer_party(Peer(certificate)) is None
    assert tls.peer_party(None) is None


def test_missing_or_broken_tls_files_are_named(tmp_path: Path) -> None:
    files = TransportAuthority(tmp_path, now=datetime.now(UTC)).tls_files(Party(role=Role.KIOSK, name="k"))
    files.certificate.write_text("no certificate")
    with pytest.raises(ConfigurationError, match="cannot be loaded"):
        tls.server_context(files)
    files.certificate.unlink()
    with pytest.raises(ConfigurationError, match="no such file"):
        tls.client_context(files)


# Keys in files --------------------------------------------------------------------------------------


def test_keys_are_saved_private_and_come_back(tmp_path: Path) -> None:
    key = SigningKey.generate("k1")
    path = keyring.save_signing_key(tmp_path, key)
    assert path.stat().st_mode & 0o077 == 0
    assert keyring.load_signing_key(path).kid == "k1"
    keyring.save_trusted_key(tmp_path / "trusted", Party(role=Role.CENTRE, name="c"), key)
    keyring.load_trusted_keys(tmp_path / "trusted")


def test_a_wrong_key_file_is_named(tmp_path: Path) -> None:
    path = keyring.save_signing_key(tmp_path, SigningKey.generate("k1"))
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        keyring.load_signing_key(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        keyring.load_signing_key(tmp_path / "k2.key.pem")
    with pytest.raises(ConfigurationError, match="is named"):
        keyring.load_signing_key(tmp_path / "k2.pem")
    with pytest.raises(ConfigurationError, match="holds no"):
        keyring.load_trusted_keys(tmp_path)
    (tmp_path / "king--x--k.pub.pem").write_text("")
    with pytest.raises(ConfigurationError, match="must be named"):
        keyring.load_trusted_keys(tmp_path)


# The command ----------------------------------------------------------------------------------------


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
    program = "import sys; from tests.certificates.test_service_shape import ODD, run; sys.exit(run(ODD, ['serve']))"
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
