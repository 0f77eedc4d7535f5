"""The command line of every service: ``serve``, ``check-config`` and ``--help`` that lists the settings."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from aiohttp import web

from certificates.errors import ConfigurationError, KofuError
from certificates.service.interpreter import collect_rarely, take_short_turns
from certificates.service.journal import log_to_stderr
from certificates.service.prefork import BACKLOG, Post, bound, run_workers
from certificates.service.settings import describe_settings, read_settings, show_settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

S = TypeVar("S", bound="DataclassInstance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One address to serve: ``port`` 0 takes any free one; ``tls`` None is plain HTTP on loopback only.

    A connection that has sent no whole request head after ``idle_seconds`` is closed.
    """

    name: str
    application: web.Application
    host: str
    port: int
    tls: ssl.SSLContext | None
    idle_seconds: float = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Generic[S]):
    """One more verb of a service; ``action`` gets the settings and the rest of the command line, returns the exit code."""

    help: str
    action: Callable[[S, Sequence[str]], int]


Composed = AbstractAsyncContextManager[Sequence[Listener]]
"""Everything open, nothing listening yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers(Generic[S]):
    """How a service runs as several processes: ``count`` of them behind the ``addresses`` of its listeners, by name.

    All of them speak TLS. ``prepare`` loads what they share, once, and returns what composes the worker of a number (from 0).
    """

    count: Callable[[S], int]
    addresses: Callable[[S], Mapping[str, tuple[str, int]]]
    prepare: Callable[[S], Callable[[int], Composed]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Generic[S]):
    """What ``run`` needs to know: ``compose`` opens everything and yields the listeners; ``check`` only looks.

    ``many_values``: it makes and drops many at once beside answering (``certificates.service.interpreter``).
    ``workers`` None is one process whatever the settings.
    """

    name: str
    purpose: str
    prefix: str
    settings: type[S]
    compose: Callable[[S], Composed]
    check: Callable[[S], None]
    commands: Mapping[str, Command[S]] = field(default_factory=dict)
    many_values: bool = False
    workers: Workers[S] | None = None


def run(service: Service[S], arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 ended as asked, 2 a setting is wrong, 1 anything else that we know by name."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {service.name}",
        description=service.purpose,
        epilog="settings, by environment:\n" + describe_settings(service.settings),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="command", required=True, metavar="command")
    verbs.add_parser("serve", help="run until SIGTERM")
    verbs.add_parser("check-config", help="read the settings, look at what they name, and say what is wrong")
    for verb, entry in service.commands.items():
        verbs.add_parser(verb, help=entry.help, add_help=False)
    parsed, rest = parser.parse_known_args(arguments)
    command: str = parsed.command
    if rest and command not in service.commands:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        settings = read_settings(service.settings, os.environ, prefix=service.prefix)
        service.check(settings)
        if command == "check-config":
            print(show_settings(settings))
            return 0
        log_to_stderr(os.environ.get("KOFU_LOG_LEVEL", "info"))
        if command in service.commands:
            return service.commands[command].action(settings, rest)
        if service.workers is not None and service.workers.count(settings) > 1:
            return _serve_by_workers(service, service.workers, settings)
        asyncio.run(_serve(service.compose(settings), _announce, many_values=service.many_values))
    except ConfigurationError as error:
        print(f"{service.name}: {error}", file=sys.stderr)
        return 2
    except KofuError as error:
        print(f"{service.name}: {error}", file=sys.stderr)
        return 1
    return 0


def _announce(addresses: Mapping[str, str]) -> None:
    for name, address in addresses.items():
        # read by whoever started us: the line is the announcement
        print(f"LISTENING {name} {address}", flush=True)


def _serve_by_workers(service: Service[S], workers: Workers[S], settings: S) -> int:
    named = workers.addresses(settings)
    with contextlib.ExitStack() as stack:
        sockets = {
            name: stack.enter_context(contextlib.closing(bound(host, port)))
            for name, (host, port) in named.items()
        }
        compose = workers.prepare(settings)
        found = {
            name: f"https://{host}:{sockets[name].getsockname()[1]}" for name, (host, _) in named.items()
        }

        def work(post: Post) -> int:
            def ready(addresses: Mapping[str, str]) -> None:
                post.ready()

            try:
                serving = _serve(
                    compose(post.number),
                    ready,
                    many_values=service.many_values,
                    sockets=sockets,
                    lifeline=post.lifeline,
                )
                asyncio.run(serving)
            except KofuError as error:
                print(f"{service.name}: {error}", file=sys.stderr)
                return 2 if isinstance(error, ConfigurationError) else 1
            return 0

        return run_workers(work, workers.count(settings), lambda: _announce(found))


async def _serve(
    composed: Composed,
    announce: Callable[[Mapping[str, str]], None],
    *,
    many_values: bool,
    sockets: Mapping[str, socket.socket] | None = None,
    lifeline: int | None = None,
) -> None:
    """Until SIGTERM or SIGINT, or the end of ``lifeline``, which a parent that is gone no longer holds."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if lifeline is not None:
        loop.add_reader(lifeline, stop.set)
    async with composed as listeners, listening(listeners, sockets) as addresses:
        announce(addresses)
        if many_values:
            collect_rarely()
            take_short_turns()
        await stop.wait()


@contextlib.asynccontextmanager
async def listening(
    listeners: Sequence[Listener], sockets: Mapping[str, socket.socket] | None = None
) -> AsyncIterator[dict[str, str]]:
    """Serve all listeners, on the open ``sockets`` of their names if there are; yields their base addresses by name."""
    async with contextlib.AsyncExitStack() as stack:
        addresses: dict[str, str] = {}
        for listener in listeners:
            runner = web.AppRunner(
                listener.application,
                access_log=None,
                keepalive_timeout=listener.idle_seconds,
                lingering_time=min(10.0, listener.idle_seconds),
            )
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = _site(runner, listener, (sockets or {}).get(listener.name))
            try:
                await site.start()
            except OSError as error:
                raise ConfigurationError(
                    f"{listener.host}:{listener.port}", f"cannot listen: {error}"
                ) from error
            port = runner.addresses[0][1]
            scheme = "https" if listener.tls is not None else "http"
            addresses[listener.name] = f"{scheme}://{listener.host}:{port}"
        yield addresses


def _site(runner: web.AppRunner, listener: Listener, opened: socket.socket | None) -> web.BaseSite:
    if opened is not None:
        return web.SockSite(runner, opened, ssl_context=listener.tls, backlog=BACKLOG)
    return web.TCPSite(runner, listener.host, listener.port, ssl_context=listener.tls)
