"""The one place where the site's parts are put together."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import aiohttp

from anti_forgery.key_files import KeyFolder
from anti_forgery.key_watch import KeyWatch
from center_relay.adapters.municipality import open_client
from center_relay.inquiry.adapters.examiner import ExaminerLimits, ProcessExaminer
from center_relay.inquiry.adapters.memories import Keeping, open_memories, require_memories
from center_relay.inquiry.adapters.standings import CentreStandings, NoStandings
from center_relay.inquiry.examining.pictures import MAX_PAGES
from center_relay.inquiry.ports import Rate, Standings, Turns
from center_relay.inquiry.settings import MEGABYTE, InquirySettings
from center_relay.inquiry.usecases.inquire import Inquire
from center_relay.inquiry.web.application import Site, site_application
from center_relay.inquiry.web.page import Stated
from center_relay.inquiry.web.texts import load_texts
from center_relay.inquiry.web.upload import UploadLimits
from certificates.errors import ConfigurationError
from certificates.pdf.font_source import find_chain
from certificates.service.command import Listener
from certificates.service.tls import client_context, public_context
from certificates.version import VERSION

IDLE_SECONDS = 15.0
"""A connection that has not sent a whole head by then is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Everything that the settings name, read and checked, nothing opened yet."""

    tls: ssl.SSLContext | None
    line: ssl.SSLContext | None
    keys: KeyWatch = field(repr=False)
    secret: bytes = field(repr=False)
    fonts: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What answers inquiries, and who may ask how often."""

    inquire: Inquire
    turns: Turns


def now() -> datetime:
    return datetime.now(UTC)


def load(settings: InquirySettings) -> Loaded:
    """Raises ConfigurationError naming the setting or the file that is wrong."""
    require_memories(settings.recall, processes=settings.processes)
    return Loaded(
        tls=public_context(Path(settings.tls_certificate), Path(settings.tls_key))
        if settings.tls_certificate
        else None,
        line=None if settings.line is None else client_context(settings.line),
        keys=KeyWatch(settings.mark_keys, require=partial(_require_keys, settings.mark_keys)),
        secret=_secret(settings.secret),
        fonts=find_chain(settings.font, setting="KOFU_INQUIRY_FONT"),
    )


def check(settings: InquirySettings) -> None:
    load(settings)


@contextlib.asynccontextmanager
async def compose(settings: InquirySettings) -> AsyncIterator[Sequence[Listener]]:
    loaded = load(settings)
    async with opened(settings, loaded) as site:
        yield [
            Listener(
                name="inquiry",
                application=site_application(_site(settings, loaded, site)),
                host=settings.host,
                port=settings.port,
                tls=loaded.tls,
                idle_seconds=IDLE_SECONDS,
            )
        ]


@contextlib.asynccontextmanager
async def opened(settings: InquirySettings, loaded: Loaded) -> AsyncIterator[Opened]:
    """Memory, line and examiners are ready; closes everything in reverse order."""
    examiner = ProcessExaminer(
        loaded.fonts,
        ExaminerLimits(
            places=settings.examiners,
            patience=settings.patience_seconds,
            seconds=settings.examine_seconds,
            memory=settings.examiner_megabytes * MEGABYTE,
        ),
    )
    async with contextlib.AsyncExitStack() as stack:
        memories = await stack.enter_async_context(
            open_memories(settings.recall, processes=settings.processes, keeping=_keeping(settings))
        )
        standings: Standings = NoStandings()
        if loaded.line is not None:
            client = await stack.enter_async_context(open_client(aiohttp.TCPConnector(ssl=loaded.line)))
            standings = CentreStandings(
                client=client, centre=settings.centre.rstrip("/"), seconds=settings.call_seconds
            )
        await examiner.warm_up()
        inquire = Inquire(
            examiner=examiner,
            standings=standings,
            recall=memories.recall,
            keys=loaded.keys,
            secret=loaded.secret,
            clock=now,
        )
        yield Opened(inquire=inquire, turns=memories.turns)


def _keeping(settings: InquirySettings) -> Keeping:
    return Keeping(
        keep_for=settings.recall_life,
        rate=Rate(burst=settings.burst, per_minute=settings.per_minute, together=settings.together),
        seconds=settings.call_seconds,
        turn_life=settings.longest_inquiry,
    )


def _site(settings: InquirySettings, loaded: Loaded, site: Opened) -> Site:
    return Site(
        inquire=site.inquire,
        turns=site.turns,
        secret=loaded.secret,
        uploads=asyncio.Semaphore(settings.uploads),
        limits=UploadLimits(
            files=settings.files,
            file_bytes=settings.file_megabytes * MEGABYTE,
            all_bytes=settings.all_megabytes * MEGABYTE,
            seconds=settings.upload_seconds,
        ),
        stated=stated_by(settings),
        texts=load_texts(),
        proxies=settings.proxies,
        clock=now,
        version=VERSION,
    )


def stated_by(settings: InquirySettings) -> Stated:
    return Stated(
        files=settings.files,
        pages=MAX_PAGES,
        megabytes=settings.file_megabytes,
        total=settings.all_megabytes,
        days=settings.recall_days,
    )


def _require_keys(folder: Path, keys: KeyFolder) -> None:
    if not keys.site_private or not keys.centre_public:
        raise ConfigurationError(
            str(folder), "needs a private key of the inquiry site and a public key of the centre"
        )
    if keys.centre_private:
        raise ConfigurationError(
            str(folder), "holds a private key of the centre: who opens backs must not make them"
        )


def _secret(path: Path) -> bytes:
    """Raises ConfigurationError naming the file, never its content."""
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigurationError(str(path), "others may read this secret; chmod 600")
        secret = bytes.fromhex(path.read_text("ascii").strip())
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigurationError(
            str(path), "is not hexadecimal; make it with: openssl rand -hex 32"
        ) from error
    if len(secret) != 32:
        raise ConfigurationError(str(path), "must hold 32 bytes; make it with: openssl rand -hex 32")
    return secret
