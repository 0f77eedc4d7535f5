"""What the registry tells the issuance server: how far somebody's changes have come, and the tree's nodes and rows."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from certificates.wire.frame import pack
from certificates.wire.jose import SigningKey
from sync.copy.store import row_of
from sync.original.lines import write_rows
from sync.original.wire import (
    LeavesAnswer,
    LeavesInquiry,
    NodesAnswer,
    NodesInquiry,
    PositionAnswer,
    PositionInquiry,
    RowsInquiry,
)
from sync.reconcile.leaves import subject
from sync.reconcile.subjects import subject_digest
from sync.reconcile.tree import DigestTree
from sync.registry.ports import Books, Clock, is_whole

_TREE_LASTS = timedelta(seconds=10)
"""One reconciliation asks for many nodes; the leaves are not read for each question."""


class Answer:
    """Every answer is about one snapshot of the books and names the number at which it was taken."""

    def __init__(self, books: Books, municipality: MunicipalityCode, key: SigningKey, clock: Clock) -> None:
        self._books = books
        self._municipality = municipality
        self._key = key
        self._clock = clock
        self._tree: tuple[datetime, int, DigestTree] | None = None
        self._planting = asyncio.Lock()

    async def position(self, inquiry: PositionInquiry) -> PositionAnswer:
        """Raises RefusedError (UNKNOWN_MUNICIPALITY), as all of these."""
        self._require_ours(inquiry.municipality)
        names = [subject(resident=number) for number in inquiry.residents]
        names += [subject(household=number) for number in inquiry.households]
        touched, position = await self._books.touched(names)
        return PositionAnswer(
            municipality=self._municipality, touched=touched, position=position, read_at=self._clock()
        )

    async def nodes(self, inquiry: NodesInquiry) -> NodesAnswer:
        self._require_ours(inquiry.municipality)
        position, tree = await self._planted()
        return NodesAnswer(
            municipality=self._municipality, position=position, children=tree.children(inquiry.nodes)
        )

    async def _planted(self) -> tuple[int, DigestTree]:
        async with self._planting:
            now = self._clock()
            if self._tree is None or not timedelta(0) <= now - self._tree[0] < _TREE_LASTS:
                position, leaves = await self._books.leaves()
                self._tree = now, position, await asyncio.to_thread(DigestTree, leaves)
            return self._tree[1:]

    async def leaves(self, inquiry: LeavesInquiry) -> LeavesAnswer:
        self._require_ours(inquiry.municipality)
        position, found = await self._books.subjects(inquiry.leaves)
        digests = await asyncio.to_thread(
            lambda: [subject_digest(each.subject, each.touched, map(row_of, each.records)) for each in found]
        )
        return LeavesAnswer(municipality=self._municipality, position=position, subjects=tuple(digests))

    async def rows(self, inquiry: RowsInquiry) -> bytes:
        """A frame: the signed ``RowsAnswer`` and the lines. Raises RefusedError (MALFORMED_MESSAGE) for a leaf."""
        self._require_ours(inquiry.municipality)
        if not all(is_whole(name) for name in inquiry.subjects):
            raise RefusedError(ProblemCode.MALFORMED_MESSAGE, "rows are those of whole subjects")
        position, found = await self._books.subjects(inquiry.subjects)
        by_name = {each.subject: each for each in found}
        asked = [(name, by_name[name].touched, by_name[name].records) for name in inquiry.subjects]
        statement, lines = await asyncio.to_thread(write_rows, self._municipality, position, asked)
        return pack(self._key.sign(statement), lines)

    def _require_ours(self, addressed: MunicipalityCode) -> None:
        if addressed != self._municipality:
            raise RefusedError(ProblemCode.UNKNOWN_MUNICIPALITY, f"this is {self._municipality}")
