"""Putting the issuance server together: which adapter runs is decided here and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.clock import JST
from certificates.domain.identifiers import MunicipalityCode
from certificates.domain.municipality import Municipality
from certificates.errors import ConfigurationError
from certificates.pdf.fonts import Typeface, find_chain
from certificates.pdf.glyph_gate import undrawable
from certificates.pdf.quick.writer import QuickWriter
from certificates.profiles.reading import load_profile
from certificates.service.command import Composed, Listener
from certificates.service.keyring import load_signing_key, load_trusted_keys
from certificates.service.tls import server_context
from certificates.version import VERSION
from certificates.wire.jose import SigningKey
from issuance_server.adapters.press import open_press, ready_writer
from issuance_server.adapters.register import StoredRegister
from issuance_server.adapters.sql.chain import Chain
from issuance_server.adapters.sql.desk import keeping_desk
from issuance_server.adapters.sql.group_commit import GroupCommit
from issuance_server.adapters.sql.ledger import SqlLedger
from issuance_server.adapters.sql.line import SqlLine
from issuance_server.adapters.sql.schema import migrate, require_head
from issuance_server.adapters.sql.series import SqlSeries, begin_series
from issuance_server.adapters.sql.withdrawals import SqlWithdrawals
from issuance_server.desk import DeskTally
from issuance_server.feed_status import FeedWatch
from issuance_server.receiving import receiving
from issuance_server.reconciling import placing, reconciling
from issuance_server.settings import DATABASE, FONT, REGISTRY, Settings
from issuance_server.usecases.ask import Ask, AskNobody, AskRegistry
from issuance_server.usecases.close import Close
from issuance_server.usecases.gate import Gate
from issuance_server.usecases.inquire import Inquire
from issuance_server.usecases.issue import Issue
from issuance_server.usecases.look import Look
from issuance_server.usecases.numbers import BlockNumbers
from issuance_server.usecases.tell import Tell
from issuance_server.web.application import application
from issuance_server.web.centre_line import CentreLine
from sync.copy.database import open_database
from sync.copy.register import RegisterCopy
from sync.feed.streams import require_feed
from sync.original.http import HttpOriginal, open_original

_log = logging.getLogger(__name__)
LISTENER = "issuance-server"
_POOL, _LEAST_POOL = 16, 4  # database connections


def now() -> datetime:
    return datetime.now(UTC)


def check(settings: Settings) -> None:
    """Look at everything the settings name without opening a connection. Raises ConfigurationError."""
    load_municipality(settings)
    load_signing_key(settings.signing_key)
    load_trusted_keys(settings.trusted_keys)
    server_context(settings.tls)
    find_chain(settings.font, setting=FONT)
    require_feed(settings.feed)
    _require_shared_database(settings)


def load_municipality(settings: Settings, face: Typeface | None = None) -> Municipality:
    """With ``face`` every word of the profile must have glyphs. Raises ProfileError with all that is wrong."""
    return load_profile(settings.profile, undrawable=None if face is None else undrawable(face))


def _require_shared_database(settings: Settings) -> None:
    """What several processes do for one municipality must meet in one database (Takamatsu, 2024)."""
    try:
        url = make_url(settings.database)
    except ArgumentError as error:
        raise ConfigurationError(DATABASE, "is not a database URL") from error
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        reason = "SQLite in memory is seen by one connection alone and forgets issued numbers; give a file"
        if settings.all_processes > 1:
            reason = (
                f"{settings.all_processes} processes are declared, and SQLite in memory cannot be shared: each would "
                "issue its own numbers; give a file or PostgreSQL"
            )
        raise ConfigurationError(DATABASE, reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The opened database and what is written into it."""

    engine: AsyncEngine
    municipality: Municipality
    key: SigningKey
    ledger: SqlLedger
    withdrawals: SqlWithdrawals
    line: SqlLine
    series: SqlSeries


