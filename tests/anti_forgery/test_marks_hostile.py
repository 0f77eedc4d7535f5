"""Files from outside that are not what they should be: a typed error, never a crash, never a hang, never a wrong mark."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import tempfile
import zlib
from contextlib import suppress
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from reportlab.pdfgen.canvas import Canvas

from anti_forgery.foreign_page import MAX_STREAMS, written
from anti_forgery.marking import mark
from anti_forgery.source import MAX_CONTENT, MAX_FILE
from certificates.errors import BindingError, WireError
from certificates.problems import ProblemCode
from load_tests.fuzz_marks.seeds import assembled
from tests.anti_forgery.marks_world import fronts, profile, sealer, sheets


def marked(pdf: bytes, pages: int = 1) -> bytes:
    return mark(pdf, sheets(pages), sealer(), profile())


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(data), data)


PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.28 841.89]/Resources<<>>/Contents 4 0 R>>"
PLAIN = {
    1: b"<</Type/Catalog/Pages 2 0 R>>",
    2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    3: PAGE,
    4: stream(b"0 0 0 1 k 50 50 100 100 re f"),
}


def changed(**objects: bytes) -> bytes:
    return assembled(PLAIN | {int(name[1:]): body for name, body in objects.items()})


def test_the_plain_file_that_the_others_differ_from_is_marked() -> None:
    assert len(PdfReader(io.BytesIO(marked(assembled(PLAIN)))).pages) == 2


@pytest.mark.parametrize(
    "pdf",
    [
        b"",
        b"%PDF-",
        b"%PDF-1.7\n%%EOF",
        b"%PDF-1.7\nstartxref\n0\n%%EOF",
        b"%PDF-1.7\nstartxref\n99999\n%%EOF",
        b"%PDF-1.7\nstartxref\n-1\n%%EOF",
        b"%PDF-1.7\n" + b"[" * 100_000,
        b"\x89PNG\r\n\x1a\n",
        b" " + assembled(PLAIN),
        b"%PDF-1.7\n" + random.Random(1).randbytes(4000),
    ],
)
def test_what_is_no_pdf_is_refused(pdf: bytes) -> None:
    with pytest.raises(WireError):
        marked(pdf)


@pytest.mark.parametrize(
    "objects",
    [
        {"_1": b"<</Type/Catalog>>"},
        {"_1": b"<</Type/Catalog/Pages<</Type/Pages/Kids[3 0 R]/Count 1>>>>"},
        {"_1": b"<</Type/Catalog/Pages 9 0 R>>"},
        {"_1": b"[]"},
        {"_1": b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>"},
        {"_1": b"<</Type/Catalog/Pages 2 0 R/AcroForm<<>>>>"},
        {"_1": b"<</Type/Catalog/Pages 2 0 R/OCProperties<<>>>>"},
        {"_2": b"<</Type/Pages/Kids 3/Count 1>>"},
        {"_2": b"<</Type/Pages/Kids[2 0 R]/Count 1>>"},
        {"_2": b"<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>"},
        {"_2": b"<</Type/Pages/Kids[7]/Count 1>>"},
        {"_2": b"<</Type/Book/Kids[3 0 R]/Count 1>>"},
        {"_3": PAGE.replace(b"595.28 841.89", b"612 792")},
        {"_3": PAGE.replace(b"[0 0 595", b"[9 9 595")},
        {"_3": PAGE.replace(b"[0 0 595.28 841.89]", b"[0 0 420.94 595.28]")},
        {"_1": b"<</Type/Catalog/Pages 2 0 R/Perms<<>>>>"},
        {"_1": b"<</Type/Catalog/Pages 2 0 R/Collection<<>>>>"},
        {"_1": b"<</Type/Catalog/Pages 2 0 R/Names<</JavaScript<<>>>>>>"},
        {"_1": b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<<>>>>>>"},
        {"_3": PAGE.replace(b"[0 0 595.28 841.89]", b"[0 0 595.28]")},
        {"_3": PAGE.replace(b"[0 0 595.28 841.89]", b"[0 0/A 841.89]")},
        {"_3": PAGE.replace(b"/MediaBox[0 0 595.28 841.89]", b"")},
        {"_3": PAGE.replace(b"/Resources<<>>", b"")},
        {"_3": PAGE.replace(b"/Resources<<>>", b"/Resources 4 0 R/CropBox[0 0 100 100]")},
        {"_3": PAGE.replace(b"/Resources<<>>", b"/Resources[]")},
        {"_3": PAGE.replace(b"/Resources<<>>", b"/Resources<</XObject 7>>")},
        {"_3": PAGE.replace(b"/Resources<<>>", b"/Resources<</XObject 9 0 R>>")},
        {"_3": PAGE.replace(b"/Resources<<>>", b"/Resources<</XObject 5 0 R>>"), "_5": b"<</A"},
        {"_3": PAGE.replace(b"/Resources", b"/Rotate 45/Resources")},
        {"_3": PAGE.replace(b"/Resources", b"/UserUnit 2/Resources")},
        {"_3": PAGE.replace(b"/Resources", b"/Annots[]/Resources")},
        {"_3": PAGE.replace(b"/Resources", b"/Group<</S/Transparency/CS/DeviceRGB>>/Resources")},
        {"_3": PAGE.replace(b"/Contents 4 0 R", b"")},
        {"_3": PAGE.replace(b"/Contents 4 0 R", b"/Contents 2 0 R")},
        {"_3": PAGE.replace(b"/Contents 4 0 R", b"/Contents[2 0 R]")},
        {"_3": PAGE.replace(b"/Contents 4 0 R", b"/Contents[]")},
        {"_3": PAGE.replace(b"/Contents 4 0 R", b"/Contents[" + b"4 0 R " * (MAX_STREAMS + 1) + b"]")},
        {"_4": stream(b"")},
        {"_4": stream(b"not deflated", b"/Filter/FlateDecode")},
        {"_4": stream(b"x", b"/Filter/NoSuchFilter")},
    ],
    ids=lambda objects: next(iter(objects.values()))[-60:].decode("latin-1"),
)
def test_a_document_that_is_not_plain_a4_is_refused(objects: dict[str, bytes]) -> None:
    with pytest.raises(WireError):
        marked(changed(**objects))


def test_a_page_group_in_cmyk_is_no_obstacle() -> None:
    group = PAGE.replace(b"/Resources", b"/Group<</S/Transparency/CS/DeviceCMYK>>/Resources")
    assert marked(changed(_3=group))


def test_a_tree_without_pages_stops_the_line() -> None:
    with pytest.raises(BindingError, match="0 pages"):
        marked(changed(_2=b"<</Type/Pages/Kids[]/Count 0>>"))


def test_the_count_that_the_tree_claims_is_not_believed() -> None:
    assert marked(changed(_2=b"<</Type/Pages/Kids[3 0 R]/Count 1000000>>"))


def test_a_tree_of_empty_nodes_is_not_walked_to_its_end() -> None:
    wide = {5 + i: b"<</Type/Pages/Kids[]/Count 0>>" for i in range(3000)}
    kids = b" ".join(b"%d 0 R" % number for number in wide)
    with pytest.raises(WireError, match="more nodes"):
        marked(assembled(PLAIN | wide | {2: b"<</Type/Pages/Kids[%b 3 0 R]/Count 1>>" % kids}))
    deep = {5 + i: b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (6 + i) for i in range(100)}
    with pytest.raises(WireError, match="tree of objects"):
        marked(assembled(PLAIN | deep | {2: b"<</Type/Pages/Kids[5 0 R]/Count 1>>", 105: PAGE}))


def test_more_pages_than_sheets_are_noticed_without_reading_them_all() -> None:
    with pytest.raises(BindingError, match="2 pages"):
        marked(fronts(30))


def test_an_object_number_beyond_the_size_is_refused() -> None:
    good = assembled(PLAIN)
    for size in (b"/Size 3 ", b"/Size 999999999 ", b"/Size/A "):
        with pytest.raises(WireError):
            marked(good.replace(b"/Size 5 ", size))


def test_an_encrypted_file_is_refused() -> None:
    writer = PdfWriter(clone_from=io.BytesIO(fronts(1)))
    writer.encrypt("", "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(WireError, match="encrypted"):
        marked(out.getvalue())


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(WireError) as caught:
        marked(b"%PDF-" + bytes(MAX_FILE))
    assert caught.value.code is ProblemCode.BODY_TOO_LARGE


def bomb(size: int) -> bytes:
    deflate = zlib.compressobj(9)
    block = b" " * 1_000_000
    parts = [deflate.compress(block) for _ in range(size // len(block) + 1)]
    return b"".join([*parts, deflate.flush()])


def test_a_content_stream_that_unfolds_without_measure_is_refused() -> None:
    for size in (MAX_CONTENT, 200_000_000):
        with pytest.raises(WireError):
            marked(changed(_4=stream(bomb(size), b"/Filter/FlateDecode")))
    part = stream(bomb(MAX_CONTENT // 2), b"/Filter/FlateDecode")
    with pytest.raises(WireError, match="too large"):
        marked(changed(_3=PAGE.replace(b"/Contents 4 0 R", b"/Contents[4 0 R 5 0 R]"), _4=part, _5=part))


def test_a_cross_reference_stream_that_claims_a_billion_objects_is_refused() -> None:
    rows = bomb(30_000_000)
    entries = b"/Type/XRef/W[1 2 0]/Index[0 1000000000]/Size 1000000000/Root 1 0 R/Filter/FlateDecode"
    body = b"%PDF-1.7\n1 0 obj\n" + stream(rows, entries) + b"\nendobj\nstartxref\n9\n%%EOF\n"
    with pytest.raises(WireError):
        marked(body)


def test_a_chain_of_cross_references_that_bites_its_tail_ends() -> None:
    good = assembled(PLAIN)
    position = good.rindex(b"xref\n0 1")
    looped = good.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % position)
    with suppress(WireError):
        assert marked(looped).startswith(looped)


@cache
def seeds() -> tuple[bytes, ...]:
    """Small files in both forms of the cross-reference."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595.28, 841.89), invariant=1)
    canvas.rect(50, 50, 100, 100)
    canvas.save()
    plain = [out.getvalue(), assembled(PLAIN)]
    if shutil.which("qpdf") is not None:
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(plain[0])
            file.flush()
            command = ["qpdf", "--object-streams=generate", "--deterministic-id", file.name, "-"]
            plain.append(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)
    return tuple(plain)


