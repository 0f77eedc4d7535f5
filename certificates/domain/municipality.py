"""A municipality as a value: its name, who signs, what it offers, for what fee, when and under which policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from certificates.domain.identifiers import MunicipalityCode
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.kinds.kind import Scope
from certificates.domain.kinds.table import KINDS
from certificates.domain.official_seal import OfficialSeal, SealLettering
from certificates.domain.service_hours import ServiceHours
from certificates.domain.wording import PaperWords, Statements
from certificates.errors import InvalidValueError


class MovingOutPolicy(Enum):
    """Who is refused once a move-out (転出予定) has been notified."""

    PERSON = "person"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """市長 or 職務代理者, the first and the last day of the period, and the seal that goes with the office.

    Without ``until`` the period ends where a later one begins; without ``seal`` its lettering is that of the office.
    """

    title: str  # printed after the name of the municipality: 「市長」, 「市長職務代理者　副市長」
    name: str
    since: date
    until: date | None = None
    seal: OfficialSeal | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.until < self.since:
            raise InvalidValueError("until", "is before since")

    @property
    def is_acting(self) -> bool:
        return "職務代理者" in self.title

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The municipality's choices; ages in years, ``max_register_age_seconds`` in seconds."""

    minimum_age: int = 15
    moving_out: MovingOutPolicy = MovingOutPolicy.PERSON
    max_register_age_seconds: int = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """``prefecture``, ``within`` (郡, or the designated city of a ward) and ``name`` are printed together."""

    code: MunicipalityCode
    prefecture: str
    name: str
    signatories: tuple[Signatory, ...]  # by ``since``, the oldest first
    fees: Mapping[CertificateKind, int]  # yen a copy; a kind without a fee is not offered
    items: frozenset[OptionalItem]
    policy: Policy
    within: str = ""
    name_en: str = ""  # for screens that are not Japanese
    hours: ServiceHours = field(default_factory=ServiceHours)
    statements: Statements = field(default_factory=dict)
    words: PaperWords = field(default_factory=PaperWords)

    @property
    def full_name(self) -> str:
        return self.prefecture + self.within + self.name

    def signatory_on(self, day: date) -> Signatory:
        """The latest to take office of those in it. Raises InvalidValueError when nobody is."""
        for signatory in reversed(self.signatories):
            if signatory.holds_on(day):
                return signatory
        raise InvalidValueError("市区町村長", f"nobody is in office on {day.isoformat()}")

    def statement(self, kind: CertificateKind, scope: Scope) -> str:
        """認証文, the municipality's own or the standard one."""
        return self.statements.get(kind, {}).get(scope) or KINDS[kind].statements[scope]

    def seal_of(self, signatory: Signatory) -> OfficialSeal:
        office = "長職務代理者之印" if signatory.is_acting else "長之印"
        return signatory.seal or SealLettering(text=self.name + office)
