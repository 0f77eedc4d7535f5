"""証明書の種類 and what an applicant may choose about them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from certificates.domain.identifiers import ResidentNumber
from certificates.errors import InvalidValueError, RefusedError
from certificates.problems import ProblemCode


class CertificateKind(Enum):
    RESIDENT_RECORD = "resident-record"
    SEAL_REGISTRATION = "seal-registration"

    @property
    def title(self) -> str:
        return {"resident-record": "住民票の写し", "seal-registration": "印鑑登録証明書"}[self.value]


class Form(Enum):
    """様式 of the 住民票の写し."""

    HOUSEHOLD = "household"  # 世帯連記式: four residents a sheet
    INDIVIDUAL = "individual"  # 個人票: one resident


class OptionalItem(Enum):
    """Items that are printed only when asked for (住民基本台帳法12条5項)."""

    RELATION = "relation"  # 世帯主・続柄
    HONSEKI = "honseki"  # 本籍・筆頭者 (Japanese)
    FOREIGN = "foreign"  # 国籍・地域, 在留資格等 (foreign)
    INDIVIDUAL_NUMBER = "individual-number"  # 個人番号: off unless asked for

    @property
    def label(self) -> str:
        return {
            "relation": "世帯主・続柄",
            "honseki": "本籍・筆頭者",
            "foreign": "国籍・地域、在留資格等",
            "individual-number": "個人番号（マイナンバー）",
        }[self.value]


MAX_COPIES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """交付申請: what the resident asked for.

    ``members`` None asks for the whole household (世帯全員); else the chosen members, the holder or others of
    the household. A seal registration certificate is for the holder alone.
    Raises RefusedError (COPIES_OUT_OF_RANGE, OPTION_NOT_OFFERED) when it contradicts itself.
    """

    kind: CertificateKind
    members: tuple[ResidentNumber, ...] | None = None
    items: frozenset[OptionalItem] = frozenset()
    copies: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.copies <= MAX_COPIES:
            raise RefusedError(ProblemCode.COPIES_OUT_OF_RANGE, f"1 to {MAX_COPIES}")
        if self.members is not None and len(set(self.members)) != len(self.members):
            raise InvalidValueError("members", "one person twice")
        if self.members == ():
            raise InvalidValueError("members", "nobody chosen")
        if self.kind is CertificateKind.SEAL_REGISTRATION and (self.items or self.members is not None):
            raise RefusedError(ProblemCode.OPTION_NOT_OFFERED, "a seal certificate has no choices")

    @property
    def form(self) -> Form:
        """One chosen person is a 個人票, everything else 世帯連記式."""
        return Form.INDIVIDUAL if self.members is not None and len(self.members) == 1 else Form.HOUSEHOLD
