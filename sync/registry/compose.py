"""The registry put together: books by URL scheme, the push, and the desk."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

from certificates.domain.identifiers import MunicipalityCode, municipality_code
from certificates.errors import ConfigurationError, InvalidValueError
from certificates.service.command import Listener
from certificates.service.keyring import load_signing_key
from certificates.service.tls import server_context
from sync.registry.adapters.memory import MemoryBooks
from sync.registry.adapters.sql import open_books as open_sql_books
from sync.registry.adapters.targets import open_target, require_target
from sync.registry.files import read_register
from sync.registry.ports import Books
from sync.registry.settings import PREFIX, Settings
from sync.registry.usecases.answer import Answer
from sync.registry.usecases.enter import Enter
from sync.registry.usecases.position import Position
from sync.registry.usecases.push import Push
from sync.registry.web.application import application
from sync.registry.web.original import add_original

_log = logging.getLogger(__name__)
_STORE = f"{PREFIX}STORE"


def now() -> datetime:
    return datetime.now(UTC)


def check(settings: Settings) -> None:
    """Look at everything the settings name without opening a connection. Raises ConfigurationError."""
    municipality_of(settings)
    _opener(settings)
    require_target(settings.target)
    load_signing_key(settings.signing_key)
    server_context(settings.tls)
    if settings.town and not Path(settings.town).is_dir():
        raise ConfigurationError(f"{PREFIX}TOWN", f"{settings.town} is not a folder")


def municipality_of(settings: Settings) -> MunicipalityCode:
    try:
        return municipality_code(settings.municipality)
    except InvalidValueError as error:
        raise ConfigurationError(f"{PREFIX}MUNICIPALITY", error.reason) from error


@contextlib.asynccontextmanager
async def _memory(url: str, municipality: MunicipalityCode) -> AsyncIterator[Books]:
    yield MemoryBooks(municipality)


_Opener = Callable[[str, MunicipalityCode], AbstractAsyncContextManager[Books]]
_STORES: Mapping[str, _Opener] = {
    "memory": _memory,
    "sqlite+aiosqlite": open_sql_books,
    "postgresql+asyncpg": open_sql_books,
}


def _opener(settings: Settings) -> _Opener:
    scheme = settings.store.partition(":")[0]
    if scheme not in _STORES:
        raise ConfigurationError(
            _STORE, f"must begin with one of {', '.join(f'{name}:' for name in _STORES)}"
        )
    return _STORES[scheme]


@contextlib.asynccontextmanager
async def open_books(settings: Settings) -> AsyncIterator[Books]:
    """The books; empty ones take over the register of the town that the settings name, as of number 0."""
    async with _opener(settings)(settings.store, municipality_of(settings)) as books:
        if settings.town:
            records = await asyncio.to_thread(list, read_register(Path(settings.town)))
            if await books.begin(records, 0):
                _log.info("register taken over", extra={"records": len(records)})
        yield books


@contextlib.asynccontextmanager
async def compose(settings: Settings) -> AsyncIterator[Sequence[Listener]]:
    """Everything open and the push running; nothing listening yet."""
    municipality = municipality_of(settings)
    key = load_signing_key(settings.signing_key)
    async with contextlib.AsyncExitStack() as stack:
        books = await stack.enter_async_context(open_books(settings))
        receiver = await stack.enter_async_context(
            open_target(settings.target, municipality, settings.tls, seconds=settings.timeout)
        )
        push = Push(books, receiver, key, municipality, now, settings.pace)
        app = application(Enter(books, push.wake), Position(books, push, municipality))
        add_original(app, Answer(books, municipality, key, now), municipality)
        if settings.target:
            await stack.enter_async_context(pushing(push))
        yield [
            Listener(
                name="registry",
                application=app,
                host=settings.host,
                port=settings.port,
                tls=server_context(settings.tls),
            )
        ]


@contextlib.asynccontextmanager
async def pushing(push: Push) -> AsyncIterator[None]:
    """``push`` runs until the context is left; a fault in it ends the service rather than leave it silent."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(push.run())
        try:
            yield
        finally:
            task.cancel()
