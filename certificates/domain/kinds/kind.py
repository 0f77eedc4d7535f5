"""What makes a kind of certificate: one value that says all that the rest of the system asks about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import NewType

from certificates.domain.blocks import Block
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.resident import Resident
from certificates.domain.seal import SealImprint, SealRegistration

FormName = NewType("FormName", str)
"""様式, by the name of its layout in ``certificates/pdf/layouts``."""


class Counter(Enum):
    """Where certificates are handed out."""

    KIOSK = "kiosk"  # キオスク端末
    STAFF_DESK = "staff-desk"  # 窓口


class Scope(Enum):
    """How much of the record a certificate shows: the 認証文 says so."""

    WHOLE = "whole"  # 世帯全員
    PART = "part"  # 世帯の一部
    ONE = "one"  # one person; also of kinds that have one sentence only


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What was decided: about whom, with which items; ``whole`` is true when nobody of the household is left out."""

    subjects: tuple[Resident, ...] = field(repr=False)
    items: frozenset[OptionalItem]
    chosen: bool  # members were chosen, rather than the household asked for
    whole: bool
    individual: bool | None = None  # 個人票 or 世帯連記式 was asked for
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
    ``movers``: it is about those who have given notice of a move-out.
    ``items`` may be asked for, ``usual`` are what most ask for. ``only_chosen``: at least one item is asked for, and what
    was not does not appear at all, rather than as 【省略】. ``require`` raises RefusedError for a resident whom it cannot
    be about on that day. ``body`` raises RefusedError(LEGAL_ITEM_MISSING, the item) when the record lacks what the law
    prints.
    """

    kind: CertificateKind
    title: str  # 標題, as on paper and on the screens
    title_en: str  # for screens that are not Japanese
    counters: frozenset[Counter]
    members: bool
    movers: bool = False
    items: frozenset[OptionalItem]
    usual: frozenset[OptionalItem] = frozenset()
    only_chosen: bool = False
    needs_seal: bool = False
    forms: frozenset[FormName]
    statements: Mapping[Scope, str]  # 認証文
    require: Callable[[Resident, date], None]
    body: Callable[[Granted], Body]
