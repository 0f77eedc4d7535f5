"""Check backs, look after keys and measure printers by hand: ``python -m anti_forgery verify | keys | calibrate``.

``verify`` says of every sheet in every file what it found. It ends with 0 when every back passed and every front that lay
beside one matches, 1 when a back failed, 3 when a front differs, 2 when a back or a whole file cannot be read, 4 when a front
cannot be told, the first of these that holds; and with 64 (EX_USAGE) when it could not be asked: wrong arguments, or keys
that cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NoReturn

from anti_forgery.calibration.commands import add_calibrate_commands, run_calibrate_command
from anti_forgery.comparison.verdict import Comparison
from anti_forgery.examination import (
    EXIT_CANNOT_TELL,
    EXIT_DIFFERS,
    EXIT_FAILED,
    EXIT_INDETERMINATE,
    EXIT_PASSED,
    Found,
    examine,
    exit_code_of,
    worst,
)
from anti_forgery.examination_json import examination_json
from anti_forgery.key_commands import add_key_commands, run_key_command
from anti_forgery.key_files import load_folder
from anti_forgery.scan_trouble import ScanError
from anti_forgery.scans import Scan, pages
from anti_forgery.verification import Verdict
from certificates.errors import ConfigurationError
from certificates.pdf.fonts import Typeface, find_mincho

USAGE = 64
_COUNTED = {
    EXIT_PASSED: "passed",
    EXIT_FAILED: "failed",
    EXIT_DIFFERS: "passed with a front that differs",
    EXIT_INDETERMINATE: "indeterminate",
    EXIT_CANNOT_TELL: "passed with a front that cannot be told",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "verify":
            return _verify(options)
        if options.command == "calibrate":
            return run_calibrate_command(options)
        return run_key_command(options)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return USAGE


def _verify(options: argparse.Namespace) -> int:
    keys = load_folder(options.keys)
    if not keys.site_private or not keys.centre_public:
        raise ConfigurationError(
            str(options.keys), "needs a private key of the inquiry site and a public key of the centre"
        )

    @cache
    def face() -> Typeface:
        return Typeface.load(find_mincho(options.font))

    found = examine(pages(options.files), keys.site_private, keys.centre_public, face)
    if options.json:
        document = examination_json(found, show=options.show)
        print(json.dumps(document, ensure_ascii=False, indent=2))
        code = document["exit_code"]
        assert isinstance(code, int)
        return code
    several = len(options.files) > 1
    codes: Counter[int] = Counter()
    for one in found:
        codes[exit_code_of(one)] += 1
        # a stack takes a second a sheet: each is said as soon as it is known
        print("\n".join(_lines(one, several, show=options.show)), flush=True)
    if codes.total() > 1:
        print(
            "together: "
            + ", ".join(f"{codes[code]} {word}" for code, word in _COUNTED.items() if codes[code])
        )
    return worst(codes)


def _lines(one: Found, several: bool, *, show: bool) -> Iterator[str]:
    if isinstance(one, ScanError):
        yield f"indeterminate: {one}"
        return
    yield _line(one.back, one.verdict, several)
    if one.evidence.contrast is not None:
        yield f"  ground: {one.evidence.says.value} (contrast {one.evidence.contrast:.2f})"
    if show and one.verdict.sheet is not None:
        yield one.verdict.sheet.text
    if one.front is not None and one.comparison is not None:
        yield from _front_lines(one.front, one.comparison, several)


def _front_lines(front: Scan, comparison: Comparison, several: bool) -> Iterator[str]:
    said = f"front on {_where(front, several)}: {comparison.outcome.value}"
    yield said if comparison.doubt is None else f"{said}: {comparison.doubt.value}"
    for name, places in (("", comparison.differences), ("look at ", comparison.doubtful)):
        for place in places:
            box = place.box
            where = f"{place.row or 'the page'} ({box.x:.0f}, {box.y:.0f} mm)"
            read = f": {place.expected} → {place.seems}" if place.seems else ""
            yield f"  {name}{place.kind.value} in {where}{read}"


def _where(scan: Scan, several: bool) -> str:
    return f"page {scan.page} of {scan.file.name}" if several else f"page {scan.page}"


def _line(back: Scan, verdict: Verdict, several: bool) -> str:
    parts = [f"{_where(back, several)}: {verdict.outcome.value}: {verdict.reason.value}"]
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
    verify = commands.add_parser("verify", help="check backs in pictures or PDFs, and the fronts beside them")
    verify.add_argument("files", type=Path, nargs="+", metavar="FILE")
    verify.add_argument(
        "--keys", type=Path, required=True, metavar="DIR", help="folder with the site's private keys"
    )
    verify.add_argument("--show", action="store_true", help="print the text of each front that passed")
    verify.add_argument("--json", action="store_true", help="print one JSON document")
    verify.add_argument("--font", type=Path, help="path of ipamjm.ttf when it is not at a standard place")
    add_key_commands(commands.add_parser("keys", help="make, list, follow and retire keys"))
    add_calibrate_commands(
        commands.add_parser(
            "calibrate", help="measure a printer: the dots of the ground, the inks of the hidden picture"
        )
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
