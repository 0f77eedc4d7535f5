"""The registry's other verbs: enter a file of changes, and export the register as a signed full load."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from certificates.service.command import Command
from certificates.service.keyring import load_signing_key
from sync.feed.full_load import write_full_load
from sync.registry.compose import municipality_of, now, open_books
from sync.registry.files import read_changes
from sync.registry.settings import Settings

_ENTER = "enter every change of a file; a running registry pushes them at its next sign of life"
_EXPORT = "write the register as a signed full-load file (全件)"
_AT_ONCE = 1_000


def _parser(verb: str, purpose: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"python -m sync.registry {verb}", description=purpose)
    parser.add_argument("file", type=Path)
    return parser


def _enter(settings: Settings, arguments: Sequence[str]) -> int:
    path: Path = _parser("enter", _ENTER).parse_args(arguments).file

    async def work() -> int:
        changes = read_changes(path)
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
                taken_at=taken_at,
                key=key,
            )
        return f"exported {head.count} records at number {head.sequence}"

    print(asyncio.run(work()))
    return 0


COMMANDS: Mapping[str, Command[Settings]] = {
    "enter": Command(help=_ENTER, action=_enter),
    "export": Command(help=_EXPORT, action=_export),
}
