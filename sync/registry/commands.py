"""The registry's other verbs: enter a file of changes, export the register in full or by its differences."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from certificates.errors import ConfigurationError
from certificates.service.command import Command
from certificates.service.keyring import load_signing_key
from sync.change.codes import ReasonCodes
from sync.feed.difference_file import write_difference
from sync.feed.full_load import write_full_load
from sync.registry.compose import municipality_of, now, open_books
from sync.registry.files import read_changes
from sync.registry.ports import Books
from sync.registry.settings import Settings

_ENTER = "enter every change of a file; a running registry pushes them at its next sign of life"
_EXPORT = "write the register as a signed full-load file (全件)"
_DIFFERENCE = "write the changes from a number on as a signed difference file (差分)"
_AT_ONCE = 1_000


def _parser(verb: str, purpose: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m sync.registry {verb}", description=purpose)
    parser.add_argument("file", type=Path)
    return parser


def _enter(settings: Settings, arguments: Sequence[str]) -> int:
    parser = _parser("enter", _ENTER)
    parser.add_argument(
        "--codes", type=Path, help="the vendor's table of 異動事由コード (TOML), when the file holds codes"
    )
    given = parser.parse_args(arguments)
    path: Path = given.file
    codes = None if given.codes is None else ReasonCodes.from_file(given.codes)

    async def work() -> int:
        changes = read_changes(path, codes)
        last = 0
        async with open_books(settings) as books:
            while portion := list(islice(changes, _AT_ONCE)):
                last = max(await books.enter(portion))
        return last

    print(f"entered to number {asyncio.run(work())}")
    return 0


def _export(settings: Settings, arguments: Sequence[str]) -> int:
    path: Path = _parser("export", _EXPORT).parse_args(arguments).file
    key = load_signing_key(settings.signing_key)

    async def work() -> str:
        taken_at = now()
        async with open_books(settings) as books:
            sequence, records = await books.records()
            head = write_full_load(
                path,
                records,
                municipality=municipality_of(settings),
                sequence=sequence,
                chain=await books.chain(sequence),
                taken_at=taken_at,
                key=key,
            )
        return f"exported {head.count} records at number {head.sequence}"

    print(asyncio.run(work()))
    return 0


def _difference(settings: Settings, arguments: Sequence[str]) -> int:
    parser = _parser("difference", _DIFFERENCE)
    parser.add_argument(
        "--from",
        type=int,
        required=True,
        dest="first",
        help="the first number: what the copy has applied, plus 1",
    )
    given = parser.parse_args(arguments)
    path: Path = given.file
    first: int = given.first
    key = load_signing_key(settings.signing_key)

    async def work() -> str:
        async with open_books(settings) as books:
            taken_at = now()
            span = await books.span()
            if not span.first <= first <= span.position + 1:
                held = f"{span.first} to {span.position + 1}"
                raise ConfigurationError(
                    "--from", f"must be {held}; a copy that needs more needs a full load"
                )
            head = await write_difference(
                path,
                _events(books, first, span.position),
                municipality=municipality_of(settings),
                first=first,
                position=span.position,
                chain=await books.chain(first - 1),
                taken_at=taken_at,
                key=key,
            )
        return f"wrote {head.count} changes, up to number {head.position}"

    print(asyncio.run(work()))
    return 0


async def _events(books: Books, first: int, last: int) -> AsyncIterator[bytes]:
    for start in range(first, last + 1, _AT_ONCE):
        for event in await books.events(start, min(start + _AT_ONCE - 1, last)):
            yield event


COMMANDS: Mapping[str, Command[Settings]] = {
    "enter": Command(help=_ENTER, action=_enter),
    "export": Command(help=_EXPORT, action=_export),
    "difference": Command(help=_DIFFERENCE, action=_difference),
}
