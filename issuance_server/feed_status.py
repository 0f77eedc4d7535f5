"""What the operator is told about the registry's feed: how far it has come, what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.identifiers import HouseholdNumber, MunicipalityCode, ResidentNumber
from certificates.domain.municipality import Municipality
from issuance_server.adapters.sql.desk import read_desk
from issuance_server.desk import DeskFault, DeskRecord
from sync.checks.place import Place
from sync.checks.remedies import remedy_of
from sync.checks.sentences import what_of
from sync.copy.status import AsideChange, CopyStatus, read_status


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideEntry:
    """One change that is set aside. ``ja`` and ``en`` say what is wrong, ``todo_ja`` and ``todo_en`` what to do;
    ``unplaced`` as in ``AsideChange``."""

    sequence: int
    at: datetime | None = None
    stream: str
    reason: str
    residents: tuple[ResidentNumber, ...] = field(default=(), repr=False)
    households: tuple[HouseholdNumber, ...] = field(default=(), repr=False)
    fault: str
    where: str = ""
    ja: str
    en: str
    todo_ja: str
    todo_en: str
    unplaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskStatus:
    """The registry's desk that is asked at every issue.

    ``failed`` asks since ``answered_at``, or since ever. ``state`` is what issuing makes of it: ``nobody`` (none is
    set), ``not-yet`` (asked), ``answers``; ``desk-slow`` (no answer while the feed is alive: refused),
    ``desk-silent`` (feed and desk silent: issued from the copy, 障害時), ``desk-lost`` (silent past the age: refused),
    ``desk-unusable`` (answers that are none: refused).
    """

    state: str
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStatus:
    """Ages in whole seconds. ``troubles`` are ``never-loaded``, ``conflict``, ``gap``, ``stale``, ``set-aside``,
    ``doubts`` and the desk's four, as far as they hold; none of them: all is well. ``changes`` may be fewer than
    ``set_aside``."""

    TAG: ClassVar[str] = "feed-status/1"
    municipality: MunicipalityCode
    name: str
    asked_at: datetime
    applied: int = 0
    known: int = 0
    loaded: int = 0
    conflict: int | None = None
    heard_at: datetime | None = None
    age_seconds: int | None = None
    max_age_seconds: int
    troubles: tuple[str, ...] = ()
    set_aside: int = 0
    corrected: int = 0
    blocked_residents: int = 0
    blocked_households: int = 0
    doubts: int = 0
    changes: tuple[AsideEntry, ...] = ()
    desk: DeskStatus = DeskStatus(state="nobody")


class FeedWatch:
    """Asks the copy how it stands now; ``alive_seconds`` as in ``AskRegistry``, None where no registry is asked."""

    def __init__(
        self,
        engine: AsyncEngine,
        municipality: Municipality,
        clock: Callable[[], datetime],
        alive_seconds: float | None = None,
    ) -> None:
        self._engine = engine
        self._municipality = municipality
        self._clock = clock
        self._alive_seconds = alive_seconds

    async def __call__(self) -> FeedStatus:
        """Raises UnavailableError."""
        copy, desk = await read_status(self._engine), await read_desk(self._engine)
        return status_of(copy, self._municipality, self._clock(), desk, self._alive_seconds)


def status_of(
    copy: CopyStatus,
    municipality: Municipality,
    now: datetime,
    desk: DeskRecord | None = None,
    alive_seconds: float | None = None,
) -> FeedStatus:
    state = copy.state
    limit = municipality.policy.max_register_age_seconds
    age = max(0, int((now - state.heard_at).total_seconds())) if state is not None else None
    asked = _desk(desk or DeskRecord(), age, alive_seconds, limit)
    return FeedStatus(
        municipality=municipality.code,
        name=municipality.full_name,
        asked_at=now,
        applied=state.applied if state is not None else 0,
        known=state.known if state is not None else 0,
        loaded=state.loaded if state is not None else 0,
        conflict=state.conflict if state is not None else None,
        heard_at=state.heard_at if state is not None else None,
        age_seconds=age,
        max_age_seconds=limit,
        troubles=_troubles(copy, age, limit) + ((asked.state,) if asked.state in DESK_TROUBLES else ()),
        set_aside=copy.set_aside,
        corrected=copy.corrected,
        blocked_residents=copy.blocked_residents,
        blocked_households=copy.blocked_households,
        doubts=copy.doubts,
        changes=tuple(_entry(change) for change in copy.aside),
        desk=asked,
    )


DESK_TROUBLES = frozenset({"desk-slow", "desk-silent", "desk-lost", "desk-unusable"})


def _desk(desk: DeskRecord, age: int | None, alive_seconds: float | None, limit: int) -> DeskStatus:
    if alive_seconds is None:
        return DeskStatus(state="nobody")
    return DeskStatus(
        state=_desk_state(desk, age, alive_seconds, limit),
        asked_at=desk.asked_at,
        answered_at=desk.answered_at,
        failed=desk.failed,
    )


def _desk_state(desk: DeskRecord, age: int | None, alive_seconds: float, limit: int) -> str:
    """What an order meets now that the desk answers as it did last; see ``AskRegistry``."""
    if desk.asked_at is None:
        return "not-yet"
    if desk.fault is None:
        return "answers"
    if desk.fault is DeskFault.UNUSABLE:
        return "desk-unusable"
    if age is None or age > limit:
        return "desk-lost"
    return "desk-slow" if age <= alive_seconds else "desk-silent"


def _troubles(copy: CopyStatus, age: int | None, limit: int) -> tuple[str, ...]:
    state = copy.state
    holds = {
        "never-loaded": state is None,
        "conflict": state is not None and state.conflict is not None,
        "gap": state is not None and state.applied < state.known,
        "stale": age is not None and age > limit,
        "set-aside": copy.set_aside > 0,
        "doubts": copy.doubts > 0,
    }
    return tuple(name for name, true in holds.items() if true)


def _entry(change: AsideChange) -> AsideEntry:
    place = Place.read(change.where)
    what, todo = what_of(change.fault, place), remedy_of(change.fault, place.stream or change.stream)
    return AsideEntry(
        sequence=change.sequence,
        at=change.at,
        stream=change.stream.value,
        reason=change.reason,
        residents=change.residents,
        households=change.households,
        fault=change.fault.value,
        where=change.where,
        ja=what.ja,
        en=what.en,
        todo_ja=todo.ja,
        todo_en=todo.en,
        unplaced=change.unplaced,
    )
