"""Comparing copy and registry without I/O: down the digest tree to the leaves that differ, and the verdict on rows.

The numbers decide what a difference means: the copy's rows are those of number a, the registry's answer that of p.
Read first, the copy stands at a ≤ p: a subject that no change above a names has had the same rows at the registry from
a to p, and if the copy's are others, they are wrong. If one does name it, the difference may be that change on its way.
Read again once it has come to a ≥ p, the copy is at one with the answer wherever nothing above p has touched the leaf.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from certificates.errors import WireError
from sync.original.wire import LeavesAnswer, Node
from sync.reconcile.leaves import DIGEST_BYTES, leaf_of
from sync.reconcile.snapshot import Holdings, ReconciliationError
from sync.reconcile.subjects import is_leaf
from sync.reconcile.tree import DigestTree

Descent = Generator[Sequence[str], Sequence[Sequence[Node]], Sequence[str]]


def descend(mine: DigestTree) -> Descent:
    """Yields the nodes of one level, is sent the registry's children of each; returns the leaves that differ.

    Raises WireError when the answers are not those of a tree.
    """
    differing: set[str] = set()
    level: Sequence[str] = ("",)
    while level:
        answers = yield level
        below: list[str] = []
        for name, children in zip(level, answers, strict=True):
            _require_children(name, children)
            differing.update(mine.outside(name, [child.name for child in children]))
            for child in children:
                if mine.digest(child.name) == int.from_bytes(child.digest, "big"):
                    continue
                if is_leaf(child.name):
                    differing.add(child.name)
                else:
                    below.append(child.name)
        level = below
    return sorted(differing)


def _require_children(name: str, children: Sequence[Node]) -> None:
    before = ""
    for child in children:
        longer = child.name.startswith(name) and len(name) < len(child.name) <= 14
        apart = child.name > before and not (before and child.name.startswith(before))
        if not (longer and apart) or len(child.digest) != DIGEST_BYTES:
            raise WireError("the registry's digest tree is not one")
        before = child.name


class How(Enum):
    """What is wrong with a row of the copy."""

    CHANGED = "changed"
    MISSING = "missing"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowDifference:
    kind: str
    key: str = field(repr=False)
    how: How


class Verdict(Enum):
    """Why a subject's rows differ."""

    WRONG = "wrong"  # the copy's rows are not those of the registry
    IN_FLUX = "in-flux"  # a change is on its way, or was in every round
    SET_ASIDE = "set-aside"  # by rights: a change of these rows is in quarantine
    ERASED = "erased"  # by rights: erased here after the legal period


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One subject whose rows differ. ``aside``: the kinds of row that are not to be touched."""

    subject: str = field(repr=False)
    verdict: Verdict
    rows: Sequence[RowDifference] = field(repr=False)
    aside: frozenset[str] = frozenset()
    household: str | None = field(default=None, repr=False)


def judge(held: Holdings, answer: LeavesAnswer, leaves: Sequence[str]) -> Sequence[Difference]:
    """The subjects below ``leaves`` that differ, and why. Raises WireError."""
    theirs: dict[str, dict[tuple[str, str], int]] = {}
    touched: dict[str, int] = {}
    asked = frozenset(leaves)
    for told in answer.subjects:
        if leaf_of(told.subject) not in asked or told.subject in theirs:
            raise WireError("the registry answered about somebody else")
        theirs[told.subject] = {(row.kind, row.key): int.from_bytes(row.digest, "big") for row in told.rows}
        touched[told.subject] = told.touched
    found = []
    for name in sorted(theirs.keys() | held.rows.keys()):
        mine = {(row.kind, row.key): row.digest for row in held.rows.get(name, ())}
        rows = _differences(mine, theirs.get(name, {}))
        if rows:
            found.append(_difference(name, rows, held, answer.position, touched.get(name, 0)))
    return found


def require_younger(held: Holdings, answer: LeavesAnswer) -> None:
    """Raises ReconciliationError when the registry answers at a lower number than the copy had before it was asked."""
    if answer.position < held.applied:
        raise ReconciliationError(
            f"the registry stands at {answer.position}, the copy at {held.applied}: its books are older than the "
            "copy; a full load has to come first"
        )


def _differences(
    mine: Mapping[tuple[str, str], int], theirs: Mapping[tuple[str, str], int]
) -> Sequence[RowDifference]:
    rows = []
    for kind, key in sorted(mine.keys() | theirs.keys()):
        here, there = mine.get((kind, key)), theirs.get((kind, key))
        if here != there:
            how = How.MISSING if here is None else How.EXTRA if there is None else How.CHANGED
            rows.append(RowDifference(kind=kind, key=key, how=how))
    return rows


def _difference(
    name: str, rows: Sequence[RowDifference], held: Holdings, position: int, touched: int
) -> Difference:
    aside = held.aside.get(name, frozenset())
    if name in held.erased and name not in held.rows:
        verdict = Verdict.ERASED
    elif touched > held.applied or held.latest(leaf_of(name)) > position:
        verdict = Verdict.IN_FLUX
    elif {row.kind for row in rows} <= aside:
        verdict = Verdict.SET_ASIDE
    else:
        verdict = Verdict.WRONG
    household = next((row.household for row in held.rows.get(name, ()) if row.household), None)
    return Difference(subject=name, verdict=verdict, rows=rows, aside=aside, household=household)
