"""The registry's books asked in the same process: the messages are made and read as over the line, and counted."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import TypeVar

from certificates.domain.identifiers import MunicipalityCode
from certificates.wire.codec import Message, decode, encode
from certificates.wire.jose import Role, SigningKey, TrustedKeys
from sync.change.events import Record
from sync.copy.store import row_of
from sync.feed.full_load import read_record, record_line
from sync.original.wire import (
    LeavesAnswer,
    LeavesInquiry,
    NodesAnswer,
    NodesInquiry,
    RowsAnswer,
    RowsInquiry,
    SubjectRows,
)
from sync.reconcile.subjects import subject_digest
from sync.reconcile.tree import DigestTree
from sync.registry.ports import Books

M = TypeVar("M", bound=Message)


class NearOriginal:
    """See ``sync.original.ports.Original``."""

    def __init__(
        self, books: Books, municipality: MunicipalityCode, key: SigningKey, trusted: TrustedKeys
    ) -> None:
        self._books = books
        self._municipality = municipality
        self._key = key
        self._trusted = trusted
        self._tree: tuple[int, DigestTree] | None = None
        self._exchanged = 0

    @property
    def exchanged(self) -> int:
        return self._exchanged

    def _line(self, message: M) -> M:
        data = encode(message)
        self._exchanged += len(data)
        return decode(data, type(message))

    async def nodes(self, nodes: Sequence[str]) -> NodesAnswer:
        asked = self._line(NodesInquiry(municipality=self._municipality, nodes=tuple(nodes)))
        if self._tree is None or asked.nodes == ("",):
            position, leaves = await self._books.leaves()
            self._tree = position, await asyncio.to_thread(DigestTree, leaves)
        position, tree = self._tree
        children = tree.children(asked.nodes)
        return self._line(NodesAnswer(municipality=self._municipality, position=position, children=children))

    async def leaves(self, leaves: Sequence[str]) -> LeavesAnswer:
        asked = self._line(LeavesInquiry(municipality=self._municipality, leaves=tuple(leaves)))
        position, found = await self._books.subjects(asked.leaves)
        subjects = tuple(
            subject_digest(each.subject, each.touched, map(row_of, each.records)) for each in found
        )
        return self._line(LeavesAnswer(municipality=self._municipality, position=position, subjects=subjects))

    async def rows(self, subjects: Sequence[str]) -> tuple[RowsAnswer, Sequence[Sequence[Record]]]:
        asked = self._line(RowsInquiry(municipality=self._municipality, subjects=tuple(subjects)))
        position, found = await self._books.subjects(asked.subjects)
        told = {each.subject: each for each in found}
        lines = [
            [record_line(record) for record in told[name].records] if name in told else []
            for name in subjects
        ]
        body = b"".join(line for group in lines for line in group)
        token = self._key.sign(
            RowsAnswer(
                municipality=self._municipality,
                position=position,
                subjects=tuple(
                    SubjectRows(
                        subject=name, touched=told[name].touched if name in told else 0, count=len(group)
                    )
                    for name, group in zip(subjects, lines, strict=True)
                ),
                sha256=hashlib.sha256(body).digest(),
            )
        )
        self._exchanged += len(token) + len(body)
        answer, _ = self._trusted.open(token, RowsAnswer, Role.REGISTRY)
        return answer, [[read_record(line[:-1], 1) for line in group] for group in lines]