@contextlib.asynccontextmanager
async def open_copy(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The database, connected to when first used."""
    _require_shared_database(settings)
    try:
        # what one process may have open is shared by the workers
        engine = open_database(settings.database, pool_size=max(_LEAST_POOL, _POOL // settings.workers))
    except ConfigurationError as error:
        raise ConfigurationError(DATABASE, error.reason) from error
    try:
        yield engine
    finally:
        await engine.dispose()


async def begin_books(settings: Settings, engine: AsyncEngine, code: MunicipalityCode) -> None:
    """The schema of this version and the series of numbers: once, however many processes work with them."""
    sqlite = engine.dialect.name == "sqlite"
    if settings.auto_migrate == "yes" or (settings.auto_migrate == "" and sqlite):
        await migrate(engine)
    await require_head(engine, DATABASE)
    await begin_series(engine, code)


@contextlib.asynccontextmanager
async def open_books(settings: Settings, *, begun: bool = False) -> AsyncIterator[Books]:
    """The database at this version's schema, with the ledger running; ``begun``: it is known to be there."""
    municipality = load_municipality(settings)
    key = load_signing_key(settings.signing_key)
    async with contextlib.AsyncExitStack() as stack:
        engine = await stack.enter_async_context(open_copy(settings))
        if not begun:
            await begin_books(settings, engine, municipality.code)
        writer = f"{socket.gethostname()[:80]}:{os.getpid()}"
        commits = GroupCommit(engine, Chain(municipality.code, key, writer, now))
        await stack.enter_async_context(commits.running())
        yield Books(
            engine=engine,
            municipality=municipality,
            key=key,
            ledger=SqlLedger(engine, commits, municipality.code),
            withdrawals=SqlWithdrawals(engine, commits, municipality.code),
            line=SqlLine(engine, commits),
            series=SqlSeries(commits, municipality.code),
        )


@contextlib.asynccontextmanager
async def open_registry(settings: Settings) -> AsyncIterator[HttpOriginal]:
    """The registry, to be asked; connected to when first used. Raises ConfigurationError when none is named."""
    if not settings.registry:
        raise ConfigurationError(REGISTRY, "is empty: name the registry's address")
    async with open_original(
        settings.registry,
        load_municipality(settings).code,
        settings.tls,
        load_trusted_keys(settings.trusted_keys),
        position_seconds=settings.registry_timeout,
    ) as original:
        yield original


def feed_watch(settings: Settings, engine: AsyncEngine, municipality: Municipality) -> FeedWatch:
    """How the feed and the registry's desk stand."""
    alive = settings.registry_alive if settings.registry else None
    return FeedWatch(engine, municipality, now, alive)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What worker processes share, made before they are forked."""

    face: Typeface
    writer: QuickWriter


def prepare_workers(settings: Settings) -> Callable[[int], Composed]:
    """Load the typeface, the characters and the forms once; see ``certificates.service.command.Workers``."""
    face = Typeface.load(find_chain(settings.font, setting=FONT))
    municipality = load_municipality(settings, face)
    asyncio.run(_begin(settings, municipality.code))
    shared = Shared(face=face, writer=ready_writer(face, municipality, now().astimezone(JST).date()))
    return lambda number: compose(settings, shared=shared, number=number)


async def _begin(settings: Settings, code: MunicipalityCode) -> None:
    async with open_copy(settings) as engine:
        await begin_books(settings, engine, code)


@contextlib.asynccontextmanager
async def compose(
    settings: Settings, *, shared: Shared | None = None, number: int = 0
) -> AsyncIterator[Sequence[Listener]]:
    """Everything open, nothing listening yet; ``number`` is the worker's, and what one of them does for all the first does."""
    trusted = load_trusted_keys(settings.trusted_keys)
    chain = find_chain(settings.font, setting=FONT)
    face = await asyncio.to_thread(Typeface.load, chain) if shared is None else shared.face
    if shared is None:
        load_municipality(settings, face)
    async with contextlib.AsyncExitStack() as stack:
        books = await stack.enter_async_context(open_books(settings, begun=shared is not None))
        writer = None if shared is None else shared.writer
        press = await stack.enter_async_context(open_press(books.municipality, face, writer))
        gate = Gate(municipality=books.municipality, always_open=settings.always_open)
        if settings.always_open:
            _log.warning("service hours are lifted")
        register = StoredRegister(RegisterCopy(books.engine))
        code = books.municipality.code
        registry = await stack.enter_async_context(open_registry(settings)) if settings.registry else None
        ask: Ask = AskNobody()
        reception = await stack.enter_async_context(receiving(settings, books.engine, trusted, code, now))
        if registry is None:
            _log.warning("the registry is not asked at issue time; the feed's age alone decides")
        else:
            tally = DeskTally()
            ask = AskRegistry(
                registry,
                alive_seconds=settings.registry_alive,
                heard=reception.seconds_since_heard,
                tally=tally,
            )
            await stack.enter_async_context(keeping_desk(books.engine, tally))
        centre = CentreLine(
            inquire=Inquire(gate=gate, register=register, ledger=books.ledger, line=books.line),
            issue=Issue(
                gate=gate,
                look=Look(register=register, ask=ask, catch_up=settings.catch_up),
                numbers=BlockNumbers(books.series, code),
                press=press,
                ledger=books.ledger,
                withdrawals=books.withdrawals,
                line=books.line,
            ),
            close=Close(gate=gate, ledger=books.ledger),
            tell=Tell(gate=gate, ledger=books.ledger, withdrawals=books.withdrawals),
            trusted=trusted,
            key=books.key,
            clock=now,
            places=settings.in_flight,
        )
        app = application(
            centre=centre,
            reception=reception,
            watch=feed_watch(settings, books.engine, books.municipality),
            ledger=books.ledger,
            line=books.line,
            municipality=code,
            version=VERSION,
            clock=now,
        )
        if registry is not None and number == 0:
            original = await stack.enter_async_context(open_registry(settings))  # counts its own bytes
            await stack.enter_async_context(placing(books.engine, registry, code))
            every = settings.reconcile_seconds
            await stack.enter_async_context(
                reconciling(books.engine, original, books.ledger, code, now, seconds=every)
            )
        yield [
            Listener(
                name=LISTENER,
                application=app,
                host=settings.host,
                port=settings.port,
                tls=server_context(settings.tls),
            )
        ]
