"""The very file that a printer receives still separates: the hidden 「証」 and every other mark is in DeviceCMYK."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from anti_forgery.marking import mark
from kiosk_client.printing.job_watch import Patience
from kiosk_client.printing.ports import PrintResult
from kiosk_client.printing.schemes import open_printer
from load_tests.servers.printer import RunningPrinter
from tests.anti_forgery.marks_world import fronts, profile, sealer, sheets

OTHER_COLOURS = re.compile(rb"(?<![\w/.-])(?:rg|RG|g|G|cs|CS|sc|SC|scn|SCN|sh|ri)(?![\w])")


def drawn(page: DictionaryObject) -> list[bytes]:
    """Every content stream that a page draws with, those of its forms included; its images' dictionaries must be masks."""
    contents = page["/Contents"].get_object()
    found = [
        part.get_object().get_data() for part in (contents if isinstance(contents, list) else [contents])
    ]
    waiting = [page["/Resources"]]
    while waiting:
        for entry in waiting.pop().get("/XObject", {}).values():
            thing = entry.get_object()
            assert isinstance(thing, StreamObject)
            if thing["/Subtype"] == "/Form":
                found.append(thing.get_data())
                waiting.append(thing["/Resources"])
            else:
                assert thing["/ImageMask"] is not None
                assert "/ColorSpace" not in thing
    return found


def test_the_file_that_reaches_the_printer_keeps_its_inks(
    real_printer: RunningPrinter, output: Path, patience: Patience
) -> None:
    marked = mark(fronts(1), sheets(1), sealer(), profile())
    printer = open_printer(real_printer.url, patience)
    outcome = printer.print(memoryview(marked), job_name="inks", copies=1, duplex=True)
    assert outcome.result is PrintResult.PRINTED
    printed = output / "inks.pdf"
    assert printed.read_bytes() == marked
    with printed.open("rb") as file:
        front, back = PdfReader(file, strict=True).pages
        for streams in (drawn(front), drawn(back)):
            for stream in streams:
                assert not OTHER_COLOURS.search(re.sub(rb"\(.*?\)|<[0-9A-F]*>", b"", stream))
        inks = b"\n".join(drawn(back))
    for pair in (profile().hidden_mark, profile().hidden_surround):
        assert b" ".join(f"{ink:g}".encode() for ink in pair) + b" k" in inks
    assert b"/ICCBased" not in marked
    assert b"/DeviceRGB" not in marked


@pytest.mark.parametrize("operator", [b"1 0 0 rg", b"0 g", b"/CS0 cs", b"0 0 0 RG"])
def test_an_operator_of_another_colour_space_would_be_found(operator: bytes) -> None:
    assert OTHER_COLOURS.search(b"q " + operator + b" 0 0 9 9 re f Q")
