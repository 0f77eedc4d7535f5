"""What an examination found, as JSON in stable words; fields are only added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from anti_forgery.comparison.verdict import Comparison, Place
from anti_forgery.copy_evidence import CopyEvidence
from anti_forgery.examination import Examined, exit_code
from anti_forgery.scans import Scan
from anti_forgery.sheet_json import sheet_json
from certificates.wire.codec import Json


def examination_json(examined: Sequence[Examined], *, show: bool = False) -> Json:
    """Version 1. Boxes are millimetres from the upper left corner, scores hundredths of the limit of a difference,
    tones of the ground thousandths.

    With ``show`` the text of each front that passed is in it.
    """
    return {
        "examination": 1,
        "exit_code": exit_code(examined),
        "sheets": [
            {
                "back": _place(one.back),
                "outcome": one.verdict.outcome.value,
                "reason": one.verdict.reason.name.lower(),
                "detail": one.verdict.detail,
                "sealed": None if one.verdict.sheet is None else sheet_json(one.verdict.sheet, text=show),
                "ground": _evidence(one.evidence),
                "front": None if one.front is None else _place(one.front),
                "comparison": None if one.comparison is None else _comparison(one.comparison),
            }
            for one in examined
        ],
    }


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
        }
        for place in places
    ]
