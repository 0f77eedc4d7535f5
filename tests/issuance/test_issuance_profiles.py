"""Each municipality that ships issues by its own rules, and its paper says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from certificates.domain.clock import JST
from certificates.domain.content import bare
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.kinds.kind import Scope
from certificates.domain.municipality import Municipality
from certificates.domain.resident import ResidencyStatus
from certificates.errors import RefusedError
from certificates.pdf.quick.reading import OwnReader
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.reading import read_pages
from certificates.problems import ProblemCode
from certificates.profiles.reading import load_profile, shipped_profile
from certificates.wire.visit import Choice
from issuance_server.adapters.press import PdfPress
from tests.certificates.paper import mincho
from tests.issuance.issuance_world import CENTRE, NOON, Counter, an_order, resident, seal, serial_of, view

CITY, TOWN, WARD = (load_profile(shipped_profile(code)) for code in ("992011", "993212", "981010"))
HOME = resident(1).household
RECORD, IMPRINT = CertificateKind.RESIDENT_RECORD, CertificateKind.SEAL_REGISTRATION


@pytest.fixture(scope="module")
def parts() -> tuple[QuickWriter, OwnReader]:
    return QuickWriter(mincho()), OwnReader(mincho())


@pytest.fixture(params=[CITY, TOWN, WARD], ids=lambda one: one.code)
async def counter(
    request: pytest.FixtureRequest, parts: tuple[QuickWriter, OwnReader]
) -> AsyncIterator[tuple[Counter, Municipality]]:
    municipality: Municipality = request.param
    with ThreadPoolExecutor(max_workers=1) as thread:
        press = PdfPress(municipality, *parts, thread)
        counter = Counter(1, press=press, municipality=municipality)
        head = resident(1)
        child = resident(2, household=HOME, household_head=head.name, relation="子", address=head.address)
        counter.register.views[serial_of(1)] = view(head, child, seal=seal(1))
        yield counter, municipality


async def code_of(
    counter: Counter, municipality: Municipality, choice: Choice, now: datetime = NOON
) -> object:
    order = an_order(1, municipality=municipality.code, choice=choice, expires=now + timedelta(minutes=5))
    try:
        await counter.issue(order, CENTRE, now)
    except RefusedError as refusal:
        return refusal.code
    return None


async def test_a_whole_issue_bears_the_municipalitys_words_mayor_and_fee(
    counter: tuple[Counter, Municipality],
) -> None:
    desk, municipality = counter
    order = an_order(1, municipality=municipality.code, choice=Choice(kind=RECORD, copies=2))
    issued = await desk.issue(order, CENTRE, NOON)
    assert issued.manifest.fee == 2 * municipality.fees[RECORD]
    assert all(number.startswith(f"{municipality.code}-") for number in issued.manifest.issue_numbers)
    signatory = municipality.signatory_on(NOON.astimezone(JST).date())
    for page in read_pages(issued.pdf):
        text = bare(page.text)
        assert bare(municipality.full_name[:-1] + signatory.title + signatory.name) in text
        assert municipality.statement(RECORD, Scope.WHOLE) in text
        assert municipality.words.left_out in text
        assert ("この印は黒色です" in text) is bool(municipality.words.seal_note)


async def test_kinds_and_items_are_the_municipalitys_choice(counter: tuple[Counter, Municipality]) -> None:
    desk, municipality = counter
    offered = await code_of(desk, municipality, Choice(kind=IMPRINT))
    assert offered is (None if IMPRINT in municipality.fees else ProblemCode.KIND_NOT_OFFERED)
    honseki = await code_of(desk, municipality, Choice(kind=RECORD, items=frozenset({OptionalItem.HONSEKI})))
    assert honseki is (None if OptionalItem.HONSEKI in municipality.items else ProblemCode.OPTION_NOT_OFFERED)


async def test_a_move_out_concerns_the_person_or_the_household(counter: tuple[Counter, Municipality]) -> None:
    desk, municipality = counter
    old = desk.register.views[serial_of(1)]
    leaving = replace(old.rows[1], status=ResidencyStatus.MOVING_OUT, removed_on=date(2026, 12, 1))
    desk.register.views[serial_of(1)] = replace(old, rows=(old.rows[0], leaving))
    alone = Choice(kind=RECORD, members=(old.holder,))
    assert await code_of(desk, municipality, alone) is (
        ProblemCode.MOVING_OUT if municipality is WARD else None
    )


async def test_hours_are_the_municipalitys_own(counter: tuple[Counter, Municipality]) -> None:
    desk, municipality = counter
    for moment, closed in (("2026-11-25T12:00", WARD), ("2026-11-29T07:00", TOWN)):
        now = datetime.fromisoformat(moment).replace(tzinfo=JST)
        mark = replace(desk.register.views[serial_of(1)].watermark, heard_at=now)
        desk.register.views[serial_of(1)] = replace(desk.register.views[serial_of(1)], watermark=mark)
        refused = await code_of(desk, municipality, Choice(kind=RECORD), now)
        assert refused is (ProblemCode.OUTSIDE_SERVICE_HOURS if municipality is closed else None)
