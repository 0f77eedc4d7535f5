"""The marks on the certificates of this system: every binding of a page survives the marking."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from anti_forgery.comparison.compare import compare
from anti_forgery.comparison.verdict import Likeness
from anti_forgery.marking import mark
from anti_forgery.sheet import SheetFacts
from anti_forgery.verification import Outcome, verify_image
from certificates.domain.application import Application
from certificates.domain.content import CertificateContent
from certificates.domain.identifiers import numbered, resident_number
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.official_seal import SealImage
from certificates.errors import ConfigurationError
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.reading import read_pages
from certificates.pdf.sample_people import family
from certificates.pdf.samples import sample_content, sample_contents
from certificates.pdf.writing import render
from certificates.preview.specimens import specimens
from certificates.profiles.reading import load_profile, shipped_profile
from tests.anti_forgery.marks_world import CENTRE, SITE, picture, profile, sealer, sheet


@pytest.fixture(scope="module")
def face() -> Typeface:
    try:
        return Typeface.load(find_mincho())
    except ConfigurationError as error:
        pytest.skip(str(error))


def facts_of(pdf: bytes) -> list[SheetFacts]:
    return [
        sheet(
            issue_number=str(tag.issue_number),
            order=tag.order,
            page=tag.page,
            pages=tag.pages,
            page_sha256=tag.sha256,
            text=tag.text,
        )
        for tag in read_pages(pdf)
    ]


def test_a_marked_certificate_still_says_whose_it_is_and_its_back_says_the_same(face: Typeface) -> None:
    for content in sample_contents(face).values():
        pdf = render([content], face).pdf
        facts = facts_of(pdf)
        marked = mark(pdf, facts, sealer(), profile())
        assert [tag.sha256 for tag in read_pages(marked, backs=True)] == [fact.page_sha256 for fact in facts]
        verdict = verify_image(picture(marked, 1, 200), [SITE], [CENTRE.public_key])
        assert (verdict.outcome, verdict.sheet) == (Outcome.PASSED, facts[0])


def test_a_full_sheet_with_the_image_of_an_official_seal_fits_its_back_and_another_seal_is_found(
    face: Typeface,
) -> None:
    town = load_profile(shipped_profile("993212"))
    full = next(iter(specimens(town, face, date(2026, 11, 26)))).content
    assert isinstance(full, CertificateContent)
    assert isinstance(full.official_seal, SealImage)
    pdf = render([full], face).pdf
    (tag,) = read_pages(pdf)
    (fact,) = facts_of(pdf)
    fact = replace(fact, front=tag.front)
    marked = mark(pdf, [fact], sealer(), profile())
    verdict = verify_image(picture(marked, 1, 200), [SITE], [CENTRE.public_key])
    assert (verdict.outcome, verdict.sheet) == (Outcome.PASSED, fact)
    mayors = render([replace(full, official_seal=town.seal_of(town.signatories[0]))], face).pdf
    genuine, exchanged = (
        compare(picture(front, 0, 200).convert("RGB"), fact, face) for front in (pdf, mayors)
    )
    assert genuine.outcome is Likeness.MATCHES
    # ink of the other seal lies beside the place of this one as well
    assert {place.row or place.kind.value for place in exchanged.differences} == {"公印", "added"}


def test_every_sheet_of_a_household_of_nine_fits_its_back_and_comes_back_from_it(face: Typeface) -> None:
    rows = family()
    *_, last = rows
    many = [
        replace(
            last,
            number=resident_number(numbered(77_100 + place)),
            name=f"見本　{kanji}左衛門",
            previous_address="架空県かくう市架空四丁目５番６号　" + "架空団地１２号棟" * 2,
            individual_number=None,
        )
        for place, kanji in enumerate("壱弐参肆伍")
    ]
    every = frozenset({OptionalItem.RELATION, OptionalItem.HONSEKI})
    application = Application(kind=CertificateKind.RESIDENT_RECORD, items=every)
    pdf = render([sample_content((*rows, *many), application, 9)], face).pdf
    facts = facts_of(pdf)
    assert [(fact.page, fact.pages) for fact in facts] == [(1, 3), (2, 3), (3, 3)]
    marked = mark(pdf, facts, sealer(), profile())
    for place, fact in enumerate(facts):
        verdict = verify_image(picture(marked, 2 * place + 1, 200), [SITE], [CENTRE.public_key])
        assert (verdict.outcome, verdict.sheet) == (Outcome.PASSED, fact)
