"""What makes a kind of certificate: one value that says all that the rest of the system asks about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NewType

from certificates.domain.blocks import Block
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.resident import Resident
from certificates.domain.seal import SealImprint, SealRegistration

FormName = NewType("FormName", str)
"""様式, by the name of its layout in ``certificates/pdf/layouts``."""


class Scope(Enum):
    """How much of the record a certificate shows: the 認証文 says so."""

    WHOLE = "whole"  # 世帯全員
    PART = "part"  # 世帯の一部
    ONE = "one"  # one person


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What was decided: about whom, with which items; ``whole`` is true when nobody of the household is left out."""

    subjects: tuple[Resident, ...] = field(repr=False)
    items: frozenset[OptionalItem]
    chosen: bool  # members were chosen, rather than the household asked for
    whole: bool
    seal: SealRegistration | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is between the title and the 認証文: ``head`` once a sheet, then one block a resident."""

    form: FormName
    scope: Scope
    head: Block = field(default_factory=dict, repr=False)
    blocks: tuple[Block, ...] = field(repr=False)
    imprint: SealImprint | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of certificate.

    ``members``: the applicant chooses whom of the household it is about; else it is about the holder alone.
    ``require`` raises RefusedError for a resident whom it cannot be about. ``body`` raises
    RefusedError(LEGAL_ITEM_MISSING, the item) when the record lacks what the law prints.
    """

    kind: CertificateKind
    title: str
    members: bool
    items: frozenset[OptionalItem]
    needs_seal: bool = False
    forms: frozenset[FormName]
    statements: Mapping[Scope, str]  # 認証文
    require: Callable[[Resident], None]
    body: Callable[[Granted], Body]
