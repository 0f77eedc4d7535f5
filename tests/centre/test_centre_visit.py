"""A whole visit over mutual TLS: the way it goes, and every way in which a kiosk is told no."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from certificates.domain.identifiers import MunicipalityCode, OrderId, ResidentNumber
from certificates.errors import RefusedError
from certificates.pdf.reading import read_pages
from certificates.problems import ProblemCode
from certificates.wire.codec import parse_object
from certificates.wire.jose import Party, Role
from certificates.wire.visit import CardProof, OpenSession, OutcomeKind
from tests.centre.centre_kiosk import refused
from tests.centre.centre_municipality import RESIDENT
from tests.centre.centre_values import MUNICIPALITY
from tests.centre.conftest import World


async def test_a_visit_ends_with_the_holders_certificate_on_marked_sheets(world: World) -> None:
    world.municipality.pages_a_copy = 2
    visit = await world.begun(serial=0xBEEF)
    delivered = await visit.apply(visit.application(copies=2))
    fronts = read_pages(delivered.pdf, backs=True)
    assert [(page.page, page.pages) for page in fronts] == [(1, 2), (2, 2), (1, 2), (2, 2)]
    assert all(f"{RESIDENT} beef" in page.text for page in fronts)
    assert tuple(dict.fromkeys(str(page.issue_number) for page in fronts)) == delivered.delivery.issue_numbers
    assert (delivered.delivery.sheets, delivered.delivery.fee) == (4, 400)
    receipt = await visit.report()
    assert (receipt.order, receipt.outcome) == (visit.order, OutcomeKind.PRINTED)
    assert [(close.order, close.outcome) for close in world.municipality.outcomes] == [
        (visit.order, OutcomeKind.PRINTED)
    ]


async def test_the_order_says_who_was_verified_and_what_was_asked(world: World) -> None:
    visit = await world.begun(serial=0xCAFE)
    await visit.apply(visit.application(copies=3))
    (order,) = world.municipality.orders
    assert (order.holder.serial, order.session, order.transcript) == ("cafe", visit.session, visit.transcript)
    assert (order.order, order.choice.copies) == (visit.order, 3)


async def test_a_kiosk_cannot_open_a_visit_in_anothers_name(world: World) -> None:
    kiosk = await world.kiosk("kiosk-2")
    message = OpenSession(
        kiosk=(await world.kiosk()).id, municipality=MUNICIPALITY, ephemeral_key=b"\x09" * 32
    )
    assert await refused(kiosk.post("/v1/sessions", message)) is ProblemCode.NOT_PERMITTED


async def test_a_municipality_without_a_line_is_unknown(world: World) -> None:
    visit = (await world.kiosk()).visit(world.card())
    assert await refused(visit.open(MunicipalityCode("011002"))) is ProblemCode.UNKNOWN_MUNICIPALITY


@pytest.mark.parametrize("key", [b"", b"\x09" * 31, bytes(32)], ids=["none", "short", "of low order"])
async def test_an_unusable_ephemeral_key_is_refused_before_anything_happens(world: World, key: bytes) -> None:
    kiosk = await world.kiosk()
    message = OpenSession(kiosk=kiosk.id, municipality=MUNICIPALITY, ephemeral_key=key)
    assert await refused(kiosk.post("/v1/sessions", message)) is ProblemCode.MALFORMED_MESSAGE


async def test_another_kiosks_session_is_unknown_at_every_step(world: World) -> None:
    visit = await world.begun()
    other = await world.kiosk("kiosk-2")
    for step, message in (
        ("proof", visit.proof()),
        ("application", visit.application()),
        ("outcome", visit.outcome()),
    ):
        asking = other.post(f"/v1/sessions/{visit.session}/{step}", message)
        assert await refused(asking) is ProblemCode.UNKNOWN_SESSION
    assert world.municipality.orders == []


async def test_a_session_that_was_never_opened_is_unknown(world: World) -> None:
    visit = await world.begun()
    proof = visit.proof()
    for address in ("0" * 32, "not-a-session", "0" * 31 + "\n"):
        asking = visit.kiosk.post(f"/v1/sessions/{address.replace(chr(10), '%0A')}/proof", proof)
        assert await refused(asking) in (ProblemCode.UNKNOWN_SESSION, ProblemCode.MALFORMED_MESSAGE)


async def test_address_and_message_must_name_one_session(world: World) -> None:
    one, other = await world.begun(), await world.begun()
    asking = one.kiosk.post(f"/v1/sessions/{one.session}/application", other.application())
    assert await refused(asking) is ProblemCode.MALFORMED_MESSAGE


async def test_a_proof_for_another_visit_is_refused_and_uses_the_challenge_up(world: World) -> None:
    kiosk = await world.kiosk()
    one, other = kiosk.visit(world.card()), kiosk.visit(world.card())
    await one.open()
    await other.open()
    swapped = replace(other.proof(), session=one.session)
    assert await refused(one.prove(swapped)) is ProblemCode.CARD_SIGNATURE_INVALID
    assert await refused(one.prove()) is ProblemCode.OUT_OF_TURN
    await other.prove()


async def test_another_algorithm_is_refused(world: World) -> None:
    visit = (await world.kiosk()).visit(world.card())
    await visit.open()
    asking = visit.prove(replace(visit.proof(), algorithm="none"))
    assert await refused(asking) is ProblemCode.CARD_SIGNATURE_INVALID


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (x509.ReasonFlags.key_compromise, ProblemCode.CARD_CERTIFICATE_REVOKED),
        (x509.ReasonFlags.certificate_hold, ProblemCode.CARD_CERTIFICATE_HELD),
    ],
)
async def test_a_revoked_or_suspended_card_gets_nothing_from_the_next_list_on(
    world: World, reason: x509.ReasonFlags, code: ProblemCode
) -> None:
    await world.begun()
    world.revoke((0x5E71A1, reason), this_update=world.now)
    asked = len(world.municipality.inquiries)
    assert await refused(world.begun()) is code
    assert len(world.municipality.inquiries) == asked


async def test_with_a_stale_revocation_list_nobody_gets_anything(world: World) -> None:
    world.revoke(next_update=world.now - timedelta(hours=1))
    assert await refused(world.begun()) is ProblemCode.REVOCATION_UNKNOWN


async def test_a_card_of_another_authority_is_refused(world: World) -> None:
    card = replace(world.card(), ca=replace(world.ca, label="impostor"))
    visit = (await world.kiosk()).visit(card)
    assert await refused(visit.begin()) is ProblemCode.CARD_CERTIFICATE_INVALID


async def test_an_application_before_the_proof_is_out_of_turn(world: World) -> None:
    visit = (await world.kiosk()).visit(world.card())
    await visit.open()
    assert await refused(visit.apply()) is ProblemCode.OUT_OF_TURN


async def test_an_impossible_choice_is_refused_here(world: World) -> None:
    visit = await world.begun()
    assert await refused(visit.apply(visit.application(copies=11))) is ProblemCode.COPIES_OUT_OF_RANGE
    asked = visit.application()
    for members in ((), (ResidentNumber("1"),)):
        nobody = replace(asked, choice=replace(asked.choice, members=members))
        assert await refused(visit.apply(nobody)) is ProblemCode.MALFORMED_MESSAGE
    assert world.municipality.orders == []
    await visit.apply()


async def test_an_order_number_of_the_wrong_form_is_refused(world: World) -> None:
    visit = await world.begun()
    assert await refused(visit.apply(visit.application(order=OrderId("1")))) is ProblemCode.MALFORMED_MESSAGE


async def test_the_municipalitys_own_refusal_reaches_the_kiosk(world: World) -> None:
    visit = await world.begun()
    world.municipality.refusal = RefusedError(ProblemCode.NO_GLYPH)
    assert await refused(visit.apply()) is ProblemCode.NO_GLYPH


async def test_the_hour_at_which_a_municipality_opens_reaches_the_kiosk(world: World) -> None:
    visit = await world.begun()
    opens_at = datetime(2026, 11, 26, 21, 30, tzinfo=UTC)
    world.municipality.refusal = RefusedError(ProblemCode.OUTSIDE_SERVICE_HOURS, opens_at=opens_at)
    with pytest.raises(RefusedError) as closed:
        await visit.apply()
    assert (closed.value.code, closed.value.opens_at) == (ProblemCode.OUTSIDE_SERVICE_HOURS, opens_at)


async def test_only_known_parties_come_in_and_each_only_where_it_belongs(world: World) -> None:
    for role in (Role.CENTRE, Role.ISSUER, Role.REGISTRY, Role.OPERATOR):
        client = await world.client(Party(role=role, name="someone"))
        async with client.post(world.url + "/v1/sessions", data=b"{}") as response:
            assert response.status == 403
    client = await world.client(Party(role=Role.KIOSK, name="kiosk-1"))
    async with client.post(f"{world.url}/v1/lines/{MUNICIPALITY}/release") as response:
        assert response.status == 403
    async with client.post(world.url + "/v1/anything") as response:
        assert response.status == 404


async def test_a_terminal_certificate_that_names_no_kiosk_is_not_permitted(world: World) -> None:
    kiosk = await world.kiosk("kiosk of nobody")
    assert await refused(kiosk.visit(world.card()).open()) is ProblemCode.NOT_PERMITTED


async def test_bodies_are_small_and_of_the_right_kind(world: World) -> None:
    kiosk = await world.kiosk()
    assert await refused(kiosk.send("/v1/sessions", b"x" * 40_000)) is ProblemCode.BODY_TOO_LARGE
    assert await refused(kiosk.send("/v1/sessions", b"[]")) is ProblemCode.MALFORMED_MESSAGE
    asking = kiosk.send("/v1/sessions", b"{}", content_type="text/plain")
    assert await refused(asking) is ProblemCode.MALFORMED_MESSAGE


async def test_health_needs_no_certificate_and_names_no_one(world: World) -> None:
    kiosk = await world.kiosk()
    async with kiosk.client.get(world.url + "/v1/health") as response:
        body = parse_object(await response.read())
    assert (body["service"], body["stopped_lines"]) == ("center_relay", [])
    assert set(body) == {"service", "version", "stopped_lines"}


async def test_every_use_and_refusal_is_in_the_journal_without_the_holder(world: World) -> None:
    visit = await world.begun(serial=0xFACADE)
    await visit.apply()
    await visit.report()
    await refused(visit.apply())
    text = world.journal()
    lines = [parse_object(line.rpartition(" ")[0].encode()) for line in text.splitlines()]
    told = [(line["event"], line.get("step"), line.get("code")) for line in lines]
    assert told == [
        ("inquired", None, None),
        ("delivered", None, None),
        ("outcome", "printed", None),
        ("refused", "apply", "out-of-turn"),
    ]
    assert {line["by"] for line in lines} == {"kiosk:kiosk-1"}
    assert "facade" not in text


async def test_an_unfit_proof_never_reaches_the_journal_as_bytes(world: World) -> None:
    visit = (await world.kiosk()).visit(world.card())
    await visit.open()
    bad = CardProof(session=visit.session, card_certificate=b"x", algorithm="RS256", signature=b"y")
    assert await refused(visit.prove(bad)) is ProblemCode.CARD_CERTIFICATE_INVALID
    (line,) = world.journal().splitlines()
    assert '"code":"card-certificate-invalid"' in line


async def test_what_cannot_be_noted_is_not_handed_out_and_a_refusal_stands(world: World) -> None:
    visit = await world.begun()
    world.settings.journal.rename(world.folder / "moved")
    world.settings.journal.mkdir()
    assert await refused(visit.apply()) is ProblemCode.UNAVAILABLE
    assert await refused(visit.apply(visit.application(copies=2))) is ProblemCode.ORDER_REUSED
    world.settings.journal.rmdir()
    await visit.apply()


async def test_a_line_that_is_taken_out_of_the_table_is_unknown_to_visits_under_way(
    opened_world: Callable[[], AbstractAsyncContextManager[World]], redis_url: str
) -> None:
    async with opened_world() as world:
        await world.start(store=redis_url)
        visit = await world.begun()
        world.settings.routes.write_text('[municipalities]\n011002 = "https://127.0.0.1:1"\n')
        await world.start()
        visit.kiosk = await world.kiosk()
        assert await refused(visit.apply()) is ProblemCode.UNKNOWN_MUNICIPALITY