@given(st.data())
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_file_is_marked_whole_or_refused(data: st.DataObject) -> None:
    pdf = bytearray(data.draw(st.sampled_from(seeds())))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, max(0, len(pdf) - 1)))
        match data.draw(st.sampled_from(("set", "cut", "repeat", "digit", "end"))):
            case "set":
                pdf[place : place + 1] = data.draw(st.binary(min_size=1, max_size=2))
            case "cut":
                del pdf[place : place + data.draw(st.integers(1, 40))]
            case "repeat":
                pdf[place:place] = pdf[place : place + data.draw(st.integers(1, 60))]
            case "digit":
                digits = [at for at, byte in enumerate(pdf) if 48 <= byte <= 57]
                if digits:
                    pdf[digits[place % len(digits)]] = data.draw(st.integers(48, 57))
            case _:
                del pdf[place:]
    try:
        out = marked(bytes(pdf))
    except (WireError, BindingError):
        return
    assert out.startswith(bytes(pdf))
    assert out.endswith(b"%%EOF\n")


WORDS = (
    NumberObject(7),
    FloatObject(1.5),
    NameObject("/X"),
    TextStringObject("x"),
    ArrayObject(),
    DictionaryObject(),
)


@given(
    st.sampled_from(sorted(("/MediaBox", "/Resources", "/Contents", "/Type", "/Parent", "/Rotate"))),
    st.sampled_from(WORDS),
)
@settings(deadline=None)
def test_an_entry_of_the_wrong_kind_is_refused_or_does_not_matter(entry: str, value: object) -> None:
    writer = PdfWriter(clone_from=io.BytesIO(fronts(1)))
    writer.pages[0][NameObject(entry)] = value  # type: ignore[assignment]  # one of WORDS
    out = io.BytesIO()
    writer.write(out)
    with suppress(WireError, BindingError):
        assert marked(out.getvalue()).startswith(out.getvalue())


def test_an_object_that_can_be_read_but_not_written_is_refused() -> None:
    with pytest.raises(WireError, match="written"):
        written(NameObject("/\ud800"))
