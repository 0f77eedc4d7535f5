"""Files of other writers: pages in any position are printed where a viewer shows them, pixel for pixel under the marks."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from pypdf import PdfReader, PdfWriter, Transformation
from pypdf.generic import ArrayObject, FloatObject, NameObject, NumberObject

from anti_forgery.marking import mark
from certificates.errors import WireError
from tests.anti_forgery.marks_world import fronts, picture, profile, sealer, sheets

Pixels = NDArray[np.int16]


def changed(**entries: object) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(fronts(1)))
    page = writer.pages[0]
    for name, value in entries.items():
        if isinstance(value, tuple):
            page[NameObject(f"/{name}")] = ArrayObject([FloatObject(side) for side in value])
        else:
            page[NameObject(f"/{name}")] = value if isinstance(value, float) else NumberObject(value)  # type: ignore[assignment, arg-type]
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def moved(
    box: tuple[float, float, float, float], *, by: tuple[float, float], scale: float = 1.0, **entries: object
) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(fronts(1)))
    writer.pages[0].add_transformation(Transformation().translate(*by).scale(scale))
    out = io.BytesIO()
    writer.write(out)
    again = PdfWriter(clone_from=io.BytesIO(out.getvalue()))
    page = again.pages[0]
    for name, value in {"MediaBox": box, **entries}.items():
        page[NameObject(f"/{name}")] = (
            ArrayObject([FloatObject(side) for side in value])
            if isinstance(value, tuple)
            else FloatObject(value)
        )
    out = io.BytesIO()
    again.write(out)
    return out.getvalue()


def shown(pdf: bytes) -> Pixels:
    return np.asarray(picture(pdf, 0, 200)).astype(np.int16)


W, H = 595.2756, 841.8898
POSITIONS = {
    "turned upside down": changed(Rotate=180),
    "cropped out of a larger sheet": moved((-40, -60, W + 30, H + 50), by=(0, 0), CropBox=(0, 0, W, H)),
    "beside the origin": moved((100, 200, 100 + W, 200 + H), by=(100, 200)),
    "corners the wrong way round": changed(MediaBox=(W, H, 0, 0)),
}


@pytest.mark.parametrize("pdf", POSITIONS.values(), ids=POSITIONS)
def test_a_page_is_printed_where_a_viewer_shows_it(pdf: bytes) -> None:
    require_unchanged(shown(pdf), shown(mark(pdf, sheets(1), sealer(), profile())))


def test_a_page_in_another_unit_is_printed_in_its_size() -> None:
    pdf = moved((0, 0, W / 2, H / 2), by=(0, 0), scale=0.5, UserUnit=2.0)
    twice = np.asarray(picture(pdf, 0, 400)).astype(np.int16)  # pdfium leaves the unit to its caller
    require_unchanged(twice, shown(mark(pdf, sheets(1), sealer(), profile())))


@pytest.mark.parametrize("turn", [90, 270])
def test_a_page_that_is_shown_in_landscape_is_turned_onto_the_upright_sheet(turn: int) -> None:
    pdf = changed(Rotate=turn)
    require_unchanged(np.rot90(shown(pdf)), shown(mark(pdf, sheets(1), sealer(), profile())))


def require_unchanged(before: Pixels, after: Pixels) -> None:
    """Each pixel of ink is where it was, to a pixel, for a renderer rounds the sheet's size; the marks take no place of it."""
    assert before.shape == after.shape
    was, now = before.max(axis=2) < 100, after.max(axis=2) < 100
    assert was.sum() > 5_000
    assert not (was & ~near(now)).any()
    assert not (now & ~near(was)).any()


def near(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Ink and the pixels next to it."""
    grown = ink | np.roll(ink, 1, 0) | np.roll(ink, -1, 0)
    return np.asarray(grown | np.roll(grown, 1, 1) | np.roll(grown, -1, 1))


def test_a_moved_page_keeps_its_content_streams() -> None:
    pdf = POSITIONS["beside the origin"]
    marked = mark(pdf, sheets(1), sealer(), profile())
    assert marked.startswith(pdf)
    before = [part.get_object().get_data() for part in contents(pdf)]
    after = [part.get_object().get_data() for part in contents(marked)]
    assert after[2:-1] == before
    assert "/CropBox" not in PdfReader(io.BytesIO(marked)).pages[0]


def contents(pdf: bytes) -> ArrayObject:
    found = PdfReader(io.BytesIO(pdf)).pages[0]["/Contents"].get_object()
    return found if isinstance(found, ArrayObject) else ArrayObject([found])


@pytest.mark.parametrize("content", [b"Q 0 0 9 9 re f", b"q 0 0 9 9 re f", b"q " * 500 + b"Q " * 500])
def test_content_that_would_leave_its_place_is_refused(content: bytes) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(changed(Rotate=180)))
    stream = writer.pages[0].get_contents()
    assert stream is not None
    stream.set_data(content)
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(WireError, match="restore"):
        mark(out.getvalue(), sheets(1), sealer(), profile())


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"MediaBox": (0.0, 0.0, 516.0, 729.0)}, "never scaled"),
        ({"CropBox": (0.0, 0.0, 300.0, 400.0)}, "never scaled"),
        ({"Rotate": 45}, "quarter turns"),
        ({"UserUnit": 1000}, "out of range"),
    ],
)
def test_what_cannot_be_brought_onto_a4_is_refused_with_the_reason(
    entries: dict[str, object], reason: str
) -> None:
    with pytest.raises(WireError, match=reason):
        mark(changed(**entries), sheets(1), sealer(), profile())


def test_an_encrypted_file_a_form_and_a_signature_are_refused_with_the_reason() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(fronts(1)))
    writer.encrypt("", "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(WireError, match="without a password"):
        mark(out.getvalue(), sheets(1), sealer(), profile())
    for form, reason in ((b"<</Fields[]/SigFlags 3>>", "unsigned"), (b"<</Fields[]>>", "flattened")):
        pdf = fronts(1)
        plain = PdfWriter(clone_from=io.BytesIO(pdf))
        out = io.BytesIO()
        plain.write(out)
        text = out.getvalue().replace(b"/Type /Catalog", b"/Type /Catalog /AcroForm " + form, 1)
        fixed = PdfWriter(clone_from=io.BytesIO(text))
        out = io.BytesIO()
        fixed.write(out)
        with pytest.raises(WireError, match=reason):
            mark(out.getvalue(), sheets(1), sealer(), profile())
