"""``python -m certificates``: look at a municipality's profile before it goes into service."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from certificates.domain.clock import JST
from certificates.errors import KofuError
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.glyph_gate import undrawable
from certificates.preview.files import refusals, write_preview
from certificates.profiles.faults import ProfileError
from certificates.profiles.reading import load_profile


def _check(options: argparse.Namespace) -> int:
    """All faults of all files, and what of the words that are printed does not fit the forms."""
    face = Typeface.load(find_mincho(options.font))
    wrong = 0
    for path in options.profiles:
        try:
            found = load_profile(path, undrawable=undrawable(face))
        except ProfileError as error:
            wrong += len(error.faults)
            print("\n".join(map(str, error.faults)))
            continue
        refused = refusals(found, face, today=options.day)
        wrong += len(refused)
        print("\n".join([f"{path}: {one}" for one in refused]) or f"{path}: {found.full_name}: OK")
    return 1 if wrong else 0


def _preview(options: argparse.Namespace) -> int:
    face = Typeface.load(find_mincho(options.font))
    municipality = load_profile(options.profile, undrawable=undrawable(face))
    folder = options.out or Path("out") / "preview" / municipality.code
    shown = write_preview(municipality, face, folder, today=options.day, say=print)
    return 1 if any(one.refusal for one in shown) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m certificates", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="command")
    check = verbs.add_parser(
        "check-profile", help="say all that is wrong with profiles; exit code 1 if anything is"
    )
    check.add_argument("profiles", type=Path, nargs="+", metavar="FILE")
    check.set_defaults(run=_check)
    preview = verbs.add_parser(
        "preview", help="every kind that a profile offers as PDF and PNG, with a page to look at them all"
    )
    preview.add_argument("--profile", type=Path, required=True, metavar="FILE")
    preview.add_argument("--out", type=Path, metavar="DIR", help="default out/preview/<code>")
    preview.set_defaults(run=_preview)
    for verb in (check, preview):
        verb.add_argument(
            "--day",
            type=date.fromisoformat,
            default=datetime.now(JST).date(),
            metavar="YYYY-MM-DD",
            help="the day of issue; today unless given",
        )
        verb.add_argument("--font", type=Path, help="path of ipamjm.ttf when it is not at a standard place")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 all is well, 1 faults were found or a specimen was refused, 2 it could not be looked at."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except ProfileError as error:
        print("\n".join(map(str, error.faults)), file=sys.stderr)
        return 1
    except KofuError as error:
        print(f"certificates: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
