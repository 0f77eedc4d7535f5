"""An opened sheet as JSON in stable words, for whoever answers about one; fields are only added."""

from __future__ import annotations

from anti_forgery.sheet import SheetFacts
from certificates.wire.codec import Json


def sheet_json(sheet: SheetFacts, *, text: bool) -> Json:
    """What the back carried, without order and digest; with the front's words when ``text``."""
    facts: dict[str, Json] = {
        "issue_number": sheet.issue_number,
        "page": sheet.page,
        "pages": sheet.pages,
        "copy": sheet.copy,
        "municipality": sheet.municipality,
        "issued_at": sheet.issued_at.isoformat(),
        "register_sequence": sheet.register_sequence,
    }
    if text:
        facts["text"] = sheet.text
    return facts
