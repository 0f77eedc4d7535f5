"""One reconciliation of the copy with the registry, while changes flow: scan, search, block, set right, report."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence, Set
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.identifiers import MunicipalityCode
from sync.change.records import Kind
from sync.copy.store import ResidentRow, row_of
from sync.original.ports import Original
from sync.reconcile.asking import Told, ask_rows
from sync.reconcile.compare import Difference, Verdict
from sync.reconcile.leaves import leaf_of
from sync.reconcile.placing import place
from sync.reconcile.repair import Replacement, doubt, replace, set_leaves, settle
from sync.reconcile.report import Finding, Outcome, Report
from sync.reconcile.scan import Progress, scan_rows, scan_stored
from sync.reconcile.search import Patience, Search, portions
from sync.reconcile.snapshot import doubted
from sync.reconcile.subjects import is_subject

_SUBJECTS_AT_ONCE = 50
_OUTCOMES = {
    Verdict.WRONG: Outcome.BLOCKED,
    Verdict.SET_ASIDE: Outcome.SET_ASIDE,
    Verdict.ERASED: Outcome.ERASED,
}


async def reconcile(
    engine: AsyncEngine,
    original: Original,
    municipality: MunicipalityCode,
    clock: Callable[[], datetime],
    *,
    quick: bool = False,
    repair: bool = True,
    progress: Progress = lambda done, total: None,
    patience: Patience | None = None,
) -> Report:
    """Find the rows in which the copy differs from the registry, block whom they concern, and set them right.

    ``quick`` compares the leaves that applied changes have left, instead of the rows. ``repair`` False only finds and
    blocks. ``progress`` is told of the reading of the rows. What was blocked stays so when an error ends the run.
    Raises UnavailableError, WireError, RefusedError, ReconciliationError.
    """
    at, began, before = clock(), time.monotonic(), original.exchanged
    patience = patience or Patience()
    search = Search(engine, original, municipality, patience)
    await place(engine, original, municipality)
    in_doubt = await doubted(engine)
    scan = await (scan_stored(engine) if quick else scan_rows(engine, progress))
    differing = await search.descend(scan.leaves)
    suspected = {*differing, *scan.strays, *map(leaf_of, in_doubt)}
    differences = await search.examine(sorted(suspected))
    setting = _SettingRight(engine, original, municipality, search, patience, clock)
    await setting.block(differences)
    repaired = await setting.set_right(differences, repair=repair)
    off = {*scan.moved, *(differing if quick else ())} - {leaf_of(one.subject) for one in differences}
    moved = await set_leaves(engine, off)
    undecided = {one.subject for one in differences if one.verdict is Verdict.IN_FLUX}
    findings = [
        Finding(
            subject=one.subject,
            households=sorted(setting.households[one.subject]),
            rows=one.rows,
            outcome=Outcome.REPAIRED if one.subject in repaired else _OUTCOMES[one.verdict],
        )
        for one in differences
        if one.subject not in undecided
    ]
    await settle(engine, _doubtful(findings, undecided, in_doubt), clock())
    # nothing is known to be wrong with anybody there, so nobody is named
    findings += [
        Finding(subject=leaf, households=(), rows=(), outcome=Outcome.UNDECIDED)
        for leaf in sorted(set(map(leaf_of, undecided)))
    ]
    return Report(
        municipality=municipality,
        at=at,
        applied=scan.applied,
        rows=scan.rows,
        leaves=len(scan.leaves),
        findings=findings,
        moved=moved,
        rounds=search.rounds,
        questions=search.questions + setting.questions,
        exchanged=original.exchanged - before,
        seconds=time.monotonic() - began,
    )


def _doubtful(findings: Sequence[Finding], undecided: Set[str], in_doubt: Set[str]) -> frozenset[str]:
    """Whoever is still wrong with his households; nobody is trusted again while it cannot be decided about him."""
    doubtful: set[str] = set()
    for finding in findings:
        if finding.outcome is Outcome.BLOCKED:
            doubtful |= {finding.subject, *(f"h{household}" for household in finding.households)}
    if still := in_doubt & undecided:
        doubtful |= {*still, *(name for name in in_doubt if name[:1] == "h")}
    return frozenset(doubtful)


class _SettingRight:
    """``households`` of each subject, in the copy and at the registry; ``questions`` put to the registry."""

    def __init__(
        self,
        engine: AsyncEngine,
        original: Original,
        municipality: MunicipalityCode,
        search: Search,
        patience: Patience,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._original = original
        self._municipality = municipality
        self._search = search
        self._patience = patience
        self._clock = clock
        self.households: dict[str, set[str]] = {}
        self.questions = 0

    async def block(self, differences: Sequence[Difference]) -> None:
        """At once, before the registry is asked for the rows: for the subject and its household in the copy."""
        doubtful: set[str] = set()
        for one in differences:
            self.households[one.subject] = {one.household} if one.household is not None else set()
            if one.subject[:1] == "h" and is_subject(one.subject):
                self.households[one.subject] = {one.subject[1:]}
            if one.verdict is Verdict.WRONG:
                doubtful |= {one.subject, *(f"h{household}" for household in self.households[one.subject])}
        if doubtful:
            await doubt(self._engine, doubtful, self._clock())

    async def set_right(self, differences: Sequence[Difference], *, repair: bool) -> frozenset[str]:
        """The subjects whose rows are the registry's now; asks again while changes of them are on their way."""
        waiting = {one.subject: one for one in differences if one.verdict is Verdict.WRONG}
        repaired: set[str] = set()
        for round_ in range(self._patience.rounds):
            offered = [
                await self._replacements([waiting[name] for name in portion])
                for portion in portions(sorted(waiting), _SUBJECTS_AT_ONCE)
            ]
            if not repair:
                break
            repaired |= await self._take_over(offered)
            waiting = {name: one for name, one in waiting.items() if name not in repaired}
            if not waiting:
                break
            await asyncio.sleep(self._patience.rest(round_))
        return frozenset(repaired)

    async def _take_over(self, offered: Sequence[Sequence[Replacement]]) -> frozenset[str]:
        """Those of which the copy lacks a change are offered once more when it has come to it."""
        taken: set[str] = set()
        for replacements in offered:
            taken |= await replace(self._engine, replacements)
        late = [[one for one in replacements if one.subject not in taken] for replacements in offered]
        latest = max((one.touched for replacements in late for one in replacements), default=None)
        if latest is not None and await self._search.wait_for(latest):
            for replacements in filter(None, late):
                taken |= await replace(self._engine, replacements)
        return frozenset(taken)

    async def _replacements(self, wrong: Sequence[Difference]) -> Sequence[Replacement]:
        asked = [one.subject for one in wrong if is_subject(one.subject)]
        told = Told(position=0, rows={})
        if asked:
            self.questions += 1
            told = await ask_rows(self._original, self._municipality, asked)
        replacements = []
        for one in wrong:
            touched, records = told.rows.get(one.subject, (0, ()))
            rows = [row_of(record) for record in records]
            self.households[one.subject] |= {
                row.member.household for row in rows if isinstance(row, ResidentRow)
            }
            replacements.append(
                Replacement(
                    subject=one.subject,
                    touched=touched,
                    position=told.position if one.subject in told.rows else None,
                    rows=rows,
                    kinds=frozenset(kind for kind in Kind if kind.value not in one.aside),
                )
            )
        return replacements
