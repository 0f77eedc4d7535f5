"""Questions of the issuance server to the registry, and its answers; over mutual TLS, roles ISSUER and REGISTRY.

The registry's answers name the number at which they were read. ``touched`` is the highest number of a change that
names somebody, or that touched a part of the tree; 0 when none has since the register was taken over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from certificates.domain.identifiers import HouseholdNumber, MunicipalityCode, ResidentNumber
from certificates.errors import InvalidValueError

MAX_NAMED = 200
"""People and households in one question about their position."""
MAX_NODES = 1_000
"""Nodes or leaves in one question."""
MAX_SUBJECTS = 300
"""Subjects in one question for rows: a row may hold an imprint, and all are signed for in one token."""


def _require_count(field_name: str, names: Sequence[str], limit: int) -> None:
    if not 1 <= len(names) <= limit or len(set(names)) != len(names):
        raise InvalidValueError(field_name, f"must be 1 to {limit}, each once")


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionInquiry:
    """Has any of these changed since? Asked at the moment of issue, when the copy has been read."""

    TAG: ClassVar[str] = "position-inquiry/1"
    municipality: MunicipalityCode
    residents: tuple[ResidentNumber, ...] = field(repr=False)
    households: tuple[HouseholdNumber, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not 1 <= len(self.residents) + len(self.households) <= MAX_NAMED:
            raise InvalidValueError("residents, households", f"must name 1 to {MAX_NAMED}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionAnswer:
    """``touched``: the highest number that names one of those asked about; ``position``: the highest of all."""

    TAG: ClassVar[str] = "position-answer/1"
    municipality: MunicipalityCode
    touched: int
    position: int
    read_at: datetime

    def __post_init__(self) -> None:
        if not 0 <= self.touched <= self.position:
            raise InvalidValueError("touched", "must be 0 to position")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodesInquiry:
    """What stands below these nodes of the digest tree? A node is the beginning of leaf names; "" is the root."""

    TAG: ClassVar[str] = "nodes-inquiry/1"
    municipality: MunicipalityCode
    nodes: tuple[str, ...]

    def __post_init__(self) -> None:
        _require_count("nodes", self.nodes, MAX_NODES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """All leaves whose names begin with ``name``; a whole leaf name is a leaf. ``digest`` has 16 bytes."""

    name: str
    digest: bytes
    touched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NodesAnswer:
    """``children``: for each node asked about, in that order, its children. A child with only one child of its own is
    passed over, so every child is a leaf or a place where leaves part."""

    TAG: ClassVar[str] = "nodes-answer/1"
    municipality: MunicipalityCode
    position: int
    children: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavesInquiry:
    """Which rows do these leaves hold?"""

    TAG: ClassVar[str] = "leaves-inquiry/1"
    municipality: MunicipalityCode
    leaves: tuple[str, ...]

    def __post_init__(self) -> None:
        _require_count("leaves", self.leaves, MAX_NODES)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowDigest:
    """One row: its kind, its key (宛名番号, 抑止の番号 or serial) and its digest of 16 bytes."""

    kind: str
    key: str = field(repr=False)
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectDigest:
    """The rows of one subject, and the highest number that names it."""

    subject: str = field(repr=False)
    touched: int
    rows: tuple[RowDigest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavesAnswer:
    TAG: ClassVar[str] = "leaves-answer/1"
    municipality: MunicipalityCode
    position: int
    subjects: tuple[SubjectDigest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsInquiry:
    """The present rows of these subjects, to set the copy right."""

    TAG: ClassVar[str] = "rows-inquiry/1"
    municipality: MunicipalityCode
    subjects: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        _require_count("subjects", self.subjects, MAX_SUBJECTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRows:
    """``touched`` as in ``SubjectDigest``; a subject without rows has been erased, or never was."""

    subject: str = field(repr=False)
    touched: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsAnswer:
    """Signed by the registry, before the rows in one frame: lines as in a full load, the subjects in this order.

    ``sha256`` is over all the lines; ``count`` of each subject says how many of them are its rows.
    """

    TAG: ClassVar[str] = "rows-answer/1"
    municipality: MunicipalityCode
    position: int
    subjects: tuple[SubjectRows, ...]
    sha256: bytes
