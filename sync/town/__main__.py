"""``python -m sync.town --seed 1 --residents 2000 --out DIR``: invent a town and write its files."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from certificates.errors import KofuError
from certificates.service.keyring import load_signing_key
from certificates.service.progress import progress_bar
from sync.town.day import day_of_changes
from sync.town.files import write_town
from sync.town.large import Site, draw_for, write_large_town
from sync.town.town import FOUNDED, invent


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 written, 2 an argument is wrong."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.full_load is not None and given.signing_key is None:
        parser.error("--full-load needs --signing-key")
    try:
        if given.full_load is not None:
            _write_full_load(given)
        else:
            _write_folder(given)
    except KofuError as error:
        print(f"sync.town: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sync.town", description="Invent a town; nobody in it exists."
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same town (default 1)")
    parser.add_argument("--residents", type=int, default=2000, help="how many rows (default 2000)")
    parser.add_argument("--changes", type=int, default=200, help="changes of the following day (default 200)")
    parser.add_argument(
        "--today", type=date.fromisoformat, default=FOUNDED, help=f"the register's day (default {FOUNDED})"
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, help="folder for the files; made when missing")
    where.add_argument(
        "--full-load",
        type=Path,
        metavar="FILE",
        help="write the full load alone, of a town of any size, and its index beside it; .gz compresses",
    )
    parser.add_argument(
        "--signing-key", type=Path, help="the registry's <kid>.key.pem: writes the full load too"
    )
    parser.add_argument("--font", type=Path, help="a Mincho font, by which seals show their holder's surname")
    parser.add_argument(
        "--processes",
        type=int,
        default=os.cpu_count() or 1,
        help="how many invent at the same time for --full-load (default: one a processor; 0: this one alone)",
    )
    return parser


def _write_full_load(given: argparse.Namespace) -> None:
    path: Path = given.full_load
    path.parent.mkdir(parents=True, exist_ok=True)
    head = write_large_town(
        path,
        Site(seed=given.seed, today=given.today, font=given.font),
        given.residents,
        load_signing_key(given.signing_key),
        progress_bar(sys.stderr, "town"),
        processes=given.processes,
    )
    print(f"{head.count} records of {head.municipality} in {path}")


def _write_folder(given: argparse.Namespace) -> None:
    key = load_signing_key(given.signing_key) if given.signing_key is not None else None
    town = invent(given.seed, given.residents, today=given.today, draw=draw_for(given.font))
    write_town(town, day_of_changes(town, given.changes), given.out, key=key)
    print(f"{len(town.residents)} residents of {town.municipality} in {given.out}")


if __name__ == "__main__":
    sys.exit(main())
