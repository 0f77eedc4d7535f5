"""The edge that all services share, over real mutual TLS: callers are who their certificates name, failures are problems."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from certificates.errors import BindingError, RefusedError, UnavailableError
from certificates.problems import ProblemCode
from certificates.service import edge, tls
from certificates.service.command import Listener, listening
from certificates.service.journal import JsonFormatter
from certificates.wire.jose import Party, Role
from certificates.wire.problem import read_problem
from load_tests.authority.transport import TransportAuthority


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
