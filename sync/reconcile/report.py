"""What one reconciliation found and did, for the operator and for the record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from certificates.domain.identifiers import MunicipalityCode
from certificates.wire.codec import Json
from sync.reconcile.compare import RowDifference


class Outcome(Enum):
    """What became of a subject whose rows differed."""

    REPAIRED = "repaired"
    BLOCKED = "blocked"  # wrong, and not set right: nothing is issued until it is
    UNDECIDED = "undecided"  # changes of it were on their way in every round
    SET_ASIDE = "set-aside"  # by rights: a change of it is in quarantine
    ERASED = "erased"  # by rights: erased here after the legal period


BY_RIGHTS = (Outcome.SET_ASIDE, Outcome.ERASED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """``households``: 世帯番号 in the copy and at the registry. Of what is undecided ``subject`` is the leaf alone, and
    nobody and no row is named: nothing is known to be wrong there."""

    subject: str = field(repr=False)
    households: Sequence[str] = field(repr=False)
    rows: Sequence[RowDifference] = field(repr=False)
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``applied``: the number at which the copy was read. ``rows`` compared; None when only stored leaves were.

    ``moved``: stored leaves that were not those of their rows, and have been set right. ``questions`` and ``exchanged``
    (bytes, without TLS and HTTP headers) are those put to the registry; ``rounds`` one after the other.
    """

    municipality: MunicipalityCode
    at: datetime
    applied: int
    rows: int | None
    leaves: int
    findings: Sequence[Finding]
    moved: int
    rounds: int
    questions: int
    exchanged: int
    seconds: float

    @property
    def is_equal(self) -> bool:
        """Nothing differed but what differs by rights."""
        return all(finding.outcome in BY_RIGHTS for finding in self.findings)

    @property
    def is_undecided(self) -> bool:
        """Nothing is known to differ that has not been set right, but it could not be said of all."""
        others = [finding for finding in self.findings if finding.outcome is not Outcome.UNDECIDED]
        return len(others) < len(self.findings) and all(
            finding.outcome is Outcome.REPAIRED or finding.outcome in BY_RIGHTS for finding in others
        )

    @property
    def is_set_right(self) -> bool:
        """Whatever differed is as the registry has it now."""
        return all(
            finding.outcome is Outcome.REPAIRED or finding.outcome in BY_RIGHTS for finding in self.findings
        )

    @property
    def differing_rows(self) -> int:
        return sum(len(finding.rows) for finding in self.findings if finding.outcome not in BY_RIGHTS)

    def count(self, outcome: Outcome) -> int:
        return sum(finding.outcome is outcome for finding in self.findings)

    def households(self) -> Sequence[str]:
        """世帯番号 of the households of which a row differed."""
        named = {
            household
            for finding in self.findings
            if finding.outcome not in BY_RIGHTS
            for household in finding.households
        }
        return sorted(named)


def summary(report: Report) -> str:
    """One line without anybody's number."""
    compared = f"{report.rows:,} rows" if report.rows is not None else "stored digests"
    counts = ", ".join(
        f"{report.count(outcome)} {outcome.value}" for outcome in Outcome if report.count(outcome)
    )
    return (
        f"{compared} in {report.leaves:,} leaves compared at number {report.applied}: "
        f"{report.differing_rows} rows of {len(report.households())} households differed"
        f"{f' ({counts})' if counts else ''}; {report.questions} questions in {report.rounds} rounds, "
        f"{report.exchanged:,} bytes, {report.seconds:.1f} s"
    )


def as_text(report: Report) -> str:
    """The summary, then a line for each row that differed."""
    lines = [summary(report)]
    if report.moved:
        lines.append(f"{report.moved} stored leaves were not those of their rows and have been set right")
    for finding in report.findings:
        if finding.outcome is Outcome.UNDECIDED:
            lines.append(f"{finding.outcome.value:10} leaf {finding.subject}")
        where = ", ".join(finding.households) or "-"
        lines += [
            f"{finding.outcome.value:10} {finding.subject} household {where}: {row.kind} {row.key} {row.how.value}"
            for row in finding.rows
        ]
    return "\n".join(lines)


def as_json(report: Report) -> Json:
    kinds = Counter(
        (row.kind, row.how.value)
        for finding in report.findings
        if finding.outcome not in BY_RIGHTS
        for row in finding.rows
    )
    return {
        "municipality": report.municipality,
        "at": report.at.isoformat(),
        "applied": report.applied,
        "rows": report.rows,
        "leaves": report.leaves,
        "differing_rows": report.differing_rows,
        "by_kind": [
            {"kind": kind, "how": how, "count": count} for (kind, how), count in sorted(kinds.items())
        ],
        "households": list(report.households()),
        "moved_leaves": report.moved,
        "rounds": report.rounds,
        "questions": report.questions,
        "bytes": report.exchanged,
        "milliseconds": round(report.seconds * 1000),
        "findings": [
            {
                "subject": finding.subject,
                "households": list(finding.households),
                "outcome": finding.outcome.value,
                "rows": [{"kind": row.kind, "key": row.key, "how": row.how.value} for row in finding.rows],
            }
            for finding in report.findings
        ],
    }
