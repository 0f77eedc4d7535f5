"""The issuance server over mutual TLS: what it answers."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import ssl
from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
from aiohttp import ClientSession, TCPConnector
from sqlalchemy import func, select

from certificates.domain.content import bare
from certificates.domain.kinds import CertificateKind
from certificates.pdf.reading import read_pages
from certificates.problems import ProblemCode
from certificates.service.settings import read_settings
from certificates.wire.codec import decode
from certificates.wire.frame import CONTENT_TYPE as FRAME
from certificates.wire.frame import pack
from certificates.wire.jose import Role
from certificates.wire.order import AskStanding, Standing, StandingTold
from certificates.wire.visit import Choice, Menu, OutcomeRecorded
from issuance_server.adapters.sql.tables import issue_orders
from issuance_server.settings import PREFIX, Settings
from sync.copy.database import reading
from sync.feed.wire import FeedBatch, FeedReceipt, ReceiptStatus
from tests.issuance.issuance_line import KIOSK, Centre, Parties, Site, refused, serving, site, soon
from tests.issuance.issuance_world import (
    CENTRE,
    CODE,
    ISSUER,
    REGISTRY,
    a_close,
    an_inquiry,
    an_order,
    resident,
)


def names_in(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return bare("".join(page.get_textpage().get_text_range() for page in document))


async def test_health_needs_no_certificate_and_says_nothing_personal(here: Site) -> None:
    context = ssl.create_default_context(cafile=here.parties.files[CENTRE].tls.authority)
    async with (
        ClientSession(connector=TCPConnector(ssl=context)) as session,
        session.get(here.base + "/v1/health") as response,
    ):
        body = json.loads(await response.read())
    assert body["service"] == "issuance-server"
    assert body["municipality"] == CODE
    assert body["line"] == "running"
    assert set(body) == {"service", "version", "municipality", "line"}


async def test_a_visit_from_inquiry_to_outcome(parties: Parties, migrated_url: str) -> None:
    async with site(parties, migrated_url) as here:
        inquiry = an_inquiry(1, expires=soon())
        answer = await here.centre.ask("/v1/inquiries", inquiry)
        assert (answer.status, answer.content_type) == (200, "application/jose")
        menu, signer = parties.trusted.open(answer.body, Menu, Role.ISSUER)
        assert signer == ISSUER
        assert menu.transcript == inquiry.transcript
        assert [member.name for member in menu.members] == [resident(1).name]
        assert CertificateKind.RESIDENT_ITEMS in {one.kind for one in menu.kinds}
        assert CertificateKind.MOVING_OUT not in {one.kind for one in menu.kinds}  # staff desk

        order = an_order(1, expires=soon(), choice=Choice(kind=CertificateKind.RESIDENT_RECORD, copies=2))
        manifest, pdf = await here.centre.order(order)
        assert hashlib.sha256(pdf).digest() == manifest.sha256
        pages = read_pages(pdf, with_text=False)
        assert [str(page.issue_number) for page in pages] == list(manifest.issue_numbers)
        assert [bytes.fromhex(page.sha256) for page in pages] == [page.sha256 for page in manifest.pages]
        assert all(page.order == order.order for page in pages)
        assert bare(resident(1).name) in names_in(pdf)

        for _ in range(2):
            receipt = await here.centre.ask("/v1/outcomes", a_close(order.order, taken=400))
            recorded, _ = parties.trusted.open(receipt.body, OutcomeRecorded, Role.ISSUER)
            assert recorded.order == order.order
        again = await here.centre.ask("/v1/outcomes", a_close(order.order, taken=0))
        assert again.problem is ProblemCode.OUT_OF_TURN
        assert await here.issued() == 2

        number = manifest.issue_numbers[1]
        ask = AskStanding(municipality=CODE, order=order.order, issue_number=number)
        told, _ = parties.trusted.open(
            (await here.centre.ask("/v1/standings", ask)).body, StandingTold, Role.ISSUER
        )
        assert told == StandingTold(order=order.order, issue_number=number, standing=Standing.PRINTED)


async def test_a_seal_registration_certificate_over_the_line(here: Site) -> None:
    order = an_order(1, expires=soon(), choice=Choice(kind=CertificateKind.SEAL_REGISTRATION))
    manifest, pdf = await here.centre.order(order)
    assert manifest.fee == 200
    assert bare(resident(1).name) in names_in(pdf)
    refused = await here.centre.ask("/v1/orders", replace(an_order(2), expires=soon(), choice=order.choice))
    assert refused.problem is ProblemCode.NO_SEAL_REGISTRATION


async def test_the_same_order_again_and_after_a_restart_is_byte_identical(
    parties: Parties, migrated_sqlite_url: str
) -> None:
    order = an_order(1, expires=soon())
    async with site(parties, migrated_sqlite_url) as before:
        first = await before.centre.order(order)
        assert await before.centre.order(order) == first
    async with site(parties, migrated_sqlite_url) as after:
        assert await after.centre.order(order) == first
        assert await after.issued() == 1


async def test_the_registrys_feed_keeps_the_copy_fresh(here: Site) -> None:
    body = b"[]"
    batch = FeedBatch(
        municipality=CODE,
        first=0,
        last=0,
        count=0,
        sha256=hashlib.sha256(body).digest(),
        position=1,
        sent_at=datetime.now(UTC),
        chain=bytes(32),
    )
    key = here.parties.key(REGISTRY)
    async with here.parties.client(REGISTRY) as session:
        registry = Centre(here.parties, here.base, session)
        answer = await registry.send("/v1/feed", pack(key.sign(batch), body), FRAME)
        receipt = decode(answer.body, FeedReceipt)
        assert (receipt.applied, receipt.status) == (1, ReceiptStatus.APPLIED)
        # the registry knows of one more change than it has sent: nothing is issued until it is in
        ahead = key.sign(replace(batch, position=2))
        assert (await registry.send("/v1/feed", pack(ahead, body), FRAME)).problem is None
        forged = pack(here.parties.key(KIOSK).sign(batch), body)
        assert (await registry.send("/v1/feed", forged, FRAME)).problem is ProblemCode.WRONG_SIGNATURE
    answer = await here.centre.ask("/v1/orders", an_order(1, expires=soon()))
    await refused(here, answer, ProblemCode.REGISTER_GAP)
    sent_by_centre = await here.centre.send("/v1/feed", b"", FRAME)
    assert sent_by_centre.problem is ProblemCode.NOT_PERMITTED


async def test_a_full_house_says_busy(parties: Parties, migrated_sqlite_url: str) -> None:
    async with site(parties, migrated_sqlite_url, KOFU_ISSUANCE_IN_FLIGHT="1") as here:
        orders = [an_order(1, expires=soon()) for _ in range(8)]
        answers = await asyncio.gather(*(here.centre.ask("/v1/orders", order) for order in orders))
        outcomes = {answer.problem for answer in answers}
        assert outcomes == {None, ProblemCode.BUSY}
        # whoever was told busy can come back
        assert (await here.centre.ask("/v1/orders", orders[-1])).problem is None


async def test_two_hundred_orders_at_once_on_two_servers(parties: Parties, migrated_url: str) -> None:
    people = range(1, 201)
    orders = {person: an_order(person, expires=soon()) for person in people}
    async with site(parties, migrated_url, people) as here:
        settings = read_settings(Settings, parties.environment(migrated_url), prefix=PREFIX)
        async with serving(settings) as second, parties.client(CENTRE) as session:
            ends = (here.centre, Centre(parties, second, session))
            answers = await asyncio.gather(
                *(ends[person % 2].order(order) for person, order in orders.items())
            )
            for person, (manifest, pdf) in zip(people, answers, strict=True):
                assert manifest.order == orders[person].order
                assert set(re.findall("架空第[〇一二三四五六七八九]+号", names_in(pdf))) == {
                    bare(resident(person).name)
                }
            numbers = [number for manifest, _ in answers for number in manifest.issue_numbers]
            assert len(set(numbers)) == len(numbers) == 200

            same = an_order(1, expires=soon())
            again = await asyncio.gather(*(ends[place % 2].order(same) for place in range(20)))
            assert len({(manifest, pdf) for manifest, pdf in again}) == 1
        assert await here.issued() == 201
        async with reading(here.engine) as connection:
            states = await connection.execute(select(issue_orders.c.state, func.count()).group_by("state"))
            assert [tuple(row) for row in states] == [("issued", 201)]
