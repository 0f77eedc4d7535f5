"""Check backs and look after keys by hand: ``python -m anti_forgery verify FILE --keys DIR`` and ``… keys``.

``verify`` ends with 0 when every back passed, 1 when one failed, 2 when none failed and one is indeterminate, and 64
(EX_USAGE) when it could not be asked: wrong arguments, or keys that cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from anti_forgery.key_commands import add_key_commands, run_key_command
from anti_forgery.key_files import load_folder
from anti_forgery.scans import backs
from anti_forgery.verification import Outcome, Verdict, verify_image
from certificates.errors import ConfigurationError, WireError

EXIT = {Outcome.PASSED: 0, Outcome.FAILED: 1, Outcome.INDETERMINATE: 2}
USAGE = 64


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "verify":
            return _verify(options.file, options.keys, show=options.show)
        return run_key_command(options)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return USAGE


def _verify(file: Path, folder: Path, *, show: bool) -> int:
    keys = load_folder(folder)
    if not keys.site_private or not keys.centre_public:
        raise ConfigurationError(
            str(folder), "needs a private key of the inquiry site and a public key of the centre"
        )
    outcomes = []
    try:
        for page, picture in backs(file):
            verdict = verify_image(picture, keys.site_private, keys.centre_public)
            outcomes.append(verdict.outcome)
            print(_line(page, verdict))
            if show and verdict.sheet is not None:
                print(verdict.sheet.text)
    except WireError as error:
        outcomes.append(Outcome.INDETERMINATE)
        print(f"indeterminate: {error}")
    for worst in (Outcome.FAILED, Outcome.INDETERMINATE):
        if worst in outcomes:
            return EXIT[worst]
    return EXIT[Outcome.PASSED]


def _line(page: int, verdict: Verdict) -> str:
    parts = [f"page {page}: {verdict.outcome.value}: {verdict.reason.value}"]
    if verdict.detail:
        parts.append(f"({verdict.detail})")
    if verdict.sheet is not None:
        sheet = verdict.sheet
        parts.append(f"[{sheet.issue_number}, {sheet.page}/{sheet.pages}, {sheet.issued_at.isoformat()}]")
    return " ".join(parts)


class _Parser(argparse.ArgumentParser):
    """argparse ends with 2 on wrong arguments, which means indeterminate here."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m anti_forgery", description="The marks of the centre.")
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="check the backs in a picture or a PDF")
    verify.add_argument("file", type=Path)
    verify.add_argument(
        "--keys", type=Path, required=True, metavar="DIR", help="folder with the site's private keys"
    )
    verify.add_argument("--show", action="store_true", help="print the text of each front that passed")
    add_key_commands(commands.add_parser("keys", help="make, list, follow and retire keys"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
