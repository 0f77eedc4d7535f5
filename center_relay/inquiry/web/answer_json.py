"""The answer as JSON: what the page says, in stable words, for programs."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from anti_forgery.sheet_json import sheet_json
from center_relay.inquiry.ports import Asked, Difference, Place, Restored, Seen
from center_relay.inquiry.usecases.conclusions import SheetAnswer
from center_relay.inquiry.usecases.inquire import Answer
from center_relay.inquiry.web.texts import Language, Texts
from center_relay.inquiry.web.troubles import SiteTrouble
from certificates.wire.codec import Json


def answer_json(answer: Answer) -> dict[str, Json]:
    """Version 1 of the document; fields are only added."""
    return {
        "inquiry": 1,
        "sheets": [_sheet(sheet) for sheet in answer.sheets],
        "loose": [_loose(one) for one in answer.loose],
    }


def refusal_json(
    trouble: SiteTrouble, texts: Mapping[Language, Texts], facts: Mapping[str, int]
) -> dict[str, Json]:
    """An inquiry that was not answered: the code, and its sentence in every language."""
    told: dict[str, Json] = {
        language.value: words(f"trouble.{trouble.value}", **facts) for language, words in texts.items()
    }
    return {"trouble": trouble.value, **told}


def _sheet(answer: SheetAnswer) -> Json:
    sheet, told = answer.verdict.sheet, answer.told
    return {
        "back": _place(answer.back),
        "front": None if answer.front is None else _place(answer.front),
        "conclusion": answer.conclusion.value,
        "doubts": [doubt.value for doubt in answer.doubts],
        "outcome": answer.verdict.outcome.value,
        "reason": answer.verdict.reason.name.lower(),
        "sealed": None if sheet is None else sheet_json(sheet, text=True),
        "standing": None if answer.standing is None else answer.standing.value,
        "standing_since": None if told is None or told.since is None else told.since.isoformat(),
        "collected": None if told is None else told.collected,
        "ground": answer.ground.value,
        "asked_before": _asked(answer.asked),
        "restored": _restored(answer.restored),
    }


def _asked(asked: Asked | None) -> Json:
    if asked is None:
        return None
    return {
        "count": asked.count,
        "first": None if asked.first is None else asked.first.isoformat(),
        "latest": [moment.isoformat() for moment in asked.latest],
    }


def _restored(restored: Restored | None) -> Json:
    if restored is None:
        return None
    compared = restored.compared
    return {
        "pdf": base64.b64encode(restored.pdf).decode("ascii"),
        "compared": None
        if compared is None
        else {
            "match": compared.match.value,
            "doubt": compared.doubt or None,
            "differences": [_difference(one) for one in compared.differences],
            "picture": base64.b64encode(compared.picture).decode("ascii"),
        },
    }


def _difference(found: Difference) -> Json:
    return {
        "row": found.row,
        "kinds": list(found.kinds),
        "readings": [{"expected": one.expected, "seems": one.seems} for one in found.readings],
    }


def _loose(seen: Seen) -> Json:
    return {"place": _place(seen.place), "trouble": None if seen.trouble is None else seen.trouble.value}


def _place(place: Place) -> Json:
    return {"file": place.file, "page": place.page}
