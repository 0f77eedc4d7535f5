"""The audit log's hash chains: rows that hold on to one another, and seals that only this server can make.

Each process writes a chain of its own, numbered 1, 2, 3 … within the municipality; each transaction's last row
carries a signed seal; each chain's first row states where its predecessor stood. So a changed, inserted or removed
row is found, and so is a chain cut short before the next one began. What nobody but the journal can show is a cut
of the very last rows, which is why opening a chain is also written to the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import WireError
from certificates.wire.codec import canonical, to_json
from certificates.wire.jose import SigningKey
from issuance_server.records import AuditEntry

_LABEL = b"kofu audit chain 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """Where a chain stands: its last row and that row's digest."""

    chain: int
    sequence: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.chain}:{self.sequence}:{self.digest.hex()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """An entry in its place; ``seal`` is a signed AuditSeal on the last row of a transaction."""

    chain: int
    sequence: int
    entry: AuditEntry
    digest: bytes = field(repr=False)
    seal: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSeal:
    """Signed by the issuance server: this chain had this digest at this row."""

    TAG: ClassVar[str] = "audit-seal/1"
    municipality: MunicipalityCode
    chain: int
    sequence: int
    digest: bytes


def start_of(chain: int) -> Tail:
    return Tail(chain=chain, sequence=0, digest=hashlib.sha256(_LABEL + str(chain).encode()).digest())


def extend(
    tail: Tail, entries: Sequence[AuditEntry], municipality: MunicipalityCode, key: SigningKey
) -> tuple[list[AuditRow], Tail]:
    """The rows of one transaction, the last one sealed. ``entries`` is not empty."""
    rows: list[AuditRow] = []
    for entry in entries:
        tail = _next(tail, entry)
        rows.append(AuditRow(chain=tail.chain, sequence=tail.sequence, entry=entry, digest=tail.digest))
    seal = AuditSeal(municipality=municipality, chain=tail.chain, sequence=tail.sequence, digest=tail.digest)
    rows[-1] = replace(rows[-1], seal=key.sign(seal).decode("ascii"))
    return rows, tail


def _next(tail: Tail, entry: AuditEntry) -> Tail:
    sequence = tail.sequence + 1
    body = canonical([tail.chain, sequence, to_json(entry)])
    digest = hashlib.sha256(_LABEL + tail.digest + body).digest()
    return Tail(chain=tail.chain, sequence=sequence, digest=digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What was verified; ``broken`` names the first row that does not hold and why."""

    chains: int
    rows: int
    broken: str | None = None


class _Walk:
    """The verification, row by row in the order of chain and sequence."""

    def __init__(
        self,
        municipality: MunicipalityCode,
        open_seal: Callable[[bytes], AuditSeal],
        stated: Mapping[int, str],
    ) -> None:
        self._municipality = municipality
        self._open_seal = open_seal
        self._stated = dict(stated)
        self._tail: Tail | None = None
        self._sealed = True
        self.chains = 0
        self.rows = 0

    def step(self, row: AuditRow) -> str | None:
        """Why ``row`` does not hold, or None."""
        tail = self._tail
        if tail is None or row.chain != tail.chain:
            if (reason := self.finish()) is not None:
                return reason
            tail = start_of(1 if tail is None else tail.chain + 1)
            if row.chain != tail.chain:
                return f"chain {tail.chain} is missing"
            self.chains += 1
        if row.sequence != tail.sequence + 1:
            return f"row {tail.chain}:{tail.sequence + 1} is missing"
        self._tail = tail = _next(tail, row.entry)
        if tail.digest != row.digest:
            return f"row {tail.chain}:{tail.sequence} was changed"
        self._sealed = row.seal is not None
        if row.seal is not None and (reason := self._check_seal(tail, row.seal)) is not None:
            return f"the seal of row {tail.chain}:{tail.sequence} {reason}"
        if self._stated.get(tail.chain) == str(tail):
            del self._stated[tail.chain]
        self.rows += 1
        return None

    def _check_seal(self, tail: Tail, token: str) -> str | None:
        try:
            seal = self._open_seal(token.encode())
        except WireError:
            return "is not this server's"
        meant = AuditSeal(
            municipality=self._municipality, chain=tail.chain, sequence=tail.sequence, digest=tail.digest
        )
        return None if seal == meant else "speaks of another row"

    def finish(self) -> str | None:
        """What is missing at the end of a chain."""
        if self._tail is None:
            return None
        chain = self._tail.chain
        if not self._sealed:
            return f"rows after {chain}:{self._tail.sequence} are missing"
        if chain in self._stated:
            return f"chain {chain} is not as chain {chain + 1} found it"
        return None


def stated_tails(openings: Sequence[AuditRow]) -> dict[int, str]:
    """From each chain's first row, where it found its predecessor: chain → the text of that tail."""
    return {row.chain - 1: row.entry.detail for row in openings if row.chain > 1}


async def verify(
    rows: AsyncIterator[AuditRow],
    stated: Mapping[int, str],
    municipality: MunicipalityCode,
    open_seal: Callable[[bytes], AuditSeal],
) -> AuditReport:
    """Walk all rows, ordered by chain and sequence; stops at the first that does not hold."""
    walk = _Walk(municipality, open_seal, stated)
    broken: str | None = None
    try:
        async for row in rows:
            if (broken := walk.step(row)) is not None:
                break
        else:
            broken = walk.finish()
    except WireError as error:
        broken = str(error)
    return AuditReport(chains=walk.chains, rows=walk.rows, broken=broken)
