"""Every screen in every language: words, places to fill, contrast, and a page that loads nothing from elsewhere."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

import kiosk_client.web
from certificates.domain.identifiers import MunicipalityCode, ResidentNumber
from certificates.domain.kinds import STAFF_DESK_ITEMS, WITHHELD, CertificateKind, OptionalItem
from certificates.problems import ProblemCode
from certificates.wire.transcript import TranscriptHash
from certificates.wire.visit import Choice, Menu, OfferedKind, OfferedMember
from kiosk_client.municipalities import OfferedMunicipality
from kiosk_client.session import screens as at
from kiosk_client.session.screens import Language, Screen, Trouble, Visit
from kiosk_client.usecases.serve import Snapshot
from kiosk_client.web.application import _PAGE, _PARTS
from kiosk_client.web.texts import load_texts
from kiosk_client.web.view import Viewer

STATIC = Path(kiosk_client.web.__file__).parent / "static"
MIHON = MunicipalityCode("992011")
VIEWER = Viewer([OfferedMunicipality(code=MIHON, name="見本県みほん市", name_en="Mihon City, Mihon")])
MENU = Menu(
    transcript=TranscriptHash(bytes(32)),
    municipality=MIHON,
    municipality_name="見本県みほん市",
    kinds=tuple(OfferedKind(kind=kind, fee=300) for kind in CertificateKind),
    items=frozenset(OptionalItem),
    members=(OfferedMember(resident=ResidentNumber("1"), name="見本　太郎", relation="世帯主"),),
)
DRAFT = Choice(kind=CertificateKind.RESIDENT_RECORD, items=WITHHELD - STAFF_DESK_ITEMS)
ITEMS = Choice(kind=CertificateKind.RESIDENT_ITEMS, items=frozenset(OptionalItem) - STAFF_DESK_ITEMS)
SCREENS: tuple[Screen, ...] = (
    at.Welcome(),
    at.ChooseService(),
    at.ChooseMunicipality(),
    at.PlaceCard(municipality=MIHON, notice=Trouble.CARD_LOST),
    at.EnterPin(municipality=MIHON, attempts_left=2),
    at.EnterPin(municipality=MIHON, attempts_left=1, last_try=True),
    at.ConfirmLastTry(municipality=MIHON),
    at.Authenticating(municipality=MIHON),
    at.TakeCardOff(menu=MENU),
    at.ChooseKind(menu=MENU),
    at.ChooseMembers(menu=MENU, draft=DRAFT),
    at.ChooseItems(menu=MENU, draft=DRAFT),
    at.ChooseItems(menu=MENU, draft=ITEMS),
    at.ChooseCopies(menu=MENU, draft=DRAFT),
    at.Confirm(menu=MENU, choice=DRAFT, fee=300),
    at.Confirm(menu=MENU, choice=ITEMS, fee=300),
    at.Confirm(
        menu=MENU,
        choice=Choice(kind=CertificateKind.RESIDENT_RECORD, members=(ResidentNumber("1"),)),
        fee=300,
    ),
    at.Confirm(menu=MENU, choice=Choice(kind=CertificateKind.SEAL_REGISTRATION), fee=300),
    at.Applying(fee=300),
    at.Applying(fee=300, withdrawn=Trouble.CANCELLED),
    at.Paying(fee=300, sheets=1, inserted=100),
    at.Settling(fee=300, sheets=1),
    at.Printing(paid=300, sheets=1, change=200),
    at.Refunding(reason=Trouble.CANCELLED, paid=0),
    at.TakeCertificate(sheets=1, paid=300, change=0),
    at.TakeCertificate(sheets=1, paid=0, change=0),
    at.Finished(),
    *(at.Refused(reason=reason, returned=100) for reason in (*Trouble, *ProblemCode)),
    at.TakeCardAway(),
    at.CallStaff(reason=Trouble.PRINT_UNKNOWN),
)


def view_of(
    screen: Screen, language: Language = Language.JA, *, card: bool = True, warning: bool = True
) -> Any:
    visit = Visit(screen=screen, language=language, card_on_reader=card, deadline=20.0, warning=warning)
    return VIEWER.view(Snapshot(version=1, number=1, at=1, visit=visit, seconds_left=12.3))


def words_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from words_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from words_in(one)


def test_every_screen_is_among_those_that_are_looked_at() -> None:
    assert {type(screen) for screen in SCREENS} == set(get_args(Screen))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: type(screen).__name__)
def test_every_screen_has_its_words_in_every_language(screen: Screen, language: Language) -> None:
    view = view_of(screen, language)
    assert view["lang"] == language.value
    assert view["title"].strip()
    open_places = {"{amount}", "{seconds}"}  # filled by the page
    assert not [text for text in words_in(view) if set(re.findall(r"{[a-z_]+}", text)) - open_places]
    assert view["warning"]["seconds"] == 13


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: type(screen).__name__)
def test_cancel_is_on_every_screen_on_which_it_is_possible(screen: Screen) -> None:
    started = not isinstance(
        screen,
        at.Welcome
        | at.Settling
        | at.Printing
        | at.Refunding
        | at.TakeCertificate
        | at.Finished
        | at.Refused
        | at.TakeCardAway
        | at.CallStaff,
    )
    withdrawn = isinstance(screen, at.Applying) and screen.withdrawn is not None
    assert view_of(screen)["cancel"] is (started and not withdrawn)


def test_languages_have_the_same_keys_and_the_same_places_to_fill() -> None:
    texts = load_texts()

    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    japanese = texts[Language.JA].table
    for other in texts.values():
        assert set(other.table) == set(japanese)
        assert [key for key, text in other.table.items() if places(text) != places(japanese[key])] == []


def test_the_words_for_a_protected_person_tell_nobody_why() -> None:
    for language in Language:
        lead = view_of(at.Refused(reason=ProblemCode.SUPPRESSED), language)["lead"]
        assert not any(word in lead.lower() for word in ("支援", "抑止", "protect", "suppress"))


def test_a_customer_is_told_how_long_printing_may_take() -> None:
    lead = view_of(at.Printing(paid=300, sheets=1))["lead"]
    assert lead == "印刷には1〜2分かかることがあります。そのままお待ちください。"


def test_a_customer_who_comes_too_early_reads_when_it_opens() -> None:
    closed = at.Refused(
        reason=ProblemCode.OUTSIDE_SERVICE_HOURS, opens_at=datetime(2026, 11, 26, 21, 30, tzinfo=UTC)
    )
    assert "次の受付開始：11月27日（金）6:30" in words_in(view_of(closed))
    assert any("Fri 11/27 6:30" in text for text in words_in(view_of(closed, Language.EN)))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def colours(selector: str) -> dict[str, str]:
    sheets = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in ("kiosk.css", "adapt.css"))
    block = re.search("^" + re.escape(selector) + r" {(.*?)}", sheets, re.DOTALL | re.MULTILINE)
    assert block is not None
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block.group(1)))


PAIRS = [
    ("ink", "ground"),
    ("ink", "paper"),
    ("soft", "ground"),
    ("soft", "paper"),
    ("on-navy", "navy"),
    ("blue-dark", "paper"),
    ("blue-dark", "tint"),
    ("ink", "tint"),
    ("amber", "amber-tint"),
    ("red", "red-tint"),
    ("red", "paper"),
    ("paper", "blue"),
]


@pytest.mark.parametrize("theme", [":root", ".contrast"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_every_text_stands_out_from_its_ground(theme: str, text: str, ground: str) -> None:
    """WCAG 2.2 success criterion 1.4.3, level AA."""
    palette = {**colours(":root"), **colours(theme)}
    assert contrast(palette[text], palette[ground]) >= 4.5


def test_the_page_builds_no_markup_from_text() -> None:
    script = "\n".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", script
    )
    assert "localStorage" not in script
    assert "sessionStorage" not in script


def test_every_file_of_the_page_is_served_and_no_other() -> None:
    assert {path.name for path in STATIC.iterdir()} == {_PAGE, *_PARTS}


def test_every_picture_that_a_view_names_is_drawn() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', page))
    named = {f"a-{view_of(screen)['art']}" for screen in SCREENS} - {"a-"}
    assert named <= drawn
    for screen in SCREENS:
        for choice in view_of(screen)["choices"]:
            assert not choice["icon"] or f"i-{choice['icon']}" in drawn
