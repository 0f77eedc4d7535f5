"""``python -m anti_forgery calibrate sheet | pair | read``: print what is to be measured, scan it, write the printer's profile."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from PIL import Image

from anti_forgery.calibration.locating import OtherSheetError
from anti_forgery.calibration.measuring import Measured, measure
from anti_forgery.calibration.pair import pair_pdf
from anti_forgery.calibration.pair_measuring import PairMeasured, measure_pair
from anti_forgery.calibration.printer_file import PrinterFile, measured, read_printer, write_printer
from anti_forgery.calibration.wedge import STEPS, wedge_pdf
from anti_forgery.ground import design_of
from anti_forgery.ground_design import CELLS, USUAL_CELL
from anti_forgery.profile import USUAL_WORD, PrinterProfile
from anti_forgery.scans import scans
from certificates.errors import ConfigurationError, WireError
from certificates.pdf.font_source import find_mincho

_BAR = 40
"""Characters of the longest bar in the picture of what was measured."""


def add_calibrate_commands(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    sheet = actions.add_parser(
        "sheet", help="write the sheet of the dot gain balance, to print at 100 %% and in colour"
    )
    sheet.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
    sheet.add_argument(
        "--cell", type=int, choices=CELLS, default=USUAL_CELL, help="density of the ground's dots"
    )
    sheet.set_defaults(act=_sheet)
    pair = actions.add_parser(
        "pair", help="write the sheet of the hidden picture's pair of inks, to print likewise"
    )
    pair.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
    _add_around(pair)
    pair.set_defaults(act=_pair)
    read = actions.add_parser(
        "read",
        help="choose balance and pair from scans of these sheets, 600 dpi if possible, and write the profile",
    )
    read.add_argument("scans", type=Path, nargs="+", metavar="SCAN")
    read.add_argument("--out", type=Path, required=True, metavar="PROFILE.json")
    read.add_argument("--printer", default="", help="the printer's name, for the file")
    read.add_argument("--word", help="what a copy shows: 複写, or another short word that the font has")
    read.add_argument("--font", type=Path, help="the Mincho font of the centre")
    _add_around(read)
    read.set_defaults(act=_read)


def run_calibrate_command(options: argparse.Namespace) -> int:
    """Raises ConfigurationError when a file cannot be written or a scan cannot be used."""
    options.act(options)
    return 0


def _add_around(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--around", type=Path, metavar="PROFILE.json", help="an earlier profile, whose pair is looked around"
    )


def _sheet(options: argparse.Namespace) -> None:
    _write(options.out, wedge_pdf(options.cell))


def _pair(options: argparse.Namespace) -> None:
    around = _around(options)
    _write(options.out, pair_pdf(around.hidden_mark, around.hidden_surround))


def _write(path: Path, pdf: bytes) -> None:
    try:
        path.write_bytes(pdf)
    except OSError as error:
        raise ConfigurationError(str(path), "cannot be written") from error


def _around(options: argparse.Namespace) -> PrinterProfile:
    """The usual profile, or the one that an earlier calibration gives."""
    usual = PrinterProfile(font=Path(), inquiry_site="-")
    return usual if options.around is None else measured(usual, read_printer(options.around))


def _read(options: argparse.Namespace) -> None:
    around = _around(options)
    found = PrinterFile(
        printer=options.printer,
        coarse_to_fine=around.coarse_to_fine,
        word=options.word or around.word,
        cell=around.cell,
        hidden_mark=around.hidden_mark if options.around else None,
        hidden_surround=around.hidden_surround if options.around else None,
    )
    has_balance = options.around is not None
    for path, scan in _pictures(options.scans):
        looked = _measured(path, scan, around)
        if isinstance(looked, Measured):
            _show_balance(looked)
            found = replace(found, coarse_to_fine=looked.balance, cell=looked.cell)
            has_balance = True
        else:
            _show_pair(looked)
            found = replace(found, hidden_mark=around.hidden_mark, hidden_surround=looked.surround)
    if not has_balance:
        raise ConfigurationError(
            str(options.scans[0]),
            "shows the pair of inks alone: scan the sheet of the balance too, or name --around",
        )
    if found.word != USUAL_WORD or found.cell != USUAL_CELL:
        design_of(measured(replace(around, font=find_mincho(options.font, setting="--font")), found))
    write_printer(options.out, found)


def _pictures(paths: list[Path]) -> Iterator[tuple[Path, Image.Image]]:
    for path in paths:
        try:
            for scan in scans(path):
                yield path, scan.picture
        except WireError as error:
            raise ConfigurationError(str(path), str(error)) from error


def _measured(path: Path, scan: Image.Image, around: PrinterProfile) -> Measured | PairMeasured:
    """As the sheet of the balance, and if it is none, as that of the pair."""
    try:
        return measure(scan)
    except OtherSheetError:
        pass
    except WireError as error:
        raise ConfigurationError(str(path), str(error)) from error
    try:
        return measure_pair(scan, around.hidden_mark, around.hidden_surround)
    except WireError as error:
        raise ConfigurationError(str(path), str(error)) from error


def _show_balance(found: Measured) -> None:
    largest = max(map(abs, found.differences))
    for step, difference in zip(STEPS, found.differences, strict=True):
        bar = "#" * round(_BAR * abs(difference) / largest)
        print(f"{step:.2f}  {difference:+.4f}  {'lighter' if difference > 0 else 'darker ':7}  {bar}")
    print(f"cell {found.cell}, coarse_to_fine {found.balance:.3f}, mean error of the fit {found.error:.4f}")


def _show_pair(found: PairMeasured) -> None:
    before = "  ".join(f"{name} {value:+.4f}" for name, value in zip("RGB", found.before, strict=True))
    print(f"density of the mark beyond its surround as printed: {before}")
    inks = " ".join(f"{ink:.3f}" for ink in found.surround)
    print(f"hidden_surround {inks}, mean error of the fit {found.error:.4f}")
