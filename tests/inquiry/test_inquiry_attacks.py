"""Attacks on the site: each is answered with one clear sentence in both languages, or closed, and nothing else stops."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import struct
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from center_relay.inquiry.settings import InquirySettings
from tests.inquiry.inquiry_world import JSON, RunningSite, as_file, back_file, running, scan, sheet_file


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


@pytest.mark.parametrize("trouble", FILES)
async def test_a_file_that_cannot_be_looked_at_says_why_and_the_others_are_answered(
    site: RunningSite, trouble: str
) -> None:
    answer = await site.ask(FILES[trouble](), back_file())
    assert [one["trouble"] for one in answer["loose"]] == [trouble]
    assert answer["sheets"][0]["outcome"] == "passed"
    for language in ("ja", "en"):
        page = await (await site.post(FILES[trouble](), accept="text/html", language=language)).text()
        words = {"ja": "個目のファイル", "en": "File 1"}[language]
        assert words in page


async def test_other_wrong_files_are_troubles_too(site: RunningSite) -> None:
    answer = await site.ask(huge_tiff(), b"%PDF-1.7\nnothing", b"\xff\xd8\xff\xe0 no picture")
    assert [one["trouble"] for one in answer["loose"]] == ["too-many-pixels", "damaged", "damaged"]


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


async def test_an_inquiry_that_takes_too_long_is_ended_and_the_next_one_is_answered(
    settings: InquirySettings,
) -> None:
    hours = as_file([scan(0)] * 12, "PDF")
    async with running(settings, examine_seconds=1.0, examiners=1) as site:
        answer = await site.post(hours)
        assert (answer.status, (await answer.json())["trouble"]) == (503, "took-too-long")
        assert (await site.sheet(back_file()))["outcome"] == "passed"


async def test_a_page_that_paints_without_end_costs_its_own_time_only(settings: InquirySettings) -> None:
    writer = PdfWriter()
    page = writer.add_blank_page(width=595, height=842)
    stream = DecodedStreamObject()
    stream.set_data(b"q 1 0 0 1 0 0 cm 0 0 500 800 re f Q\n" * 3_000_000)
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    out = io.BytesIO()
    writer.write(out)
    async with running(settings, examine_seconds=2.0, examiners=2) as site:
        slow, other = await asyncio.gather(site.post(out.getvalue()), site.ask(back_file()))
        assert slow.status in (200, 422, 503)
        assert other["sheets"][0]["outcome"] == "passed"


async def test_a_body_that_drips_is_ended(settings: InquirySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("center_relay.inquiry.compose.IDLE_SECONDS", 0.3)
    async with running(settings, upload_seconds=0.5) as site:

        async def dripping() -> object:
            yield b"--x\r\nContent-Disposition: form-data; name=scan; filename=a\r\n\r\n"
            while True:
                await asyncio.sleep(0.1)
                yield b"."

        answer = await site.client.post(
            f"{site.url}/inquiry",
            data=dripping(),
            headers={"Accept": JSON, "Content-Type": "multipart/form-data; boundary=x"},
        )
        assert (answer.status, (await answer.json())["trouble"]) == (408, "too-slow")


async def test_nothing_that_was_sent_is_written_to_a_disk(
    settings: InquirySettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The kernel tells of every file that is made in the folder for temporary ones."""
    made: list[str] = []
    real = os.open

    def watched(path: str, flags: int, *more: object, **other: object) -> int:
        if flags & os.O_CREAT:
            made.append(str(path))
        return real(path, flags, *more, **other)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", watched)
    monkeypatch.setattr(tempfile, "_os", os, raising=False)
    async with running(settings) as site:
        made.clear()
        await site.ask(sheet_file(), b"x" * 5_000_000)
    assert made == []


async def test_names_and_paths_lead_nowhere(site: RunningSite) -> None:
    for path in ("/../settings.py", "/site.css/", "/inquiry", "/texts/ja.toml", "/v1/../etc/passwd"):
        answer = await site.client.get(site.url + path, headers={"Accept": JSON})
        assert (answer.status, (await answer.json())["trouble"]) == (404, "not-found")


async def test_a_connection_that_sends_no_request_is_closed(
    settings: InquirySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("center_relay.inquiry.compose.IDLE_SECONDS", 0.3)
    import ssl

    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with running(settings) as site:
        host, port = site.url.removeprefix("https://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), ssl=context)
        writer.write(b"POST /inquiry HTTP/1.1\r\nHost: x\r\n")
        dripping = asyncio.create_task(_drip(writer))
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        dripping.cancel()
        with contextlib.suppress(asyncio.CancelledError, OSError):
            await dripping
        writer.close()


async def _drip(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"X-A: b\r\n")
        await asyncio.sleep(0.1)
