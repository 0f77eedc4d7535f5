"""The marks on the certificates of this system: every binding of a page survives the marking."""

from __future__ import annotations

import pytest

from anti_forgery.marking import mark
from anti_forgery.verification import Outcome, verify_image
from certificates.errors import ConfigurationError
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.reading import read_pages
from certificates.pdf.samples import sample_contents
from certificates.pdf.writing import render
from tests.anti_forgery.marks_world import CENTRE, SITE, picture, profile, sealer, sheet


def test_a_marked_certificate_still_says_whose_it_is_and_its_back_says_the_same() -> None:
    try:
        face = Typeface.load(find_mincho())
    except ConfigurationError as error:
        pytest.skip(str(error))
    for content in sample_contents(face).values():
        pdf = render([content], face).pdf
        tags = read_pages(pdf)
        facts = [
            sheet(
                issue_number=str(tag.issue_number),
                order=tag.order,
                page=tag.page,
                pages=tag.pages,
                page_sha256=tag.sha256,
                text=tag.text,
            )
            for tag in tags
        ]
        marked = mark(pdf, facts, sealer(), profile())
        assert [tag.sha256 for tag in read_pages(marked, backs=True)] == [tag.sha256 for tag in tags]
        verdict = verify_image(picture(marked, 1, 200), [SITE], [CENTRE.public_key])
        assert (verdict.outcome, verdict.sheet) == (Outcome.PASSED, facts[0])
