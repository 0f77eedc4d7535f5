"""The command line of every service: ``serve``, ``check-config`` and ``--help`` that lists the settings."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from aiohttp import web

from certificates.errors import ConfigurationError, KofuError
from certificates.service.journal import log_to_stderr
from certificates.service.memory import collect_rarely
from certificates.service.settings import describe_settings, read_settings, show_settings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

S = TypeVar("S", bound="DataclassInstance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One address to serve: ``port`` 0 takes any free one; ``tls`` None is plain HTTP on loopback only."""

    name: str
    application: web.Application
    host: str
    port: int
    tls: ssl.SSLContext | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Generic[S]):
    """One more verb of a service; ``action`` gets the settings and the rest of the command line, returns the exit code."""

    help: str
    action: Callable[[S, Sequence[str]], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Generic[S]):
    """What ``run`` needs to know: ``compose`` opens everything and yields the listeners; ``check`` only looks.

    ``collects_rarely``: see ``certificates.service.memory``.
    """

    name: str
    purpose: str
    prefix: str
    settings: type[S]
    compose: Callable[[S], AbstractAsyncContextManager[Sequence[Listener]]]
    check: Callable[[S], None]
    commands: Mapping[str, Command[S]] = field(default_factory=dict)
    collects_rarely: bool = False


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
        asyncio.run(_serve(service, settings))
    except ConfigurationError as error:
        print(f"{service.name}: {error}", file=sys.stderr)
        return 2
    except KofuError as error:
        print(f"{service.name}: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(service: Service[S], settings: S) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with service.compose(settings) as listeners, listening(listeners) as addresses:
        for name, address in addresses.items():
            # read by whoever started us: the line is the announcement
            print(f"LISTENING {name} {address}", flush=True)
        if service.collects_rarely:
            collect_rarely()
        await stop.wait()


@contextlib.asynccontextmanager
async def listening(listeners: Sequence[Listener]) -> AsyncIterator[dict[str, str]]:
    """Serve all listeners; yields their base addresses by name."""
    async with contextlib.AsyncExitStack() as stack:
        addresses: dict[str, str] = {}
        for listener in listeners:
            runner = web.AppRunner(listener.application, access_log=None)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            site = web.TCPSite(runner, listener.host, listener.port, ssl_context=listener.tls)
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
