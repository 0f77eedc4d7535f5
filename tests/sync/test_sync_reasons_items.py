"""The table of carried items in the documentation says what the rows are: no field without a reason, no reason without a field."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from certificates.domain.resident import ForeignStatus, Honseki, Resident
from certificates.domain.seal import SealRegistration
from certificates.domain.suppression import Suppression
from sync.change.events import CardCertificate

_DOCUMENT = Path(__file__).parents[2] / "docs" / "register-items.md"
_TYPES = (Resident, ForeignStatus, Honseki, SealRegistration, CardCertificate, Suppression)
_FIELD = re.compile(r"`([A-Z]\w+\.\w+)`")
_ROW = re.compile(r"\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def document() -> str:
    return _DOCUMENT.read_text(encoding="utf-8")


def fields() -> set[str]:
    return {f"{kind.__name__}.{field.name}" for kind in _TYPES for field in dataclasses.fields(kind)}


def test_every_field_that_is_named_exists() -> None:
    assert set(_FIELD.findall(document())) - fields() == set()


def test_every_field_of_a_row_is_named() -> None:
    assert fields() - set(_FIELD.findall(document())) == set()


def test_all_61_items_are_there_in_their_order() -> None:
    assert [int(number) for number, *_ in _ROW.findall(document())] == list(range(1, 62))


def test_an_item_is_either_carried_or_not_and_the_reason_is_given() -> None:
    for number, _, carried, why in _ROW.findall(document()):
        assert (carried.strip() == "not carried") is not bool(_FIELD.findall(carried)), number
        assert why.strip(), number
