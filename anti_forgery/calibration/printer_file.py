"""What was measured of a printer, as a file beside the keys: JSON, one version, checked when it is read."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from anti_forgery.ground_design import CELLS, USUAL_CELL
from anti_forgery.profile import COARSE_TO_FINE_RANGE, USUAL_WORD, Inks, PrinterProfile
from certificates.errors import ConfigurationError

VERSION = 1
MAX_FILE = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterFile:
    """``hidden_mark`` and ``hidden_surround`` are there when the pair was measured for this printer.

    The balance holds for dots of density ``cell``, and for any word.
    """

    printer: str
    coarse_to_fine: float
    word: str = USUAL_WORD
    cell: int = USUAL_CELL
    hidden_mark: Inks | None = None
    hidden_surround: Inks | None = None


def write_printer(path: Path, printer: PrinterFile) -> None:
    """Raises ConfigurationError when the file is there already: a calibration is never overwritten unseen."""
    content = {
        "version": VERSION,
        "printer": printer.printer,
        "coarse_to_fine": round(printer.coarse_to_fine, 3),
        "word": printer.word,
        "cell": printer.cell,
    }
    if printer.hidden_mark is not None and printer.hidden_surround is not None:
        content |= {"hidden_mark": printer.hidden_mark, "hidden_surround": _rounded(printer.hidden_surround)}
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        raise ConfigurationError(str(path), "cannot be written, or is there already") from error


def _rounded(inks: Inks) -> list[float]:
    return [round(ink, 3) for ink in inks]


def read_printer(path: Path) -> PrinterFile:
    """Raises ConfigurationError naming what is wrong in the file."""
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(MAX_FILE))
    except (OSError, ValueError) as error:
        raise ConfigurationError(str(path), "is not a printer profile that can be read") from error
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise ConfigurationError(str(path), f"is not a printer profile of version {VERSION}")
    balance, name = content.get("coarse_to_fine"), content.get("printer", "")
    low, high = COARSE_TO_FINE_RANGE
    if not isinstance(balance, int | float) or not low <= balance <= high or not isinstance(name, str):
        raise ConfigurationError(str(path), f"coarse_to_fine must be a number from {low} to {high}")
    word, cell = content.get("word", USUAL_WORD), content.get("cell", USUAL_CELL)
    if not isinstance(word, str) or cell not in CELLS:
        raise ConfigurationError(str(path), f"word must be a text, and cell one of {CELLS}")
    return PrinterFile(
        printer=name,
        coarse_to_fine=float(balance),
        word=word,
        cell=cell,
        hidden_mark=_inks(path, content, "hidden_mark"),
        hidden_surround=_inks(path, content, "hidden_surround"),
    )


def measured(profile: PrinterProfile, printer: PrinterFile) -> PrinterProfile:
    """The profile with what was measured; raises InvalidValueError when a pair of inks hides nothing."""
    return replace(
        profile,
        coarse_to_fine=printer.coarse_to_fine,
        word=printer.word,
        cell=printer.cell,
        hidden_mark=printer.hidden_mark or profile.hidden_mark,
        hidden_surround=printer.hidden_surround or profile.hidden_surround,
    )


def _inks(path: Path, content: dict[str, object], name: str) -> Inks | None:
    value = content.get(name)
    if value is None:
        return None
    if (
        not isinstance(value, list)
        or len(value) != 4
        or not all(isinstance(ink, int | float) for ink in value)
    ):
        raise ConfigurationError(str(path), f"{name} must be four inks")
    cyan, magenta, yellow, black = (float(ink) for ink in value)
    return cyan, magenta, yellow, black
