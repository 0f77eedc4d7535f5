"""``python -m sync.town --seed 1 --residents 2000 --out DIR``: invent a town and write its files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from certificates.errors import KofuError
from certificates.service.keyring import load_signing_key
from sync.town.day import day_of_changes
from sync.town.drawing import draw_with
from sync.town.files import write_town
from sync.town.town import FOUNDED, invent, plain_imprint


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 written, 2 an argument is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m sync.town", description="Invent a town; nobody in it exists."
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same town (default 1)")
    parser.add_argument("--residents", type=int, default=2000, help="how many rows (default 2000)")
    parser.add_argument("--changes", type=int, default=200, help="changes of the following day (default 200)")
    parser.add_argument(
        "--today", type=date.fromisoformat, default=FOUNDED, help=f"the register's day (default {FOUNDED})"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the files; made when missing")
    parser.add_argument(
        "--signing-key", type=Path, help="the registry's <kid>.key.pem: writes the full load too"
    )
    parser.add_argument("--font", type=Path, help="a Mincho font, by which seals show their holder's surname")
    given = parser.parse_args(arguments)
    try:
        key = load_signing_key(given.signing_key) if given.signing_key is not None else None
        draw = draw_with(given.font) if given.font is not None else plain_imprint
        town = invent(given.seed, given.residents, today=given.today, draw=draw)
        write_town(town, day_of_changes(town, given.changes), given.out, key=key)
    except KofuError as error:
        print(f"sync.town: {error}", file=sys.stderr)
        return 2
    print(f"{len(town.residents)} residents of {town.municipality} in {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
