"""A profile's specimens as files: PDF, a picture of each page, and a contact sheet to look at them all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pypdfium2

from certificates.domain.municipality import Municipality
from certificates.errors import InvalidValueError, KofuError
from certificates.pdf.fonts import Typeface
from certificates.pdf.quick.writer import QuickWriter
from certificates.preview.contact_sheet import Shown, contact_sheet
from certificates.preview.specimens import Specimen, specimens

_RESOLUTION = 120  # dots per inch of the pictures
Say = Callable[[str], None]


def write_preview(
    municipality: Municipality, face: Typeface, folder: Path, *, today: date, say: Say = lambda line: None
) -> tuple[Shown, ...]:
    """Everything into ``folder``, which is made; what could not be issued is on the contact sheet with its reason."""
    folder.mkdir(parents=True, exist_ok=True)
    writer = QuickWriter(face)
    shown = []
    for specimen in specimens(municipality, face, today):
        shown.append(_written(specimen, writer, folder))
        say(f"{shown[-1].specimen.name}: {shown[-1].refusal or f'{len(shown[-1].pictures)} page(s)'}")
    page = folder / "index.html"
    page.write_text(contact_sheet(municipality, shown, today), encoding="utf-8")
    say(str(page))
    return tuple(shown)


def refusals(municipality: Municipality, face: Typeface, *, today: date) -> tuple[str, ...]:
    """What could not be issued, in words: a title too long for the form, say, or nobody in office."""
    writer = QuickWriter(face)
    try:
        pressed = [(one, _pressed(one, writer)) for one in specimens(municipality, face, today)]
    except InvalidValueError as error:
        return (str(error),)
    return tuple(f"{one.ja} / {one.en}: {pdf}" for one, pdf in pressed if isinstance(pdf, KofuError))


def _pressed(specimen: Specimen, writer: QuickWriter) -> bytes | KofuError:
    if isinstance(specimen.content, KofuError):
        return specimen.content
    try:
        return writer.render([specimen.content]).pdf
    except KofuError as refusal:
        return refusal


def _written(specimen: Specimen, writer: QuickWriter, folder: Path) -> Shown:
    pdf = _pressed(specimen, writer)
    if isinstance(pdf, KofuError):
        return Shown(specimen=specimen, pictures=(), refusal=str(pdf))
    (folder / f"{specimen.name}.pdf").write_bytes(pdf)
    pictures = []
    with pypdfium2.PdfDocument(pdf) as document:
        for number, page in enumerate(document, 1):
            name = f"{specimen.name}-{number}.png"
            page.render(scale=_RESOLUTION / 72, grayscale=True).to_pil().save(folder / name, optimize=True)
            pictures.append(name)
    return Shown(specimen=specimen, pictures=tuple(pictures))
