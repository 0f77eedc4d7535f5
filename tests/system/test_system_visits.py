"""Whole visits through real processes: who gets a certificate gets their own, everybody else is told why not."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.x509 import ReasonFlags
from pypdf import PdfReader

from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.problems import ProblemCode
from kiosk_client.session.screens import Language
from kiosk_client.web.texts import load_texts
from load_tests import oracle
from load_tests.people import People, profile
from load_tests.town.folder import PIN
from load_tests.town.running import RunningTown
from load_tests.town.screen import Experience, Wish, customer
from load_tests.visits import NEW_ADDRESS, change_that_cannot_be_applied, move
from sync.registry.state import RegisterState
from sync.town import Scenario

pytestmark = pytest.mark.asyncio(loop_scope="session")
JAPANESE = load_texts()[Language.JA]


async def visit(town: RunningTown, scenario: Scenario, **wishes: object) -> tuple[Experience, list[Path]]:
    """One visit at the first kiosk, and the files that came out of its printer."""
    kiosk = town.kiosks[0]
    person = town.town.person(scenario)
    card = town.folder.card_file(person.serial, scenario.value)
    wish = Wish(**{"card": scenario.value, "pins": (PIN,), **wishes})  # type: ignore[arg-type]  # a builder
    before = set(kiosk.parts.printed.glob("*.pdf"))
    async with customer(kiosk.screen, wish, lambda _: kiosk.parts.place(card)) as visitor:
        experience = await visitor.visit()
    return experience, sorted(set(kiosk.parts.printed.glob("*.pdf")) - before)


def people(town: RunningTown, state: RegisterState | None = None) -> People:
    rows = town.town.residents if state is None else tuple(state.residents.values())
    holders = {card.serial: card.resident for card in town.town.cards}
    return People.of(rows, holders, profile(town.town.municipality))


async def test_real_parts_are_in_use(town: RunningTown) -> None:
    if town.replaced:
        pytest.skip("; ".join(town.replaced))
    assert town.kiosks[0].parts.reader.startswith("pcsc:")
    assert town.kiosks[0].parts.printer.startswith("ipp")


@pytest.mark.parametrize(
    ("scenario", "wishes"),
    [
        (Scenario.HOUSEHOLD_OF_FOUR, {}),
        (Scenario.FOREIGN, {"items": frozenset({OptionalItem.RELATION, OptionalItem.FOREIGN})}),
        (Scenario.SUPPLEMENTARY_NAME, {"members": (0,)}),
        (Scenario.VARIANT_NAME, {"kind": CertificateKind.SEAL_REGISTRATION, "copies": 2}),
        (
            Scenario.FORMER_SURNAME,
            {
                "kind": CertificateKind.RESIDENT_ITEMS,
                "items": frozenset({OptionalItem.ADDRESS, OptionalItem.BIRTH}),
            },
        ),
    ],
    ids=lambda value: value.value if isinstance(value, Scenario) else "",
)
async def test_a_visitor_gets_exactly_their_own_certificate(
    town: RunningTown, scenario: Scenario, wishes: dict[str, object]
) -> None:
    experience, papers = await visit(town, scenario, **wishes)
    assert experience.issued, experience
    assert experience.screens.index("take-card-off") < experience.screens.index("paying")
    [paper] = papers
    person = town.town.person(scenario)
    members = wishes.get("members")
    chosen = None
    if isinstance(members, tuple):
        household = people(town).household(person.resident.number)
        chosen = [household.members[index].number for index in members]
    kind = wishes.get("kind", CertificateKind.RESIDENT_RECORD)
    assert isinstance(kind, CertificateKind)
    items = wishes.get("items", frozenset())
    assert isinstance(items, frozenset)
    expected = people(town).expected(person.serial, kind, chosen, items)
    oracle.check(paper.read_bytes(), expected, issue_numbers=())
    sheets = wishes.get("copies", 1)
    assert len(PdfReader(paper).pages) == 2 * int(str(sheets))
    every_font_is_an_embedded_subset(paper)
    if shutil.which("qpdf"):
        assert subprocess.run(["qpdf", "--check", paper], capture_output=True, check=False).returncode == 0


def every_font_is_an_embedded_subset(paper: Path) -> None:
    for page in PdfReader(paper).pages:
        fonts = page["/Resources"].get("/Font", {})  # type: ignore[attr-defined]  # pypdf's own lazy types
        for font in fonts.values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            assert "+" in descendant["/BaseFont"]
            assert "/FontFile2" in descendant["/FontDescriptor"].get_object()


@pytest.mark.parametrize(
    ("scenario", "code"),
    [
        (Scenario.PROTECTED, ProblemCode.SUPPRESSED),
        (Scenario.HOUSEHOLD_SUPPRESSED, ProblemCode.SUPPRESSED),
        (Scenario.MOVING_OUT, ProblemCode.MOVING_OUT),
        (Scenario.UNDER_FIFTEEN, ProblemCode.UNKNOWN_SERIAL),  # has no card certificate that is registered
        (Scenario.NO_GLYPH, ProblemCode.NO_GLYPH),
    ],
)
async def test_who_may_not_have_one_is_told_why_and_nothing_prints(
    town: RunningTown, scenario: Scenario, code: ProblemCode
) -> None:
    if scenario is Scenario.UNDER_FIFTEEN and town.town.person(scenario).serial in {
        card.serial for card in town.town.cards
    }:
        code = ProblemCode.UNDER_AGE
    experience, papers = await visit(town, scenario)
    assert (experience.refusal, papers) == (JAPANESE.reason(code), [])


async def test_a_revoked_card_certificate_is_refused(town: RunningTown) -> None:
    person = town.town.person(Scenario.WITHOUT_SEAL)
    town.folder.revoke([(person.serial, ReasonFlags.key_compromise)])
    experience, papers = await visit(town, Scenario.WITHOUT_SEAL)
    town.folder.revoke([])
    assert (experience.refusal, papers) == (JAPANESE.reason(ProblemCode.CARD_CERTIFICATE_REVOKED), [])


async def test_a_wrong_pin_says_how_many_tries_are_left(town: RunningTown) -> None:
    experience, papers = await visit(town, Scenario.LIVES_ALONE, pins=("0000",))
    assert papers == []
    assert any("2" in note for note in experience.notes), experience


async def test_a_change_that_is_not_applied_blocks_its_household_and_nobody_else(town: RunningTown) -> None:
    state = RegisterState(town.town.records())
    await town.enter(change_that_cannot_be_applied(state, town.town))
    await town.settled()
    experience, papers = await visit(town, Scenario.LARGE_HOUSEHOLD)
    assert (experience.refusal, papers) == (JAPANESE.reason(ProblemCode.CHANGE_PENDING), [])
    other, papers = await visit(town, Scenario.LIVES_ALONE)
    assert other.issued
    assert len(papers) == 1


async def test_the_next_certificate_after_a_move_has_the_new_address(town: RunningTown) -> None:
    state = RegisterState(town.town.records())
    _, before = await visit(town, Scenario.FORMER_SURNAME)
    await town.enter(move(state, town.town))
    await town.settled()
    _, after = await visit(town, Scenario.FORMER_SURNAME)
    address = oracle.bare(NEW_ADDRESS)
    assert [address in oracle.text_of(paper.read_bytes()) for paper in (*before, *after)] == [False, True]
