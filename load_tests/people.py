"""Who lives in the town, as the oracle knows it: holders by card serial, with their households."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from certificates.domain.household import Household
from certificates.domain.identifiers import CardSerial, HouseholdNumber, MunicipalityCode, ResidentNumber
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.kinds.table import KINDS
from certificates.domain.municipality import Municipality
from certificates.domain.resident import Resident
from certificates.profiles.reading import load_profile, shipped_profile
from load_tests.oracle import Expected, bare


def profile(code: MunicipalityCode) -> Municipality:
    """The shipped profile of a municipality."""
    return load_profile(shipped_profile(code))


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Current rows by 宛名番号 and the holder of every card."""

    residents: Mapping[ResidentNumber, Resident] = field(repr=False)
    holders: Mapping[CardSerial, ResidentNumber] = field(repr=False)
    officials: frozenset[str]  # names of mayors, which every paper shows
    _households: Mapping[HouseholdNumber, Sequence[Resident]] = field(repr=False)

    @classmethod
    def of(
        cls,
        residents: Iterable[Resident],
        holders: Mapping[CardSerial, ResidentNumber],
        municipality: Municipality,
    ) -> People:
        rows = {resident.number: resident for resident in residents}
        households: dict[HouseholdNumber, list[Resident]] = {}
        for row in rows.values():
            households.setdefault(row.household, []).append(row)
        officials = frozenset(signatory.name for signatory in municipality.signatories)
        return cls(residents=rows, holders=dict(holders), officials=officials, _households=households)

    def rows_with(self, number: ResidentNumber) -> tuple[Resident, ...]:
        """Everybody of that resident's household, removed members included."""
        return tuple(self._households[self.residents[number].household])

    def household(self, number: ResidentNumber) -> Household:
        return Household.of(self.rows_with(number))

    def expected(
        self,
        serial: CardSerial,
        kind: CertificateKind,
        members: Sequence[ResidentNumber] | None = None,
        items: frozenset[OptionalItem] = frozenset(),
    ) -> Expected:
        """What a paper for this holder must show; ``members`` None is the whole household."""
        holder = self.residents[self.holders[serial]]
        household = self.household(holder.number)
        if not KINDS[kind].members:
            subjects: tuple[Resident, ...] = (holder,)
        elif members is None:
            subjects = household.members
        else:
            subjects = tuple(member for member in household.members if member.number in set(members))
        return Expected(kind=kind, items=items, subjects=subjects, others=self._others(subjects))

    def _others(self, subjects: Sequence[Resident]) -> frozenset[str]:
        """Names that must not be there: all but those that are part of what belongs on the paper."""
        own = [bare(name) for name in self.officials] + [
            bare(text)
            for subject in subjects
            for text in (
                subject.name,
                subject.household_head,
                subject.alias or "",
                subject.address,
                subject.previous_address or "",
                subject.honseki.head if subject.honseki is not None else "",
                subject.foreign.kanji_name or "" if subject.foreign is not None else "",
            )
        ]
        names = {bare(row.name) for row in self.residents.values()}
        return frozenset(name for name in names if not any(name in text for text in own))
