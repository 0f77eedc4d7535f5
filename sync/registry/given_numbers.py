"""個人番号 and 住民票コード: entered, changed on request, set right."""

from __future__ import annotations

from certificates.domain.identifiers import ResidentNumber
from certificates.errors import InvalidValueError
from sync.change.events import Change
from sync.change.reasons import Reason
from sync.registry.state import Entry, RegisterState, revised

INDIVIDUAL_NUMBER = (
    Reason.INDIVIDUAL_NUMBER_ENTERED,
    Reason.INDIVIDUAL_NUMBER_ON_REQUEST,
    Reason.INDIVIDUAL_NUMBER_EX_OFFICIO,
)
"""番号法7条 (指定, 変更) and 住民基本台帳法施行令12条."""
RESIDENT_CODE = (Reason.RESIDENT_CODE_ENTERED, Reason.RESIDENT_CODE_ON_REQUEST)
"""住民基本台帳法30条の3, 30条の4."""


def give_individual_number(
    state: RegisterState, number: ResidentNumber, value: str, reason: Reason, entry: Entry
) -> Change:
    """個人番号の職権記載, 変更請求 or 職権修正. Raises InvalidValueError for another reason and for the same number."""
    row = state.resident(number)
    if reason not in INDIVIDUAL_NUMBER or row.individual_number == value:
        raise InvalidValueError("個人番号", "is given by a reason of its own, and is a new one")
    return entry.of_residents(reason, [revised(row, individual_number=value)])


def give_resident_code(
    state: RegisterState, number: ResidentNumber, value: str, reason: Reason, entry: Entry
) -> Change:
    """住民票コードの職権記載 or 変更請求. Raises InvalidValueError for another reason and for the same code."""
    row = state.resident(number)
    if reason not in RESIDENT_CODE or row.resident_code == value:
        raise InvalidValueError("住民票コード", "is given by a reason of its own, and is a new one")
    return entry.of_residents(reason, [revised(row, resident_code=value)])
