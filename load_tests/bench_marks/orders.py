"""What is marked: certificates of invented households of one page and of two, and the facts that go onto their backs."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import pairwise

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pypdf import PdfWriter

from anti_forgery.keys import CentrePrivateKey, SitePrivateKey, Term
from anti_forgery.profile import PrinterProfile
from anti_forgery.sealed import BackSealer
from anti_forgery.sheet import SheetFacts
from certificates.domain.content import CertificateContent
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.quick.repertoire import jis_x_0208
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.reading import read_pages
from load_tests.bench_pdf.sheets import contents

SECOND_PAGE = 2
"""Members beside the four of the first page."""
_MOMENT = datetime(2026, 11, 21, 3, tzinfo=UTC)
_TERM = Term(not_before=_MOMENT - timedelta(days=1), not_after=_MOMENT + timedelta(days=365))
_SITE = SitePrivateKey(private=X25519PrivateKey.generate(), term=_TERM)
_CENTRE = CentrePrivateKey(private=ec.generate_private_key(ec.SECP256R1()), term=_TERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One file as the municipality sends it, and its sheets."""

    pdf: bytes
    sheets: tuple[SheetFacts, ...]


def own_orders(count: int, pages: int) -> list[Order]:
    """Files of the quick writer, of ``pages`` (1 or 2) pages, all different."""
    writer = QuickWriter(Typeface.load(find_mincho()))
    writer.prepare(jis_x_0208())
    found = contents(count + 1)
    households = [_with_more(one, other) if pages > 1 else one for one, other in pairwise(found)]
    return [_order(writer.render([content]).pdf) for content in households]


def foreign_orders(count: int, pages: int) -> list[Order]:
    """The same written anew by pypdf, as the file of another builder would come."""
    orders = []
    for order in own_orders(count, pages):
        out = BytesIO()
        PdfWriter(clone_from=BytesIO(order.pdf)).write(out)
        orders.append(replace(order, pdf=out.getvalue()))
    return orders


def sealer() -> BackSealer:
    return BackSealer(centre=_CENTRE, site=_SITE.public_key, random_bytes=os.urandom)


def profile() -> PrinterProfile:
    return PrinterProfile(font=find_mincho(), inquiry_site="https://inquiry.example.lg.jp")


def site_key() -> SitePrivateKey:
    return _SITE


def centre_key() -> CentrePrivateKey:
    return _CENTRE


def _with_more(one: CertificateContent, other: CertificateContent) -> CertificateContent:
    return replace(one, blocks=(*one.blocks, *other.blocks[:SECOND_PAGE]))


def _order(pdf: bytes) -> Order:
    return Order(pdf=pdf, sheets=_facts(pdf))


def _facts(pdf: bytes) -> tuple[SheetFacts, ...]:
    return tuple(
        SheetFacts(
            issue_number=str(tag.issue_number),
            order=tag.order,
            page=tag.page,
            pages=tag.pages,
            copy=1,
            municipality="992011",
            issued_at=_MOMENT,
            register_sequence=123_456,
            page_sha256=tag.sha256,
            text=tag.text,
            front=tag.front,
        )
        for tag in read_pages(pdf)
    )
