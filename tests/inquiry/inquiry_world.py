"""A site on loopback with keys of its own, and sheets of an invented household to ask it about."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from anti_forgery.key_files import write_key
from anti_forgery.marking import mark
from anti_forgery.sheet import SheetFacts
from center_relay.inquiry.compose import compose
from center_relay.inquiry.settings import InquirySettings
from certificates.errors import ConfigurationError
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.reading import read_pages
from certificates.pdf.samples import sample_contents
from certificates.pdf.writing import render
from certificates.service.command import listening
from certificates.wire.jose import Party, Role
from load_tests.authority.transport import TransportAuthority
from load_tests.receiver import retouched
from tests.anti_forgery.marks_world import CENTRE, NOW, SITE, picture, profile, sealer

JSON = "application/json"
Document = dict[str, Any]  # an answer as a program reads it: JSON from outside


@cache
def typeface() -> Typeface:
    try:
        return Typeface.load(find_mincho())
    except ConfigurationError as error:
        pytest.skip(str(error))


@cache
def certificate(copy: int = 1) -> tuple[SheetFacts, bytes]:
    """The sheet of an invented household as it is sealed, and the file that is printed."""
    pdf = render([sample_contents(typeface())["household"]], typeface()).pdf
    (tag,) = read_pages(pdf)
    facts = SheetFacts(
        issue_number=str(tag.issue_number),
        order=tag.order,
        page=1,
        pages=1,
        copy=copy,
        municipality="992011",
        issued_at=NOW,
        register_sequence=123_456,
        page_sha256=tag.sha256,
        text=tag.text,
        front=tag.front,
    )
    return facts, mark(pdf, [facts], sealer(copy), profile())


@cache
def scan(side: int, *, copy: int = 1, dpi: int = 200) -> Image.Image:
    """Side 0 is the front, 1 the back."""
    return picture(certificate(copy)[1], side, dpi).convert("RGB")


def drawn_page(kind: str) -> Image.Image:
    """The front of another invented certificate, unmarked."""
    pdf = render([sample_contents(typeface())[kind]], typeface()).pdf
    return picture(pdf, 0, 200).convert("RGB")


@cache
def forged_file() -> bytes:
    """A front on which one figure of a date of birth was replaced by another."""
    return as_file(retouched(scan(0), certificate()[0].front, typeface()), "JPEG")


def as_file(pictures: Image.Image | Sequence[Image.Image], kind: str = "PNG") -> bytes:
    first, *more = [pictures] if isinstance(pictures, Image.Image) else pictures
    out = BytesIO()
    extra = {"save_all": True, "append_images": more} if more else {}
    first.save(out, kind, **({"resolution": 200.0} if kind == "PDF" else {}), **extra)
    return out.getvalue()


@cache
def front_file() -> bytes:
    return as_file(scan(0), "JPEG")


@cache
def back_file() -> bytes:
    return as_file(scan(1), "JPEG")


@cache
def sheet_file() -> bytes:
    """Both sides as a duplex scanner sends them."""
    return as_file([scan(0), scan(1)], "PDF")


@dataclass(slots=True, kw_only=True)
class RunningSite:
    url: str
    client: aiohttp.ClientSession = field(repr=False)

    async def post(self, *scans: bytes, language: str = "ja", accept: str = JSON) -> aiohttp.ClientResponse:
        form = aiohttp.FormData()
        for number, data in enumerate(scans):
            form.add_field(
                "scan", BytesIO(data), filename=f"{number}.bin", content_type="application/octet-stream"
            )
        response = await self.client.post(
            f"{self.url}/inquiry?lang={language}", data=form, headers={"Accept": accept}
        )
        await response.read()
        return response

    async def ask(self, *scans: bytes) -> Document:
        response = await self.post(*scans)
        assert response.status == 200, await response.text()
        answer: Document = await response.json()
        return answer

    async def sheet(self, *scans: bytes) -> Document:
        """The answer about the one back among ``scans``."""
        (sheet,) = (await self.ask(*scans))["sheets"]
        found: Document = sheet
        return found


def site_settings(folder: Path) -> InquirySettings:
    authority = TransportAuthority(folder / "tls", now=datetime.now(UTC))
    files = authority.tls_files(Party(role=Role.INQUIRY, name="site"))
    keys = folder / "keys"
    keys.mkdir()
    write_key(keys, SITE)
    write_key(keys, CENTRE.public_key)
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text("5e" * 32)
    return InquirySettings(
        tls_certificate=str(files.certificate),
        tls_key=str(files.key),
        mark_keys=keys,
        secret=secret,
        burst=1000,
        per_minute=1000,
        together=100,
    )


@contextlib.asynccontextmanager
async def running(settings: InquirySettings, **changes: object) -> AsyncIterator[RunningSite]:
    settings = replace(settings, **changes)  # type: ignore[arg-type]  # a test names settings
    async with contextlib.AsyncExitStack() as stack:
        listeners = await stack.enter_async_context(compose(settings))
        addresses = await stack.enter_async_context(listening(listeners))
        # whether the certificate is good is the browser's business; these tests are about what is said behind it
        client = await stack.enter_async_context(
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False))
        )
        yield RunningSite(url=addresses["inquiry"], client=client)


DAY = timedelta(days=1)
