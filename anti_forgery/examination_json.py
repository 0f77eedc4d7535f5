"""What an examination found, as JSON in stable words; fields are only added."""

from __future__ import annotations

from collections.abc import Iterable

from anti_forgery.comparison.verdict import Comparison, Place
from anti_forgery.copy_evidence import CopyEvidence
from anti_forgery.examination import Examined, Found, exit_code_of, worst
from anti_forgery.scan_trouble import ScanError
from anti_forgery.scans import Scan
from anti_forgery.sheet_json import sheet_json
from certificates.wire.codec import Json


def examination_json(found: Iterable[Found], *, show: bool = False) -> dict[str, Json]:
    """Version 1. Boxes are millimetres from the upper left corner, scores hundredths of the limit of a difference,
    tones of the ground thousandths. ``seems`` is what seems to stand where ``expected`` should, both null when it was not
    recognised.

    With ``show`` the text of each front that passed is in it. ``unread`` holds the files, or the pages from one on, that
    could not be looked at, and ``error`` the first of their sentences; there is no ``error`` when there are none.
    """
    codes: set[int] = set()
    sheets: list[Json] = []
    unread: list[ScanError] = []
    for one in found:
        codes.add(exit_code_of(one))
        if isinstance(one, ScanError):
            unread.append(one)
        else:
            sheets.append(_sheet(one, show=show))
    document: dict[str, Json] = {
        "examination": 1,
        "exit_code": worst(codes),
        "sheets": sheets,
        "unread": [_unread(one) for one in unread],
    }
    return {**document, "error": str(unread[0])} if unread else document


def _sheet(one: Examined, *, show: bool) -> Json:
    return {
        "back": _place(one.back),
        "outcome": one.verdict.outcome.value,
        "reason": one.verdict.reason.name.lower(),
        "detail": one.verdict.detail,
        "sealed": None if one.verdict.sheet is None else sheet_json(one.verdict.sheet, text=show),
        "ground": _evidence(one.evidence),
        "front": None if one.front is None else _place(one.front),
        "comparison": None if one.comparison is None else _comparison(one.comparison),
    }


def _unread(one: ScanError) -> Json:
    return {"file": str(one.file), "page": one.page, "trouble": one.trouble.value, "error": str(one)}


def _evidence(found: CopyEvidence) -> Json:
    values = {"word": found.word, "around": found.ground, "contrast": found.contrast}
    measured: dict[str, Json] = {
        name: None if value is None else round(1000 * value) for name, value in values.items()
    }
    return {"says": found.says.value, **measured}


def _place(scan: Scan) -> Json:
    return {"file": str(scan.file), "page": scan.page}


def _comparison(found: Comparison) -> Json:
    return {
        "outcome": found.outcome.value,
        "doubt": None if found.doubt is None else found.doubt.name.lower(),
        "differences": _places(found.differences),
        "doubtful": _places(found.doubtful),
    }


def _places(places: Iterable[Place]) -> list[Json]:
    return [
        {
            "row": place.row,
            "kind": place.kind.value,
            "box": [round(side) for side in (place.box.x, place.box.y, place.box.width, place.box.height)],
            "score": round(100 * place.score),
            "expected": place.expected or None,
            "seems": place.seems or None,
        }
        for place in places
    ]
