"""The centre's other verbs: release a stopped line, verify the journal."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from center_relay.adapters.journal import Head, verify
from center_relay.adapters.municipality import open_client
from center_relay.settings import CentreSettings
from certificates.domain.identifiers import municipality_code
from certificates.errors import ConfigurationError, RefusedError, UnavailableError, WireError
from certificates.service.keyring import load_trusted_keys
from certificates.service.tls import TlsFiles, client_context
from certificates.wire import problem
from certificates.wire.codec import parse_object
from certificates.wire.jose import Party, Role

SECONDS = 10.0


def release_line(settings: CentreSettings, arguments: Sequence[str]) -> int:
    """Give one operator's approval; the line runs again when a second person has given theirs."""
    parser = argparse.ArgumentParser(
        prog="python -m center_relay release-line", description=release_line.__doc__
    )
    parser.add_argument("code", help="municipality code, six digits")
    parser.add_argument("--centre", required=True, help="base URL of the centre, https://…")
    parser.add_argument(
        "--certificate", required=True, type=Path, help="your own PEM chain (urn:kofu:operator:<name>)"
    )
    parser.add_argument("--key", required=True, type=Path, help="its PEM key")
    options = parser.parse_args(arguments)
    tls = TlsFiles(certificate=options.certificate, key=options.key, authority=settings.tls_authority)
    url = f"{str(options.centre).rstrip('/')}/v1/lines/{municipality_code(options.code)}/release"
    print(asyncio.run(_release(url, tls)))
    return 0


async def _release(url: str, tls: TlsFiles) -> str:
    async with open_client(aiohttp.TCPConnector(ssl=client_context(tls))) as client:
        try:
            async with asyncio.timeout(SECONDS), client.post(url, allow_redirects=False) as response:
                body = await response.read()
        except (TimeoutError, aiohttp.ClientError) as error:
            raise UnavailableError("centre", type(error).__name__, outcome_known=False) from error
    if response.content_type == problem.CONTENT_TYPE:
        raise RefusedError(problem.read_problem(body), "the centre")
    status = parse_object(body).get("status")
    if not isinstance(status, str):
        raise WireError("the centre's answer has no status")
    return status


def verify_journal(settings: CentreSettings, arguments: Sequence[str]) -> int:
    """Read the whole journal and print its head; note it elsewhere, and give it next time."""
    parser = argparse.ArgumentParser(
        prog="python -m center_relay verify-journal", description=verify_journal.__doc__
    )
    parser.add_argument(
        "--head", action="append", default=[], help="a head printed before, N:digest; may be repeated"
    )
    options = parser.parse_args(arguments)
    centre = Party(role=Role.CENTRE, name=settings.name)
    trusted = load_trusted_keys(settings.trusted_keys)
    print(verify(settings.journal, trusted, centre, heads=[_head(text) for text in options.head]))
    return 0


def _head(text: str) -> Head:
    number, _, digest = text.partition(":")
    try:
        head = Head(number=int(number), digest=bytes.fromhex(digest))
    except ValueError as error:
        raise ConfigurationError("--head", "must look like 12:<64 hexadecimal digits>") from error
    if head.number < 1 or len(head.digest) != 32:
        raise ConfigurationError("--head", "must look like 12:<64 hexadecimal digits>")
    return head
