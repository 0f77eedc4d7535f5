"""Reading and marking PDF files, in a thread, with the keys and the printer's calibration."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from anti_forgery.calibration.printer_file import measured, read_printer
from anti_forgery.data_keys import DataKeys
from anti_forgery.ground import design_of
from anti_forgery.key_watch import KeyWatch
from anti_forgery.keys import CentrePrivateKey, SitePublicKey
from anti_forgery.marking import mark, prepare
from anti_forgery.profile import PrinterProfile
from anti_forgery.sealed import BackSealer
from anti_forgery.sheet import SheetFacts
from center_relay.ports import Page, Sheet
from certificates.errors import (
    BindingError,
    ConfigurationError,
    InvalidValueError,
    UnavailableError,
    WireError,
)
from certificates.pdf.reading import read_pages

K = TypeVar("K", CentrePrivateKey, SitePublicKey)


class MarkedPaper:
    """Every key in ``keys`` may seal within its own term; the newest one that may does."""

    def __init__(self, keys: KeyWatch, profile: PrinterProfile, draw: Callable[[int], bytes]) -> None:
        self._keys = keys
        self._profile = profile
        self._draw = draw
        self._data_keys = DataKeys()

    async def pages(self, pdf: bytes) -> tuple[Page, ...]:
        return await asyncio.to_thread(_pages, pdf)

    async def mark(self, pdf: bytes, sheets: Sequence[Sheet]) -> bytes:
        return await asyncio.to_thread(self._mark, pdf, sheets)

    def _mark(self, pdf: bytes, sheets: Sequence[Sheet]) -> bytes:
        try:
            sealer = self.sealer(sheets[0].issued_at)
            return mark(pdf, [_facts(sheet) for sheet in sheets], sealer, self._profile)
        except (WireError, InvalidValueError) as error:
            # what cannot be marked could print something else than what was bound to the order
            raise BindingError(f"file: {error}") from error
        except ConfigurationError as error:
            raise UnavailableError("marks", str(error), outcome_known=False) from error

    def rehearse(self, moment: datetime) -> None:
        """Mark an empty sheet: loads the font, which takes a second, before the first resident waits for it.

        Raises ConfigurationError when the keys do not serve at ``moment`` or the font cannot be used.
        """
        file = BytesIO()
        canvas = Canvas(file, pagesize=A4, invariant=1)
        canvas.showPage()
        canvas.save()
        facts = SheetFacts(
            issue_number="-",
            order="0" * 32,
            page=1,
            pages=1,
            copy=1,
            municipality="000001",
            issued_at=moment,
            register_sequence=0,
            page_sha256="0" * 64,
            text="",
        )
        prepare(self._profile)
        mark(file.getvalue(), [facts], self.sealer(moment), self._profile)

    def sealer(self, moment: datetime) -> BackSealer:
        """Raises ConfigurationError when no key's term covers ``moment``."""
        keys = self._keys.current()
        centre = [key for key in keys.centre_private if key.term.covers(moment)]
        site = [key for key in keys.site_public if key.term.covers(moment)]
        if not centre or not site:
            raise ConfigurationError(
                "KOFU_CENTRE_MARK_KEYS",
                "needs a centre key and an inquiry site key whose terms cover the moment of issue",
            )
        return BackSealer(
            centre=_newest(centre),
            site=_newest(site),
            random_bytes=self._draw,
            data_keys=self._data_keys,
        )


def load_paper(
    keys: Path,
    *,
    font: Path,
    inquiry_site: str,
    coarse_to_fine: float,
    printer: Path | None,
    draw: Callable[[int], bytes],
) -> MarkedPaper:
    """``printer``: its measured profile, which goes before ``coarse_to_fine``.

    Raises ConfigurationError naming the setting or the file.
    """
    try:
        profile = PrinterProfile(font=font, inquiry_site=inquiry_site, coarse_to_fine=coarse_to_fine)
        if printer is not None:
            profile = measured(profile, read_printer(printer))
            design_of(profile)
    except InvalidValueError as error:
        raise ConfigurationError(f"KOFU_CENTRE_{error.field.upper()}", error.reason) from error
    return MarkedPaper(KeyWatch(keys), profile, draw)


def _pages(pdf: bytes) -> tuple[Page, ...]:
    try:
        tags = read_pages(pdf)
    except WireError as error:
        raise BindingError(f"file: {error}") from error
    return tuple(
        Page(
            order=tag.order,
            issue_number=str(tag.issue_number),
            page=tag.page,
            pages=tag.pages,
            sha256=bytes.fromhex(tag.sha256),
            text=tag.text,
            front=tag.front,
        )
        for tag in tags
    )


def _facts(sheet: Sheet) -> SheetFacts:
    return SheetFacts(
        issue_number=sheet.issue_number,
        order=sheet.order,
        page=sheet.page,
        pages=sheet.pages,
        copy=sheet.copy,
        municipality=sheet.municipality,
        issued_at=sheet.issued_at,
        register_sequence=sheet.register_sequence,
        page_sha256=sheet.sha256.hex(),
        text=sheet.text,
        front=sheet.front,
    )


def _newest(keys: Sequence[K]) -> K:
    return max(keys, key=lambda key: key.term.not_before)
