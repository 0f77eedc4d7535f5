"""Finding what differs: down the tree with the registry's help, then every suspected leaf row by row."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import WireError
from sync.original.ports import Original
from sync.original.wire import LeavesAnswer, Node, SubjectDigest
from sync.reconcile.asking import require_ours
from sync.reconcile.compare import Difference, Verdict, descend, judge, require_younger
from sync.reconcile.leaves import Leaf, leaf_of
from sync.reconcile.snapshot import LEAVES_AT_ONCE, applied_number, holdings
from sync.reconcile.subjects import is_leaf
from sync.reconcile.tree import DigestTree

_NODES_AT_ONCE = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """``rounds``: how often what is in flux is looked at. In each the copy has up to ``seconds`` to come to where the
    registry stood, and is asked every ``pause`` seconds whether it has; before the next one passes ``first_rest``,
    doubled each time up to ``longest_rest``: changes of one household come close together, and then no more do."""

    rounds: int = 6
    seconds: float = 10.0
    pause: float = 0.05
    first_rest: float = 0.1
    longest_rest: float = 2.0

    def rest(self, round_: int) -> float:
        """Seconds after the round of this number, from 0."""
        return min(self.longest_rest, self.first_rest * 2.0 ** min(round_, 30))


class Search:
    """``rounds`` of ``questions`` to the registry so far."""

    def __init__(
        self, engine: AsyncEngine, original: Original, municipality: MunicipalityCode, patience: Patience
    ) -> None:
        self._engine = engine
        self._original = original
        self._municipality = municipality
        self._patience = patience
        self.rounds = 0
        self.questions = 0

    async def descend(self, leaves: Sequence[Leaf]) -> Sequence[str]:
        """The names of the leaves in which the registry's differ from these."""
        descent = descend(await asyncio.to_thread(DigestTree, leaves))
        level = next(descent)
        while True:
            answers = [
                answer for portion in portions(level, _NODES_AT_ONCE) for answer in await self._nodes(portion)
            ]
            self.rounds += 1
            try:
                level = descent.send(answers)
            except StopIteration as end:
                differing: Sequence[str] = end.value
                return differing

    async def examine(self, leaves: Sequence[str]) -> Sequence[Difference]:
        """All differences below these leaves; what is in flux is looked at again, a bounded number of times."""
        found = await self._look(leaves)
        for round_ in range(self._patience.rounds - 1):
            in_flux = [name for name, one in found.items() if one.verdict is Verdict.IN_FLUX]
            if not in_flux:
                break
            await asyncio.sleep(self._patience.rest(round_))
            again = await self._look(sorted(set(map(leaf_of, in_flux))))
            for name in in_flux:
                del found[name]
                if name in again:
                    found[name] = again[name]
        return [found[name] for name in sorted(found)]

    async def _look(self, leaves: Sequence[str]) -> dict[str, Difference]:
        """First from below the registry's number, and for what is in flux then once more from above it."""
        found: dict[str, Difference] = {}
        in_flux: list[tuple[Sequence[str], LeavesAnswer]] = []
        for portion in portions(leaves, LEAVES_AT_ONCE):
            held = await holdings(self._engine, portion)  # before the registry is asked: see ``compare``
            answer = await self._leaves(portion, held.applied)
            require_younger(held, answer)
            differences = judge(held, answer, portion)
            found.update((one.subject, one) for one in differences)
            if unsettled := {leaf_of(one.subject) for one in differences if one.verdict is Verdict.IN_FLUX}:
                in_flux.append((sorted(unsettled), answer))
        if in_flux and await self.wait_for(max(answer.position for _, answer in in_flux)):
            for names, answer in in_flux:
                settled = judge(await holdings(self._engine, names), _narrowed(answer, names), names)
                found = {name: one for name, one in found.items() if leaf_of(name) not in names}
                found.update((one.subject, one) for one in settled)
        self.rounds += bool(leaves)
        return found

    async def wait_for(self, number: int) -> bool:
        """Until the copy has applied ``number``, but not for ever; whether it has."""
        give_up = time.monotonic() + self._patience.seconds
        while time.monotonic() < give_up:
            if await applied_number(self._engine) >= number:
                return True
            await asyncio.sleep(self._patience.pause)  # another process may apply it: nothing here is told
        return False

    async def _nodes(self, nodes: Sequence[str]) -> Sequence[Sequence[Node]]:
        answer = await self._original.nodes(nodes)
        self.questions += 1
        require_ours(self._municipality, answer.municipality)
        if len(answer.children) != len(nodes):
            raise WireError("the registry did not answer about every node")
        return answer.children

    async def _leaves(self, names: Sequence[str], applied: int) -> LeavesAnswer:
        """A leaf that no registry can hold is not asked about: below it everything is wrong."""
        known = [name for name in names if is_leaf(name)]
        if not known:
            none: tuple[SubjectDigest, ...] = ()
            return LeavesAnswer(municipality=self._municipality, position=applied, subjects=none)
        answer = await self._original.leaves(known)
        self.questions += 1
        require_ours(self._municipality, answer.municipality)
        return answer


def _narrowed(answer: LeavesAnswer, leaves: Sequence[str]) -> LeavesAnswer:
    """What the answer says of these leaves alone."""
    return replace(answer, subjects=tuple(one for one in answer.subjects if leaf_of(one.subject) in leaves))


def portions(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (names[start : start + size] for start in range(0, len(names), size))
