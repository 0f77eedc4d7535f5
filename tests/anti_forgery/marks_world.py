"""Builders for the tests of the marks: an invented sheet, keys that are always the same, a plain PDF to be marked."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from anti_forgery.keys import CentrePrivateKey, SitePrivateKey, Term
from anti_forgery.profile import PrinterProfile
from anti_forgery.sealed import BackSealer
from anti_forgery.sheet import SheetFacts

NOW = datetime(2026, 3, 27, 4, 5, 6, tzinfo=UTC)
TERM = Term(not_before=NOW - timedelta(days=1), not_after=NOW + timedelta(days=300))
SITE = SitePrivateKey(private=X25519PrivateKey.from_private_bytes(bytes(range(32))), term=TERM)
CENTRE = CentrePrivateKey(private=ec.derive_private_key(20260327, ec.SECP256R1()), term=TERM)
INQUIRY_SITE = "https://toiawase.example.jp/"
MINCHO = (
    Path("/usr/share/fonts/opentype/ipaexfont-mincho/ipaexm.ttf"),
    Path("/usr/share/fonts/truetype/ipamj/ipamjm.ttf"),
)
TEXT = "住民票\n" + "\n".join(
    f"氏名　見本　{name}　生年月日　昭和{year}年１月２日　性別　{sex}　続柄　{relation}\n"
    f"住民となった年月日　平成元年４月１日　届出日　令和２年１０月１８日　個人番号　【省略】"
    for name, year, sex, relation in (
        ("太郎", "55", "男", "世帯主"),
        ("花子", "57", "女", "妻"),
        ("一郎", "62", "男", "子"),
    )
)


def profile(*, coarse_to_fine: float = 1.0) -> PrinterProfile:
    font = next((path for path in MINCHO if path.is_file()), None)
    if font is None:
        pytest.skip("no Mincho font: apt-get install fonts-ipaexfont-mincho")
    return PrinterProfile(font=font, inquiry_site=INQUIRY_SITE, coarse_to_fine=coarse_to_fine)


def sheet(**changes: object) -> SheetFacts:
    plain = SheetFacts(
        issue_number="992011-0000001234-3",
        order="0123456789abcdef" * 2,
        page=1,
        pages=1,
        copy=1,
        municipality="992011",
        issued_at=NOW,
        register_sequence=123456,
        page_sha256="c0ffee0123456789" * 4,
        text=TEXT,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the test names real fields


def sheets(pages: int) -> list[SheetFacts]:
    return [sheet(page=page + 1, pages=pages) for page in range(pages)]


def sealer(seed: int = 1) -> BackSealer:
    return BackSealer(centre=CENTRE, site=SITE.public_key, random_bytes=random.Random(seed).randbytes)


def fronts(pages: int = 1, *, size: tuple[float, float] = A4, rotation: int = 0) -> bytes:
    """A file as a municipality might send it: black text and rules in the upper half of each page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size, invariant=1, pageCompression=1)
    for page in range(pages):
        canvas.setPageRotation(rotation)
        canvas.setFillColorCMYK(0, 0, 0, 1)
        canvas.setStrokeColorCMYK(0, 0, 0, 1)
        canvas.setFont("Courier", 11)
        for line in range(12):
            canvas.drawString(60, 760 - 24 * line, f"specimen page {page + 1} line {line + 1} 0123456789")
            canvas.line(50, 755 - 24 * line, 545, 755 - 24 * line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def picture(pdf: bytes, page: int, dpi: int) -> Image.Image:
    """Page ``page`` (from 0) as a laser printer and a perfect scanner would give it back."""
    with pypdfium2.PdfDocument(pdf) as document:
        drawn: Image.Image = document[page].render(scale=dpi / 72).to_pil()
        return drawn


def smooth(values: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Gaussian blur that continues over the edges, as the ground does; ``sigma`` in pixels."""
    y, x = np.fft.fftfreq(values.shape[0])[:, None], np.fft.rfftfreq(values.shape[1])[None, :]
    blurred = np.fft.irfft2(
        np.fft.rfft2(values) * np.exp(-2 * (np.pi * sigma) ** 2 * (x**2 + y**2)), values.shape
    )
    return np.asarray(blurred)
