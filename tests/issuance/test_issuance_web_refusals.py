"""The issuance server over mutual TLS: what it refuses without issuing anything."""

from __future__ import annotations

import json
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession, TCPConnector
from sqlalchemy import text

from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import OrderId
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.resident import Honseki
from certificates.problems import MEANINGS, ProblemCode
from certificates.wire.codec import Message
from certificates.wire.order import AskStanding, Holder
from certificates.wire.visit import Choice
from issuance_server.records import AuditEvent
from sync.copy.database import writing
from tests.issuance.issuance_line import KIOSK, Centre, Parties, Site, load_copy, refused, soon
from tests.issuance.issuance_world import CENTRE, CODE, a_close, an_inquiry, an_order, resident, seal


async def test_bad_input_is_refused_with_its_code_and_nothing_is_issued(here: Site) -> None:
    centre, stranger = here.centre, here.parties.key(KIOSK)
    order = an_order(1, expires=soon())
    token = centre.key.sign(order)
    cases = [
        (await centre.ask("/v1/orders", an_order(99, expires=soon())), ProblemCode.UNKNOWN_SERIAL),
        (await centre.send("/v1/orders", b"not a token"), ProblemCode.WRONG_SIGNATURE),
        (await centre.send("/v1/orders", token[:-4] + b"AAAA"), ProblemCode.WRONG_SIGNATURE),
        (await centre.ask("/v1/orders", order, key=stranger), ProblemCode.WRONG_SIGNATURE),
        (await centre.ask("/v1/orders", an_inquiry(1, expires=soon())), ProblemCode.WRONG_SIGNATURE),
        (await centre.send("/v1/orders", token, "text/plain"), ProblemCode.MALFORMED_MESSAGE),
        (
            await centre.ask("/v1/orders", replace(order, order=OrderId("X" * 32))),
            ProblemCode.MALFORMED_MESSAGE,
        ),
        (
            await centre.ask(
                "/v1/orders", replace(order, holder=Holder(issuer=b"", serial=order.holder.serial))
            ),
            ProblemCode.MALFORMED_MESSAGE,
        ),
        (
            await centre.ask("/v1/orders", replace(order, expires=datetime.now(UTC) - timedelta(seconds=1))),
            ProblemCode.ORDER_EXPIRED,
        ),
        (await centre.send("/v1/orders", b"x" * 70_000), ProblemCode.BODY_TOO_LARGE),
        (await centre.send("/v1/nothing", token), ProblemCode.NOT_FOUND),
    ]
    for answer, code in cases:
        await refused(here, answer, code)
    assert sorted(await here.refusals()) == sorted(code.value for _, code in cases)


@pytest.mark.parametrize("path", ["/v1/inquiries", "/v1/outcomes", "/v1/standings"])
async def test_malformed_messages_to_the_other_addresses(here: Site, path: str) -> None:
    messages: dict[str, Message] = {
        "/v1/inquiries": an_inquiry(1, session="S", expires=soon()),
        "/v1/outcomes": a_close(OrderId("short")),
        "/v1/standings": AskStanding(municipality=CODE, order=OrderId("short"), issue_number="1"),
    }
    await refused(here, await here.centre.ask(path, messages[path]), ProblemCode.MALFORMED_MESSAGE)


async def test_more_members_than_a_household_has_are_malformed(here: Site) -> None:
    crowd = tuple(resident(person).number for person in range(1, 102))
    choice = Choice(kind=CertificateKind.RESIDENT_RECORD, members=crowd)
    answer = await here.centre.ask("/v1/orders", an_order(1, expires=soon(), choice=choice))
    await refused(here, answer, ProblemCode.MALFORMED_MESSAGE)


async def test_who_shows_no_certificate_or_another_role_is_refused(here: Site) -> None:
    token = here.centre.key.sign(an_order(1, expires=soon()))
    context = ssl.create_default_context(cafile=here.parties.files[CENTRE].tls.authority)
    async with ClientSession(connector=TCPConnector(ssl=context)) as nobody:
        answer = await Centre(here.parties, here.base, nobody).send("/v1/orders", token)
        await refused(here, answer, ProblemCode.CLIENT_CERTIFICATE_REQUIRED)
    async with here.parties.client(KIOSK) as kiosk:
        answer = await Centre(here.parties, here.base, kiosk).send("/v1/orders", token)
        await refused(here, answer, ProblemCode.NOT_PERMITTED)
    assert await here.refusals() == ["not-permitted"]


async def test_a_centre_cannot_bring_another_centres_message(parties: Parties, here: Site) -> None:
    other = replace(CENTRE, name="other")
    files = parties.authority.enrol(other)
    parties.files[other] = files
    async with here.parties.client(other) as session:
        answer = await Centre(parties, here.base, session).ask("/v1/orders", an_order(1, expires=soon()))
    await refused(here, answer, ProblemCode.NOT_PERMITTED)


async def test_a_stored_row_that_cannot_be_read_is_refused(here: Site) -> None:
    async with writing(here.engine) as connection:
        await connection.execute(text("UPDATE residents SET record = '{}'"))
    answer = await here.centre.ask("/v1/orders", an_order(1, expires=soon()))
    await refused(here, answer, ProblemCode.LEGAL_ITEM_MISSING)


async def test_what_cannot_be_certified_is_refused_by_name_in_both_languages(
    here: Site, migrated_sqlite_url: str
) -> None:
    """Over the whole line, from the stored rows to the problem document and the item in the audit log."""
    honseki, foreign = OptionalItem.HONSEKI, OptionalItem.FOREIGN
    missing = ProblemCode.LEGAL_ITEM_MISSING
    cases: list[tuple[dict[str, object], OptionalItem | None, ProblemCode, str]] = [
        ({"name": "架空　\ue000"}, None, ProblemCode.NO_GLYPH, "U+E000"),
        ({"address": "見本県みほん市" + "長" * 200}, None, ProblemCode.DOES_NOT_FIT, "住所"),
        ({"honseki": Honseki(place="　", head="架空")}, honseki, missing, "本籍"),
        ({}, foreign, ProblemCode.OPTION_NOT_APPLICABLE, "foreign"),
        ({"birth": RecordedDate(note="年月日不詳")}, None, ProblemCode.DATE_UNKNOWN, "生年月日"),
        ({"household": resident(5).household}, None, missing, "世帯主"),
        ({}, None, missing, "印影"),
    ]
    people = [resident(person, **given) for person, (given, *_) in enumerate(cases, 1)]
    await load_copy(migrated_sqlite_url, people, [seal(len(cases))], sequence=2)
    async with writing(here.engine) as connection:
        of_29_mm = {"old": '"dots_per_mm":12', "new": '"dots_per_mm":5'}
        await connection.execute(text("UPDATE seals SET record = replace(record, :old, :new)"), of_29_mm)
    for person, (_, item, code, named) in enumerate(cases, 1):
        items = frozenset() if item is None else frozenset({item})
        choice = Choice(kind=CertificateKind.RESIDENT_RECORD, items=items)
        answer = await here.centre.ask("/v1/orders", an_order(person, choice=choice, expires=soon()))
        await refused(here, answer, code)
        assert {MEANINGS[code].ja, MEANINGS[code].en} <= set(json.loads(answer.body).values())
        _, detail = (await here.noted(AuditEvent.REFUSED))[-1]
        assert named in detail, detail
