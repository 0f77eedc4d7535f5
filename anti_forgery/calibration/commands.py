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
    parser.description = (
        "Measure one printer: the balance of the ground's dots (地紋) at the density chosen for them, and the inks "
        "that hide 「証」 in the blossom on the back (偽造防止検出画像). Print the two sheets, scan them, and read "
        "the scans: the file that is written also names the word that a copy shows (けん制文字), and is what the "
        "centre reads as KOFU_CENTRE_PRINTER_PROFILE."
    )
    actions = parser.add_subparsers(dest="action", required=True)
    sheet = actions.add_parser(
        "sheet",
        help="write the sheet of the ground, in dots of one density: print it at 100 %% and in colour",
    )
    _add_out(sheet)
    sheet.add_argument(
        "--cell",
        type=int,
        choices=CELLS,
        default=USUAL_CELL,
        help="density of the ground: side in pixels of 600 dpi of the square that holds two coarse dots, "
        "16 (12.5 %% of ink), 20 (8 %%) or 24 (5.6 %%); default %(default)s",
    )
    sheet.set_defaults(act=_sheet)
    pair = actions.add_parser(
        "pair",
        help="write the sheet of the hidden picture, in mixes of inks around its pair: print it likewise",
    )
    _add_out(pair)
    _add_around(
        pair, "an earlier profile, around whose pair the mixes lie; else they lie around the usual one"
    )
    pair.set_defaults(act=_pair)
    read = actions.add_parser(
        "read",
        help="measure the balance, the pair of inks or both in scans of these sheets, and write the profile",
    )
    read.add_argument(
        "scans",
        type=Path,
        nargs="+",
        metavar="SCAN",
        help="in colour, without correction: the ground at 600 dpi if possible, the pair at 300 or more",
    )
    read.add_argument(
        "--out", type=Path, required=True, metavar="PROFILE.json", help="file to write, not there yet"
    )
    read.add_argument("--printer", help="the printer's name, for the file")
    read.add_argument(
        "--word",
        help=f"what a copy shows: {USUAL_WORD} unless given, or another short word that the font has",
    )
    read.add_argument("--font", type=Path, help="path of ipamjm.ttf when it is not at a standard place")
    _add_around(
        read,
        "the profile that the sheet of the pair was made around; what is neither measured nor given stays as it is there",
    )
    read.set_defaults(act=_read)


def run_calibrate_command(options: argparse.Namespace) -> int:
    """Raises ConfigurationError when a file cannot be written or a scan cannot be used."""
    options.act(options)
    return 0


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.pdf", help="file to write")


def _add_around(parser: argparse.ArgumentParser, said: str) -> None:
    parser.add_argument("--around", type=Path, metavar="EARLIER.json", help=said)


def _sheet(options: argparse.Namespace) -> None:
    _write(options.out, wedge_pdf(options.cell))


def _pair(options: argparse.Namespace) -> None:
    around = _around(_earlier(options))
    _write(options.out, pair_pdf(around.hidden_mark, around.hidden_surround))


def _write(path: Path, pdf: bytes) -> None:
    try:
        path.write_bytes(pdf)
    except OSError as error:
        raise ConfigurationError(str(path), "cannot be written") from error


def _earlier(options: argparse.Namespace) -> PrinterFile | None:
    return None if options.around is None else read_printer(options.around)


def _around(earlier: PrinterFile | None) -> PrinterProfile:
    """The usual profile, or the one that an earlier calibration gives."""
    usual = PrinterProfile(font=Path(), inquiry_site="-")
    return usual if earlier is None else measured(usual, earlier)


def _read(options: argparse.Namespace) -> None:
    earlier = _earlier(options)
    around = _around(earlier)
    found = earlier or PrinterFile(printer="", coarse_to_fine=around.coarse_to_fine)
    found = replace(found, printer=options.printer or found.printer, word=options.word or found.word)
    has_balance = earlier is not None
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
            raise ConfigurationError("SCAN", str(error)) from error


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
