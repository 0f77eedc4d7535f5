"""The line to the centre: mutual TLS, bounded bodies, and every way to fail told apart."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from certificates.domain.identifiers import KioskId, OrderId, SessionId
from certificates.domain.kinds import CertificateKind
from certificates.errors import ConfigurationError, RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from certificates.service.command import Listener, listening
from certificates.service.tls import client_context, server_context
from certificates.wire.jose import Party, Role
from certificates.wire.visit import Apply, Choice, OpenSession, OutcomeKind, ReportOutcome
from kiosk_client.adapters.http_centre import HttpCentre, Limits, open_centre
from load_tests.authority.transport import TransportAuthority
from tests.kiosk.kiosk_centre import MIHON, FakeCentre
from tests.kiosk.kiosk_line import centre_line

OPEN = OpenSession(kiosk=KioskId("kiosk-1"), municipality=MIHON, ephemeral_key=bytes(32))
APPLY = Apply(
    session=SessionId("a" * 32),
    order=OrderId("b" * 32),
    choice=Choice(kind=CertificateKind.SEAL_REGISTRATION),
)
REPORT = ReportOutcome(
    session=APPLY.session, order=APPLY.order, outcome=OutcomeKind.ABANDONED, sheets=0, taken=0, refunded=0
)
LIMITS = Limits(connect=2.0, request=0.3, application=0.3)
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@contextlib.asynccontextmanager
async def kiosk_line(
    base: str, authority: TransportAuthority, role: Role = Role.KIOSK
) -> AsyncIterator[HttpCentre]:
    tls = client_context(authority.tls_files(Party(role=role, name="kiosk-1")))
    async with open_centre(base, tls, LIMITS, setting="KOFU_KIOSK_CENTRE") as centre:
        yield centre


@contextlib.asynccontextmanager
async def answering(folder: Path, answer: Answer) -> AsyncIterator[HttpCentre]:
    """A line to a centre that answers everything in one way."""
    authority = TransportAuthority(folder, now=datetime.now(UTC))
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", answer)
    tls = server_context(authority.tls_files(Party(role=Role.CENTRE, name="test")))
    listener = Listener(name="centre", application=application, host="127.0.0.1", port=0, tls=tls)
    async with listening([listener]) as addresses, kiosk_line(addresses["centre"], authority) as centre:
        yield centre


async def test_messages_pass_whole_over_mutual_tls(tmp_path: Path) -> None:
    behind = FakeCentre()
    async with centre_line(behind, tmp_path) as (base, authority), kiosk_line(base, authority) as centre:
        challenge = await centre.open_session(OPEN)
        receipt = await centre.report(REPORT)
    assert behind.sittings[challenge.session].opened == OPEN
    assert (receipt.order, receipt.outcome) == (REPORT.order, REPORT.outcome)
    assert behind.reports == [REPORT]


async def test_a_refusal_keeps_its_code_and_says_when_a_closed_service_opens(tmp_path: Path) -> None:
    opens_at = datetime(2026, 11, 26, 21, 30, tzinfo=UTC)
    behind = FakeCentre(
        failures=[
            ("open_session", RefusedError(ProblemCode.LINE_STOPPED)),
            ("open_session", RefusedError(ProblemCode.OUTSIDE_SERVICE_HOURS, opens_at=opens_at)),
        ]
    )
    async with centre_line(behind, tmp_path) as (base, authority), kiosk_line(base, authority) as centre:
        with pytest.raises(RefusedError) as stopped:
            await centre.open_session(OPEN)
        with pytest.raises(RefusedError) as closed:
            await centre.open_session(OPEN)
    assert (stopped.value.code, stopped.value.opens_at) == (ProblemCode.LINE_STOPPED, None)
    assert (closed.value.code, closed.value.opens_at) == (ProblemCode.OUTSIDE_SERVICE_HOURS, opens_at)


async def test_a_certificate_that_names_no_kiosk_gets_nowhere(tmp_path: Path) -> None:
    behind = FakeCentre()
    async with (
        centre_line(behind, tmp_path) as (base, authority),
        kiosk_line(base, authority, Role.ISSUER) as centre,
    ):
        with pytest.raises(RefusedError) as caught:
            await centre.open_session(OPEN)
    assert caught.value.code is ProblemCode.NOT_PERMITTED


async def test_a_centre_of_another_authority_is_not_spoken_to(tmp_path: Path) -> None:
    behind = FakeCentre()
    other = TransportAuthority(tmp_path / "other", now=datetime.now(UTC))
    async with centre_line(behind, tmp_path) as (base, _), kiosk_line(base, other) as centre:
        with pytest.raises(UnavailableError) as caught:
            await centre.open_session(OPEN)
    assert caught.value.outcome_known
    assert behind.sittings == {}


async def test_a_centre_that_is_not_there_has_done_nothing(tmp_path: Path) -> None:
    authority = TransportAuthority(tmp_path, now=datetime.now(UTC))
    async with kiosk_line("https://127.0.0.1:9", authority) as centre:
        with pytest.raises(UnavailableError) as caught:
            await centre.apply(APPLY)
    assert caught.value.outcome_known


async def test_a_centre_that_is_silent_may_have_done_it(tmp_path: Path) -> None:
    async def silent(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.6)
        return web.Response()

    async with answering(tmp_path, silent) as centre:
        with pytest.raises(UnavailableError) as caught:
            await centre.apply(APPLY)
    assert not caught.value.outcome_known


async def test_a_line_that_breaks_in_the_answer_may_have_done_it(tmp_path: Path) -> None:
    async def breaking(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with answering(tmp_path, breaking) as centre:
        with pytest.raises(UnavailableError) as caught:
            await centre.apply(APPLY)
    assert not caught.value.outcome_known


@pytest.mark.parametrize(
    ("status", "content_type", "body"),
    [
        (200, "text/html", b"{}"),
        (500, "application/json", b"{}"),
        (302, "application/json", b"{}"),
        (200, "application/json", b"{}"),
        (200, "application/json", b"x" * 300_000),
        (503, "application/problem+json", b"{}"),
        (503, "application/problem+json", b'{"type":"urn:kofu:problem:unheard-of"}'),
    ],
)
async def test_what_is_no_answer_of_ours_is_an_error_of_the_wire(
    tmp_path: Path, status: int, content_type: str, body: bytes
) -> None:
    async def odd(request: web.Request) -> web.StreamResponse:
        return web.Response(
            status=status,
            content_type=content_type,
            body=body,
            headers={"Location": "https://elsewhere.example/"},
        )

    async with answering(tmp_path, odd) as centre:
        with pytest.raises(WireError):
            await centre.open_session(OPEN)


async def test_there_is_no_line_without_tls(tmp_path: Path) -> None:
    authority = TransportAuthority(tmp_path, now=datetime.now(UTC))
    with pytest.raises(ConfigurationError, match="https://"):
        async with kiosk_line("http://127.0.0.1:1", authority):
            pass
