"""Files out of a request, straight into memory: no temporary file, no more than was allowed, no longer than was allowed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from center_relay.inquiry.web.troubles import SiteError, SiteTrouble

FIELD = "scan"
_FILES = frozenset({"application/pdf", "image/png", "image/jpeg", "image/tiff", "application/octet-stream"})
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """``file_bytes`` for one file, ``all_bytes`` together, ``seconds`` from the first byte to the last."""

    files: int
    file_bytes: int
    all_bytes: int
    seconds: float


async def read_scans(request: web.Request, limits: UploadLimits) -> list[bytes]:
    """The files of a form (``multipart/form-data``, fields named ``scan``), or the body itself when it is one file.

    A file without bytes stays in the list: its owner is told so. Names of files are not read. Raises SiteError.
    """
    # aiohttp's own request.post() would put large parts into temporary files
    if (request.content_length or 0) > limits.all_bytes:
        raise SiteError(SiteTrouble.TOO_LARGE)
    try:
        async with asyncio.timeout(limits.seconds):
            if request.content_type == "multipart/form-data":
                scans = await _parts(request, limits)
            elif request.content_type in _FILES:
                scans = [await _body(request, limits)]
            else:
                raise SiteError(SiteTrouble.NOT_A_FORM)
    except TimeoutError as error:
        raise SiteError(SiteTrouble.TOO_SLOW) from error
    except (ValueError, AssertionError, web.HTTPException) as error:
        # the parser's words for a form that is none
        raise SiteError(SiteTrouble.NOT_A_FORM) from error
    if not scans:
        raise SiteError(SiteTrouble.NO_FILE)
    return scans


async def _parts(request: web.Request, limits: UploadLimits) -> list[bytes]:
    scans: list[bytes] = []
    room = limits.all_bytes
    async for part in await request.multipart():
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
        scans.append(bytes(data))
    return scans


async def _body(request: web.Request, limits: UploadLimits) -> bytes:
    data = bytearray()
    async for chunk in request.content.iter_chunked(_CHUNK):
        data += chunk
        if len(data) > limits.file_bytes:
            raise SiteError(SiteTrouble.FILE_TOO_LARGE)
    return bytes(data)
