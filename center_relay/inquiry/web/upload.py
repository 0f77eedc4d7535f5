"""Files out of a request, straight into memory: no temporary file, no more than was allowed, no longer than was allowed."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, cast

from aiohttp import BodyPartReader, MultipartReader, StreamReader, web
from aiohttp.http_exceptions import HttpProcessingError

from center_relay.inquiry.web.troubles import SiteError, SiteTrouble

FIELD = "scan"
MOST_OF_A_NAME = 48
_FILES = frozenset({"application/pdf", "image/png", "image/jpeg", "image/tiff", "application/octet-stream"})
_CHUNK = 64 * 1024
_MOST_LINES = 400
"""Heads and boundaries of a form; one with twelve files has about sixty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """``file_bytes`` for one file, ``all_bytes`` together, ``seconds`` from the first byte to the last."""

    files: int
    file_bytes: int
    all_bytes: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """One file; ``name`` is for its owner's eye, on the answer's page and nowhere else."""

    data: bytes = field(repr=False)
    name: str = field(repr=False, default="")


def shown_name(name: str) -> str:
    """A file's name as a page may show it: without folders and without what cannot be seen or turns the line round."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\\\]", name)[-1])
    plain = "".join(letter for letter in last if letter.isprintable()).strip()
    if len(plain) <= MOST_OF_A_NAME:
        return plain
    return f"{plain[: MOST_OF_A_NAME - 17]}…{plain[-16:]}"


async def read_scans(request: web.Request, limits: UploadLimits) -> list[Handed]:
    """The files of a form (``multipart/form-data``, fields named ``scan``), or the body itself when it is one file.

    A file without bytes stays in the list: its owner is told so. Raises SiteError.
    """
    # aiohttp's own request.post() would put large parts into temporary files
    if (request.content_length or 0) > limits.all_bytes:
        raise SiteError(SiteTrouble.TOO_LARGE)
    if "Content-Encoding" in request.headers:
        # no browser packs what it sends, and what is packed is as large as whoever packed it likes
        raise SiteError(SiteTrouble.NOT_A_FORM)
    try:
        async with asyncio.timeout(limits.seconds):
            if request.content_type == "multipart/form-data":
                scans = await _parts(request, limits)
            elif request.content_type in _FILES:
                scans = [Handed(data=await _body(request, limits))]
            else:
                raise SiteError(SiteTrouble.NOT_A_FORM)
    except TimeoutError as error:
        raise SiteError(SiteTrouble.TOO_SLOW) from error
    except ConnectionError as error:
        raise SiteError(SiteTrouble.HUNG_UP) from error
    except (
        ValueError,
        AssertionError,
        RuntimeError,
        HttpProcessingError,
        web.HTTPException,
        web.RequestPayloadError,
    ) as error:
        # the parser's words for a form that is none
        raise SiteError(SiteTrouble.NOT_A_FORM) from error
    if not scans:
        raise SiteError(SiteTrouble.NO_FILE)
    return scans


async def _parts(request: web.Request, limits: UploadLimits) -> list[Handed]:
    scans: list[Handed] = []
    room = limits.all_bytes
    # what lies between the files is counted too: a million parts without a byte, or lines before the first, are no form
    content = cast(StreamReader, _FewLines(request.content))  # all that the reader asks of a stream
    async for part in MultipartReader(request.headers, content):
        if not isinstance(part, BodyPartReader):
            raise SiteError(SiteTrouble.NOT_A_FORM)
        data = bytearray()
        while chunk := await part.read_chunk(_CHUNK):
            data += chunk
            if len(data) > limits.file_bytes:
                raise SiteError(SiteTrouble.FILE_TOO_LARGE)
            if len(data) > room:
                raise SiteError(SiteTrouble.TOO_LARGE)
        room -= len(data)
        # a form sent without choosing a file still has one part, nameless and empty
        if part.name != FIELD or not (part.filename or data):
            continue
        if len(scans) == limits.files:
            raise SiteError(SiteTrouble.TOO_MANY_FILES)
        scans.append(Handed(data=bytes(data), name=shown_name(part.filename or "")))
    return scans


class _FewLines:
    """A body of which only so many lines are read; files are read in blocks. Raises SiteError."""

    def __init__(self, content: StreamReader) -> None:
        self._content = content
        self._left = _MOST_LINES

    async def readline(self, *, max_line_length: int | None = None) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise SiteError(SiteTrouble.NOT_A_FORM)
        return await self._content.readline(max_line_length=max_line_length)

    def __getattr__(self, name: str) -> Any:  # the rest is the body's own
        return getattr(self._content, name)


async def _body(request: web.Request, limits: UploadLimits) -> bytes:
    data = bytearray()
    async for chunk in request.content.iter_chunked(_CHUNK):
        data += chunk
        if len(data) > limits.file_bytes:
            raise SiteError(SiteTrouble.FILE_TOO_LARGE)
    return bytes(data)
