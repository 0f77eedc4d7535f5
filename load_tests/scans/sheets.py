"""Random sheets of invented residents: certificates of every form, their fronts on the ground, their sealed backs."""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from PIL import Image

from anti_forgery.keys import CentrePrivateKey, SitePrivateKey, Term
from anti_forgery.marking import mark
from anti_forgery.profile import PrinterProfile
from anti_forgery.sealed import BackSealer
from anti_forgery.sheet import SheetFacts
from certificates.domain.application import Application
from certificates.domain.content import CertificateContent, certificate_content
from certificates.domain.entitlement import Entitlement, Watermark
from certificates.domain.household import Household
from certificates.domain.identifiers import order_id
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind
from certificates.domain.kinds.table import KINDS
from certificates.domain.municipality import Municipality
from certificates.domain.resident import Resident
from certificates.domain.seal import SealRegistration
from certificates.errors import RefusedError
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.front import front_pdf
from certificates.pdf.imprint import draw_imprint
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.reading import read_pages
from certificates.profiles.reading import load_profile, shipped_profile
from load_tests.scans.pixels import Pixels, as_pixels
from load_tests.scans.qualities import Family
from sync.town import invent

DAY = date(2026, 11, 21)
ISSUED = datetime(2026, 11, 21, 3, 4, 5, tzinfo=UTC)
_TOWN = 3000
_TERM = Term(not_before=ISSUED - timedelta(days=30), not_after=ISSUED + timedelta(days=300))
_RESIDENT, _SEAL = CertificateKind.RESIDENT_RECORD, CertificateKind.SEAL_REGISTRATION
_STATED = CertificateKind.RESIDENT_ITEMS
_KINDS: Mapping[CertificateKind, int] = {_RESIDENT: 55, _SEAL: 35, _STATED: 10}
"""Of a hundred papers, about as kiosks hand them out."""
_FOREIGN, _CHOSEN, _EACH = 0.15, 0.3, 0.15
"""Shares: households with foreign residents (more than there are, so that there are enough), one chosen member, and a sheet
for each member of the household."""
_MUNICIPALITIES = ("992011", "981010", "993212")


@dataclass(frozen=True, slots=True)
class Keys:
    """Invented keys, the same in every run."""

    site: SitePrivateKey
    centre: CentrePrivateKey


def keys() -> Keys:
    return Keys(
        site=SitePrivateKey(private=X25519PrivateKey.from_private_bytes(bytes(range(32))), term=_TERM),
        centre=CentrePrivateKey(private=ec.derive_private_key(20261126, ec.SECP256R1()), term=_TERM),
    )


@cache
def typeface() -> Typeface:
    """Raises ConfigurationError when the font is not installed."""
    return Typeface.load(find_mincho())


@dataclass(frozen=True, slots=True)
class Paper:
    """One printed certificate: what is sealed on each of its sheets."""

    content: CertificateContent = field(repr=False)
    sheets: tuple[SheetFacts, ...] = field(repr=False)
    pdf: bytes = field(repr=False)


@lru_cache(maxsize=8)
def paper(seed: int) -> Paper:
    """The certificate of this number; the same number gives the same certificate."""
    dice = random.Random(seed)
    while True:
        try:
            content = _content(dice, seed)
            pdf = _writer().render([content]).pdf
            break
        except RefusedError:
            continue  # somebody whose certificate is refused, which is none of ours here
    sheets = tuple(
        SheetFacts(
            issue_number=str(page.issue_number),
            order=page.order,
            page=page.page,
            pages=page.pages,
            copy=1,
            municipality=content.municipality_code,
            issued_at=ISSUED,
            register_sequence=dice.randrange(10**6),
            page_sha256=page.sha256,
            text=page.text,
            front=page.front,
        )
        for page in read_pages(pdf)
    )
    return Paper(content, sheets, pdf)


def back(seed: int, dpi: int, family: Family) -> tuple[SheetFacts, Image.Image]:
    """The first sheet of a certificate and its printed back."""
    made = paper(seed)
    site = keys()
    sealer = BackSealer(
        centre=site.centre, site=site.site.public_key, random_bytes=random.Random(seed).randbytes
    )
    return made.sheets[0], rendered(mark(made.pdf, made.sheets, sealer, profile()), 1, dpi, family)


