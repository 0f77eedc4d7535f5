"""交付申請: what an applicant chose."""

from __future__ import annotations

from dataclasses import dataclass

from certificates.domain.identifiers import ResidentNumber
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.kinds.table import KINDS
from certificates.errors import InvalidValueError, RefusedError
from certificates.problems import ProblemCode

MAX_COPIES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What the resident asked for.

    ``members`` None asks for the whole household (世帯全員), or of a kind about one person for the holder; else the
    chosen members, the holder or others of the household. ``individual`` asks for a 個人票 for each person (True) or for
    世帯連記式 (False); None leaves it to the kind, which prints one chosen member as a 個人票.
    Raises RefusedError (COPIES_OUT_OF_RANGE, OPTION_NOT_OFFERED) when it contradicts itself.
    """

    kind: CertificateKind
    members: tuple[ResidentNumber, ...] | None = None
    items: frozenset[OptionalItem] = frozenset()
    copies: int = 1
    individual: bool | None = None

    def __post_init__(self) -> None:
        kind = KINDS[self.kind]
        if not 1 <= self.copies <= MAX_COPIES:
            raise RefusedError(ProblemCode.COPIES_OUT_OF_RANGE, f"1 to {MAX_COPIES}")
        if self.members is not None and len(set(self.members)) != len(self.members):
            raise InvalidValueError("members", "one person twice")
        if self.members == ():
            raise InvalidValueError("members", "nobody chosen")
        if self.members is not None and not kind.members:
            raise RefusedError(ProblemCode.OPTION_NOT_OFFERED, f"{self.kind.value}: no choice of members")
        if self.individual is not None and len(kind.forms) < 2:
            raise RefusedError(ProblemCode.OPTION_NOT_OFFERED, f"{self.kind.value}: no choice of forms")
        if kind.only_chosen and not self.items:
            raise InvalidValueError("items", "nothing chosen")
        if foreign := self.items - kind.items:
            item = min(item.value for item in foreign)
            raise RefusedError(ProblemCode.OPTION_NOT_OFFERED, f"{self.kind.value}: {item}")
