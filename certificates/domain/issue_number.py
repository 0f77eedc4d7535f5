"""発行番号: the number of one copy on paper, never given twice."""

from __future__ import annotations

from dataclasses import dataclass

from certificates.domain.identifiers import MunicipalityCode, mod11_check_digit, municipality_code
from certificates.errors import InvalidValueError


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class IssueNumber:
    """The municipality and a serial that its ledger draws; printed as ``992011-0000001234-3``.

    The serial names neither time, process nor server: two issues of one second cannot meet in it.
    """

    municipality: MunicipalityCode
    serial: int

    def __post_init__(self) -> None:
        if not 0 < self.serial < 10**10:
            raise InvalidValueError("発行番号", "serial must be between 1 and 9,999,999,999")

    def __str__(self) -> str:
        body = f"{self.serial:010d}"
        return f"{self.municipality}-{body}-{mod11_check_digit(body)}"

    @classmethod
    def parse(cls, text: str) -> IssueNumber:
        """Raises InvalidValueError when the form or the check digit is wrong."""
        parts = text.split("-")
        if len(parts) != 3 or len(parts[1]) != 10 or not (text.isascii() and parts[1].isdigit()):
            raise InvalidValueError("発行番号", "must look like 992011-0000001234-3")
        if mod11_check_digit(parts[1]) != parts[2]:
            raise InvalidValueError("発行番号", "has a wrong check digit")
        return cls(municipality=municipality_code(parts[0]), serial=int(parts[1]))
