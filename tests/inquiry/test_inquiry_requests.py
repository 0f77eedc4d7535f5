"""Requests that are none, or never end, and names of files: refused or closed, and nothing of them in a log."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import io
import json
import logging
import ssl
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp.http_exceptions import BadHttpMessage

from center_relay.inquiry.settings import InquirySettings
from center_relay.inquiry.web.upload import shown_name
from certificates.service.journal import JsonFormatter, NothingSent
from tests.inquiry.inquiry_world import JSON, RunningSite, running


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


async def test_names_and_paths_lead_nowhere(site: RunningSite) -> None:
    for path in ("/../settings.py", "/site.css/", "/inquiry", "/texts/ja.toml", "/v1/../etc/passwd"):
        answer = await site.client.get(site.url + path, headers={"Accept": JSON})
        assert (answer.status, (await answer.json())["trouble"]) == (404, "not-found")


async def test_a_connection_that_sends_no_request_is_closed(
    settings: InquirySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("center_relay.inquiry.compose.IDLE_SECONDS", 0.3)
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


HEAD = b"--x\r\nContent-Disposition: form-data; name=scan; filename=a\r\n"


async def _post(
    site: RunningSite, body: Callable[[], AsyncIterator[bytes]], **headers: str
) -> tuple[int, str]:
    """Sent in chunks, so that nothing announces how much it will be."""
    headers = {"Accept": JSON, "Content-Type": "multipart/form-data; boundary=x", **headers}
    async with site.client.post(f"{site.url}/inquiry", data=body(), headers=headers) as answer:
        return answer.status, (await answer.json())["trouble"]


def _without_end(first: bytes, then: bytes) -> Callable[[], AsyncIterator[bytes]]:
    async def body() -> AsyncIterator[bytes]:
        yield first
        while True:
            yield then

    return body


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (b"", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n" * 100),
        (b"", b"no boundary\r\n" * 1000),
        (HEAD, b"X-A: b\r\n" * 1000),
        (HEAD, b"b" * 10_000),
    ],
    ids=["parts", "before the first part", "head lines", "one head line"],
)
async def test_a_form_that_never_comes_to_a_file_is_no_form(
    site: RunningSite, first: bytes, then: bytes
) -> None:
    with contextlib.suppress(aiohttp.ClientConnectionError):  # the site may close before all was sent
        assert await _post(site, _without_end(first, then)) == (415, "not-a-form")
    assert (await site.ask(b"x"))["loose"][0]["trouble"] == "unknown-format"


async def test_what_is_packed_is_not_unpacked(site: RunningSite) -> None:
    packed = gzip.compress(bytes(5_000_000))

    async def body() -> AsyncIterator[bytes]:
        yield packed

    headers = {"Content-Encoding": "gzip", "Content-Type": "image/png"}
    assert await _post(site, body, **headers) == (415, "not-a-form")


def test_what_aiohttp_cannot_read_is_logged_without_sender_and_content() -> None:
    """Headers may hold anything, and a body that is no chunk is a piece of a scan."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(NothingSent())
    error = BadHttpMessage("b'Secret: token'")
    record = logging.getLogger("aiohttp.server").makeRecord(
        "aiohttp.server",
        logging.ERROR,
        __file__,
        1,
        "Error from %s",
        ("192.0.2.7",),
        (type(error), error, None),
    )
    handler.handle(record)
    line = json.loads(out.getvalue())
    assert (line["event"], line["fault"]) == ("request not served", "BadHttpMessage")
    assert not [word for word in ("Secret", "192.0.2.7") if word in out.getvalue()]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("scan.pdf", "scan.pdf"),
        ("..\\..\\etc/passwd", "passwd"),
        ("<img src=x>\r\n\x00.png", "<img src=x>.png"),
        ("gpj.\u202efdp.exe", "gpj.fdp.exe"),
        ("か\u3099.pdf", "が.pdf"),
        ("a" * 500 + "-page-3.pdf", "a" * 31 + "…aaaaa-page-3.pdf"),
        ("/", ""),
    ],
)
def test_a_name_of_a_file_is_shown_without_folders_and_tricks(name: str, shown: str) -> None:
    assert shown_name(name) == shown


async def test_a_name_of_a_file_is_words_on_the_page_and_nothing_in_json_or_log(
    site: RunningSite, caplog: pytest.LogCaptureFixture
) -> None:
    def named() -> aiohttp.FormData:
        form = aiohttp.FormData(quote_fields=False)  # as browsers do
        form.add_field("scan", b"x", filename="写し <b onclick=a()>.png", content_type="text/html")
        return form

    with caplog.at_level(logging.INFO):
        page = await site.client.post(f"{site.url}/inquiry?lang=en", data=named())
        told = await site.client.post(f"{site.url}/inquiry", data=named(), headers={"Accept": JSON})
    words = await page.text()
    assert "写し &lt;b onclick=a()&gt;.png, page 1" in words
    assert "<b onclick" not in words
    assert "onclick" not in await told.text()
    assert not [record for record in caplog.records if "onclick" in str(vars(record))]
