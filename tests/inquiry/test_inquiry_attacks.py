"""Attacks on the site: each is answered with one clear sentence in both languages, or closed, and nothing else stops."""

from __future__ import annotations

import asyncio
import io
import multiprocessing
import os
import socket
import struct
import tempfile
import zlib
from collections.abc import Callable
from multiprocessing.connection import Connection

import pytest
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
)

from anti_forgery.scan_trouble import ScanError, ScanTrouble
from center_relay.inquiry.examining.child import Allowance, give_up_rights
from center_relay.inquiry.examining.pictures import MAX_PAGES, ScanFile
from center_relay.inquiry.settings import InquirySettings
from tests.inquiry.inquiry_world import JSON, RunningSite, as_file, back_file, running, sheet_file


def png_bomb() -> bytes:
    """A few bytes that say 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def long_pdf() -> bytes:
    writer = PdfWriter()
    for _ in range(1000):
        writer.add_blank_page(width=595, height=842)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.encrypt("secret", algorithm="AES-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def huge_tiff() -> bytes:
    """More pixels than are accepted, each the same."""
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "TIFF", compression="group4")
    return out.getvalue()


FILES: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "unknown-format": lambda: b"MZ\x90\0 a program",
    "heic": lambda: b"\0\0\0\x24ftypheic" + b"\0" * 64,
    "damaged": lambda: back_file()[:5000],
    "locked": locked_pdf,
    "too-many-pages": long_pdf,
    "too-many-pixels": png_bomb,
    "too-small": lambda: as_file(Image.new("L", (50, 50), 255)),
}


async def test_files_that_cannot_be_looked_at_say_why_and_the_sound_one_is_answered(
    settings: InquirySettings,
) -> None:
    async with running(settings, files=12) as site:
        bad = [make() for make in FILES.values()]
        answer = await site.ask(*bad, back_file())
        assert [one["trouble"] for one in answer["loose"]] == list(FILES)
        assert [one["place"]["file"] for one in answer["loose"]] == list(range(1, len(bad) + 1))
        assert answer["sheets"][0]["outcome"] == "passed"
        for language, words in (("ja", "（0バイト）"), ("en", "The PDF has a password")):
            page = await (await site.post(*bad, accept="text/html", language=language)).text()
            assert words in page
            assert page.count("<li><b>") == len(bad)


async def test_other_wrong_files_are_troubles_too(site: RunningSite) -> None:
    answer = await site.ask(huge_tiff(), b"%PDF-1.7\nnothing", b"\xff\xd8\xff\xe0 no picture")
    assert [one["trouble"] for one in answer["loose"]] == ["too-many-pixels", "damaged", "damaged"]


def long_tiff(frames: int) -> bytes:
    """One picture, named again and again."""
    tags = {256: 300, 257: 400, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 400, 279: 120_000}
    body = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    first, size = 8 + 120_000, 2 + len(body) + 4
    chain = (
        struct.pack("<H", len(tags))
        + body
        + struct.pack("<I", first + number * size if number < frames else 0)
        for number in range(1, frames + 1)
    )
    return b"II*\0" + struct.pack("<I", first) + b"\xff" * 120_000 + b"".join(chain)


def test_pictures_of_a_tiff_are_counted_only_as_far_as_they_are_accepted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ScanFile(long_tiff(3)).pages == 3
    sought: list[int] = []
    seek = TiffImageFile.seek

    def watched(self: TiffImageFile, frame: int) -> None:
        sought.append(frame)
        seek(self, frame)

    monkeypatch.setattr(TiffImageFile, "seek", watched)
    with pytest.raises(ScanError) as caught:
        ScanFile(long_tiff(2000))
    assert caught.value.trouble is ScanTrouble.TOO_MANY_PAGES
    assert sought == list(range(MAX_PAGES + 1))


async def test_too_much_at_once_is_refused_with_a_sentence(settings: InquirySettings) -> None:
    async with running(settings, files=2, file_megabytes=1, all_megabytes=2) as site:
        many = await site.post(b"1", b"2", b"3")
        one = await site.post(b"x" * 1_000_001)
        all_ = await site.post(b"x" * 2_000_001)
        none = await site.post()
        text = await site.client.post(
            f"{site.url}/inquiry", data=b"x", headers={"Accept": JSON, "Content-Type": "text/plain"}
        )
        broken = await site.client.post(
            f"{site.url}/inquiry",
            data=b"no boundary here",
            headers={"Accept": JSON, "Content-Type": "multipart/form-data; boundary=x"},
        )
        found = [
            (answer.status, (await answer.json())["trouble"])
            for answer in (many, one, all_, none, text, broken)
        ]
        assert found[:5] == [
            (413, "too-many-files"),
            (413, "file-too-large"),
            (413, "too-large"),
            (415, "not-a-form"),
            (415, "not-a-form"),
        ]
        assert found[5][1] in ("not-a-form", "no-file")
        told = await one.json()
        assert "1MB" in told["ja"]
        assert "1 MB" in told["en"]
        page = await (await site.post(b"x" * 1_000_001, accept="text/html", language="en")).text()
        assert "too large: at most 1 MB" in page


async def test_one_address_asks_only_so_often(settings: InquirySettings) -> None:
    async with running(settings, burst=2, per_minute=1) as site:
        answers = [await site.post(b"x") for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 200, 429]
        assert answers[2].headers["Retry-After"] == "60"
        assert (await answers[2].json())["trouble"] == "too-often"
        home = await site.client.get(site.url)
        assert home.status == 200


def laughing_pdf() -> bytes:
    """A page that paints a form of forms of forms: a few hundred bytes, a billion rectangles."""
    writer = PdfWriter()
    page = writer.add_blank_page(width=595, height=842)
    inner = b"0 0 500 800 re f\n"
    form: IndirectObject | None = None
    for _ in range(6):
        stream = DecodedStreamObject()
        stream.set_data(inner * 40)
        stream[NameObject("/Type")] = NameObject("/XObject")
        stream[NameObject("/Subtype")] = NameObject("/Form")
        stream[NameObject("/BBox")] = ArrayObject([NumberObject(n) for n in (0, 0, 595, 842)])
        if form is not None:
            stream[NameObject("/Resources")] = DictionaryObject(
                {NameObject("/XObject"): DictionaryObject({NameObject("/F"): form})}
            )
        form, inner = writer._add_object(stream), b"/F Do\n"
    assert form is not None
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/F"): form})}
    )
    content = DecodedStreamObject()
    content.set_data(b"/F Do\n")
    page[NameObject("/Contents")] = writer._add_object(content)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


async def test_a_page_that_paints_without_end_is_ended_and_costs_nobody_else_anything(
    settings: InquirySettings,
) -> None:
    short = {"examine_seconds": 3.0, "examiners": 1, "patience_seconds": 0.05}
    async with running(settings, examiner_megabytes=8000, **short) as site:  # time ends it, not its memory
        endless = asyncio.create_task(site.post(laughing_pdf()))
        await asyncio.sleep(0.5)
        assert (await site.client.get(site.url)).status == 200
        turned_away = await site.post(b"x")
        assert (turned_away.status, turned_away.headers["Retry-After"]) == (503, "20")
        assert (await turned_away.json())["trouble"] == "busy"
        answer = await endless
        assert (answer.status, (await answer.json())["trouble"]) == (503, "took-too-long")
        assert (await site.ask(b"x"))["loose"][0]["trouble"] == "unknown-format"


async def test_a_page_that_takes_memory_without_end_is_ended_too(settings: InquirySettings) -> None:
    async with running(settings, examiner_megabytes=400) as site:
        answer = await site.post(laughing_pdf())
        assert (answer.status, (await answer.json())["trouble"]) == (422, "gave-up")
        assert (await site.ask(b"x"))["loose"][0]["trouble"] == "unknown-format"


async def test_nothing_that_was_sent_is_written_to_a_disk(
    settings: InquirySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Temporary files are made by os.open; the examiners, which could not be watched, may open none at all."""
    made: list[str] = []
    real = os.open

    def watched(path: str, flags: int, *more: int, **other: int) -> int:
        if flags & os.O_CREAT or flags & os.O_TMPFILE == os.O_TMPFILE:
            made.append(str(path))
        return real(path, flags, *more, **other)

    monkeypatch.setattr(os, "open", watched)
    async with running(settings) as site:
        made.clear()
        await site.ask(sheet_file(), b"x" * 5_000_000)
        assert made == []
    tempfile.TemporaryFile().close()
    assert len(made) == 1  # what would have been seen


def _try_everything(answers: Connection) -> None:
    give_up_rights(Allowance(seconds=5, memory=200_000_000))
    tried: list[Callable[[], object]] = [
        lambda: open("/etc/hostname"),  # noqa: SIM115 - it must not open
        socket.socket,
        lambda: bytearray(2_000_000_000),
        os.pipe,
    ]
    refused = []
    for attempt in tried:
        try:
            attempt()
        except (OSError, MemoryError) as error:
            refused.append(type(error).__name__)
    answers.send_bytes(",".join(refused).encode())


def test_an_examiner_can_open_no_file_and_no_socket_and_has_counted_memory() -> None:
    mine, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=_try_everything, args=(theirs,))
    child.start()
    assert mine.recv_bytes() == b"OSError,OSError,MemoryError,OSError"
    child.join()