def front(drawing: str, dpi: int, family: Family) -> Image.Image:
    """A front on its ground, as a page in colour."""
    page, ground = drawn(drawing, dpi, family), _ground(dpi, family)
    printed = np.asarray(page if page.size == ground.shape[1::-1] else page.resize(ground.shape[1::-1]))
    return Image.fromarray(as_pixels(cv2.multiply(cv2.merge((printed,) * 3), ground, scale=1 / 255)))


def drawn(drawing: str, dpi: int, family: Family) -> Image.Image:
    """A front without its ground, in grey: nothing of it is coloured."""
    return rendered(front_pdf(drawing, typeface()), 0, dpi, family, grey=True)


@cache
def profile() -> PrinterProfile:
    return PrinterProfile(font=find_mincho(), inquiry_site="https://toiawase.example.jp/")


@cache
def _ground(dpi: int, family: Family) -> Pixels:
    """The ground of an empty front."""
    made = paper(1)
    site = keys()
    sealer = BackSealer(
        centre=site.centre, site=site.site.public_key, random_bytes=random.Random(1).randbytes
    )
    empty = front_pdf("q\nQ\n", typeface())
    return np.asarray(rendered(mark(empty, made.sheets[:1], sealer, profile()), 0, dpi, family))


def rendered(pdf: bytes, page: int, dpi: int, family: Family, *, grey: bool = False) -> Image.Image:
    """By pdfium for the models that programs are tuned on, by poppler and by cairo for the others."""
    if family is Family.TUNING:
        with pypdfium2.PdfDocument(pdf) as document:
            picture: Image.Image = document[page].render(scale=dpi / 72, grayscale=grey).to_pil()
            return picture if grey else picture.convert("RGB")
    program, ending = ("pdftoppm", "") if family is Family.HELD_OUT else ("pdftocairo", "-tiff")
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "-r", str(dpi), "-f", str(page + 1), "-l", str(page + 1), "-singlefile"]
        command += [option for option in (ending, "-gray" if grey else "") if option]
        subprocess.run([*command, "-", str(Path(folder) / "page")], input=pdf, check=True)
        (made,) = Path(folder).iterdir()
        with Image.open(made) as opened:
            return opened.convert("L" if grey else "RGB")


def _content(dice: random.Random, seed: int) -> CertificateContent:
    kind = dice.choices(list(_KINDS), list(_KINDS.values()))[0]
    members = dice.choice(_households(foreign=dice.random() < _FOREIGN))
    household = Household.of(members)
    holder = household.members[0]
    choice = dice.random() if KINDS[kind].members else 1.0
    named = (dice.choice(household.members).number,) if choice < _CHOSEN else None
    each = kind is _RESIDENT and _CHOSEN <= choice < _CHOSEN + _EACH
    offered = sorted(KINDS[kind].items, key=lambda item: item.value)
    items = frozenset(item for item in offered if dice.random() < 0.6) or frozenset(offered[:1])
    application = Application(kind=kind, members=named, items=items, individual=True if each else None)
    chosen = tuple(m for m in household.members if named is None or m.number in named)
    seal = _seal(holder, dice) if kind is _SEAL else None
    entitlement = Entitlement(
        application=application,
        holder=holder,
        household=household,
        subjects=chosen if seal is None else (holder,),
        seal=seal,
        watermark=Watermark(applied=1, known=1, heard_at=ISSUED),
    )
    municipality = _municipality(dice.choice(_MUNICIPALITIES))
    number = IssueNumber(municipality=municipality.code, serial=seed % 10**9 + 1)
    return certificate_content(
        entitlement, municipality, number, order_id(f"{dice.getrandbits(128):032x}"), DAY
    )


def _seal(holder: Resident, dice: random.Random) -> SealRegistration:
    return SealRegistration(
        resident=holder.number,
        history=1,
        registration_number=f"{dice.randrange(10**7):07d}",
        registered_on=date(2019, 6, 3),
        imprint=draw_imprint(
            holder.name.split("　")[0], typeface(), diameter_mm=round(dice.uniform(12.0, 18.0), 1)
        ),
    )


@cache
def _writer() -> QuickWriter:
    return QuickWriter(typeface())


@cache
def _municipality(code: str) -> Municipality:
    return load_profile(shipped_profile(code))


@cache
def _households(*, foreign: bool) -> Sequence[tuple[Resident, ...]]:
    found: dict[str, list[Resident]] = {}
    for row in invent(9, _TOWN).residents:
        if row.is_current:
            found.setdefault(row.household, []).append(row)
    return [tuple(rows) for rows in found.values() if foreign == any(row.foreign for row in rows)]
