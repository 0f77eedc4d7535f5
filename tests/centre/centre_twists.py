"""Every way in which a municipality's answer can fail to belong to the order."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from certificates.domain.identifiers import MunicipalityCode, OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.wire.order import Order
from certificates.wire.transcript import HolderTag, TranscriptHash
from tests.centre.centre_municipality import Answer, PageFacts, pdf_of
from tests.centre.centre_values import MUNICIPALITY

Twist = Callable[[Answer, Order], Answer]


def stated(answer: Answer, **changes: object) -> Answer:
    return replace(answer, manifest=replace(answer.manifest, **changes))  # type: ignore[arg-type]  # by field name


def with_pages(answer: Answer, *pages: PageFacts, restate: bool = False) -> Answer:
    """Other pages in the file; with ``restate`` the manifest speaks of them, too."""
    changed = replace(answer, pages=pages).restated(pages)
    return stated(changed, pages=tuple(page.statement for page in pages)) if restate else changed


def elsewhere(original: PageFacts, /, **changes: object) -> PageFacts:
    return replace(original, **changes)  # type: ignore[arg-type]  # by field name


def number(serial: int) -> IssueNumber:
    return IssueNumber(municipality=MUNICIPALITY, serial=serial)


OTHER_ORDER = OrderId("d" * 32)
MISBEHAVIOURS: dict[str, Twist] = {
    "manifest of another order": lambda a, o: stated(a, order=OTHER_ORDER),
    "manifest of another visit": lambda a, o: stated(a, transcript=TranscriptHash(bytes(32))),
    "wrong holder tag": lambda a, o: stated(a, holder=HolderTag(bytes(32))),
    "manifest of another municipality": lambda a, o: stated(a, municipality=MunicipalityCode("011002")),
    "wrong digest of the file": lambda a, o: stated(a, sha256=bytes(32)),
    "wrong digest of a page": lambda a, o: stated(
        a, pages=(replace(a.manifest.pages[0], sha256=bytes(32)), *a.manifest.pages[1:])
    ),
    "a page of another order": lambda a, o: with_pages(
        a, elsewhere(a.pages[0], order=OTHER_ORDER), a.pages[1]
    ),
    "page 2 of another order, restated": lambda a, o: with_pages(
        a, a.pages[0], elsewhere(a.pages[1], order=OTHER_ORDER), restate=True
    ),
    "page 2 of another certificate": lambda a, o: with_pages(
        a, a.pages[0], elsewhere(a.pages[1], number=number(99), text="Somebody Else")
    ),
    "page 2 of another certificate, restated": lambda a, o: with_pages(
        a, a.pages[0], elsewhere(a.pages[1], number=number(99), text="Somebody Else"), restate=True
    ),
    "page 2 with another text": lambda a, o: with_pages(
        a, a.pages[0], elsewhere(a.pages[1], text="Somebody Else")
    ),
    "the same page twice": lambda a, o: with_pages(a, a.pages[0], a.pages[0]),
    "pages in the wrong order": lambda a, o: with_pages(a, a.pages[1], a.pages[0]),
    "an extra page": lambda a, o: with_pages(a, *a.pages, elsewhere(a.pages[1], text="Somebody Else")),
    "an extra page, restated": lambda a, o: with_pages(
        a, *a.pages, elsewhere(a.pages[1], page=3), restate=True
    ),
    "a page too few": lambda a, o: with_pages(a, a.pages[0]),
    "a page without its tag": lambda a, o: raw_file(a, pdf_of(a.pages).replace(b"/KofuPage", b"/OtherPage")),
    "no PDF at all": lambda a, o: raw_file(a, b"not a PDF"),
    "a file with a script": lambda a, o: raw_file(
        a,
        pdf_of(a.pages).replace(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Pages 2 0 R/OpenAction 9 0 R>>  ", 1),
    ),
    "somebody else's certificate, whole": lambda a, o: with_pages(
        a, *(elsewhere(page, order=OTHER_ORDER, number=number(99)) for page in a.pages)
    ),
}


def raw_file(answer: Answer, pdf: bytes) -> Answer:
    return replace(stated(answer, sha256=hashlib.sha256(pdf).digest()), pdf=pdf)
