"""``python -m anti_forgery calibrate sheet | read``: print a wedge, scan it, write the printer's profile."""

from __future__ import annotations

import argparse
from pathlib import Path

from anti_forgery.calibration.measuring import measure
from anti_forgery.calibration.printer_file import PrinterFile, write_printer
from anti_forgery.calibration.wedge import STEPS, wedge_pdf
from anti_forgery.scans import scans
from certificates.errors import ConfigurationError, WireError

_BAR = 40
"""Characters of the longest bar in the picture of what was measured."""


def add_calibrate_commands(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    sheet = actions.add_parser("sheet", help="write the sheet to print, at 100 %% and in colour")
    sheet.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
    sheet.set_defaults(act=_sheet)
    read = actions.add_parser(
        "read", help="choose the balance from a scan, 600 dpi if possible, and write the profile"
    )
    read.add_argument("scan", type=Path)
    read.add_argument("--out", type=Path, required=True, metavar="PROFILE.json")
    read.add_argument("--printer", default="", help="the printer's name, for the file")
    read.set_defaults(act=_read)


def run_calibrate_command(options: argparse.Namespace) -> int:
    """Raises ConfigurationError when a file cannot be written or the scan cannot be used."""
    options.act(options)
    return 0


def _sheet(options: argparse.Namespace) -> None:
    try:
        options.out.write_bytes(wedge_pdf())
    except OSError as error:
        raise ConfigurationError(str(options.out), "cannot be written") from error


def _read(options: argparse.Namespace) -> None:
    try:
        scan = next(iter(scans(options.scan)))
        found = measure(scan.picture)
    except WireError as error:
        raise ConfigurationError(str(options.scan), str(error)) from error
    largest = max(map(abs, found.differences))
    for step, difference in zip(STEPS, found.differences, strict=True):
        bar = "#" * round(_BAR * abs(difference) / largest)
        print(f"{step:.2f}  {difference:+.4f}  {'lighter' if difference > 0 else 'darker ':7}  {bar}")
    print(f"coarse_to_fine {found.balance:.3f}, mean error of the fit {found.error:.4f}")
    write_printer(options.out, PrinterFile(printer=options.printer, coarse_to_fine=found.balance))
