"""The driver: one queue of events, one visit at a time, and the errands that its steps ask for."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import BindingError, KofuError, RefusedError
from certificates.service.journal import place_only
from kiosk_client.ports import Monotonic
from kiosk_client.record import LineStopped, Standing
from kiosk_client.session import effects as do
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.machine import step
from kiosk_client.session.rules import Rules
from kiosk_client.session.screens import Visit
from kiosk_client.usecases.errands import GIVEN_UP_WITH_THE_VISIT, Errand, Errands, failed
from kiosk_client.usecases.seat import Seat
from kiosk_client.usecases.troubles import is_bug

_TICK: Final = 0.5  # seconds
_GLANCE: Final = 1.0  # seconds
_MAX_WAITING_TOUCHES: Final = 64
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What the screen shows. ``at`` counts screens over the life of the process: a touch names the one it meant.

    ``number`` counts visits; ``seconds_left`` is None where no time runs out.
    """

    version: int
    number: int
    at: int
    visit: Visit
    seconds_left: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Noted:
    """An event and the visit, or the screen, that it belongs to: late ones must not reach another."""

    event: on.Event
    visit: int | None = None
    screen: int | None = None


class Kiosk:
    """``run`` serves until cancelled; ``touch`` and ``changed`` are for the screen."""

    def __init__(self, *, errands: Errands, rules: Rules, monotonic: Monotonic, standing: Standing) -> None:
        self._errands = errands
        self._rules = replace(rules, stopped=standing.stopped)
        self._monotonic = monotonic
        first = at.CallStaff(reason=at.Trouble.PRINT_UNKNOWN) if standing.staff_due else at.Welcome()
        self._visit = Visit(screen=first)
        self._seat = Seat()
        self._number = self._at = 1
        self._shown = self._picture(version=1)
        self._noted: deque[_Noted] = deque()
        self._something = asyncio.Event()
        self._changed = asyncio.Event()
        self._errand_tasks: dict[asyncio.Task[None], type[Errand]] = {}

    # ---- the screen's side

    @property
    def snapshot(self) -> Snapshot:
        """The newest that was published: never a step that is still being carried out."""
        deadline = self._shown.visit.deadline
        left = None if deadline is None else max(0.0, deadline - self._monotonic())
        return replace(self._shown, seconds_left=left)

    async def changed(self, seen: int) -> Snapshot:
        """Wait for a version other than ``seen``; versions in between are skipped."""
        while self._shown.version == seen:
            await self._changed.wait()
        return self.snapshot

    def touch(self, event: on.Event, *, at: int) -> bool:
        """A customer's touch on screen ``at``; False when it comes too fast to be a customer's."""
        if len(self._noted) >= _MAX_WAITING_TOUCHES:
            return False
        self._note(_Noted(event=event, screen=at))
        return True

    # ---- the loop

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for work in (self._watch_card(), self._tick(), self._errands.reporter.run()):
                group.create_task(work)
            try:
                while True:
                    while self._noted:
                        await self._take(self._noted.popleft(), group)
                    self._something.clear()
                    await self._something.wait()
            finally:
                for task in self._errand_tasks:
                    task.cancel()
                await self._seat.leave()

    def _note(self, noted: _Noted) -> None:
        self._noted.append(noted)
        self._something.set()

    async def _take(self, noted: _Noted, group: asyncio.TaskGroup) -> None:
        if noted.visit not in (None, self._number) or noted.screen not in (None, self._at):
            return
        before = self._visit
        after, effects = step(before, noted.event, now=self._monotonic(), rules=self._rules)
        errands: list[Errand] = []
        for effect in effects:
            match effect:
                case do.KeepDigit(digit=digit):
                    self._seat.pin.keep(digit)
                case do.WipePin():
                    self._seat.pin.wipe()
                case do.StopWork():
                    self._give_up(do.Prove)
                case do.EndVisit():
                    await self._end_visit()
                case do.OpenSlot():
                    # open before the screen asks for money; should it fail, the errand fails again and tells
                    with contextlib.suppress(KofuError):
                        await self._errands.cash.open_slot()
                    errands.append(effect)
                case _:
                    errands.append(effect)
        if errands:
            if isinstance(errands[0], do.HoldFee | do.GiveBack):
                self._give_up(do.OpenSlot)
            task = group.create_task(self._run(tuple(errands), self._seat, self._number))
            self._errand_tasks[task] = type(errands[0])
            task.add_done_callback(self._errand_tasks.pop)
        self._visit = after
        if after != before:
            self._at += type(after.screen) is not type(before.screen)
            self._shown = self._picture(version=self._shown.version + 1)
            self._changed.set()
            self._changed = asyncio.Event()

    def _picture(self, *, version: int) -> Snapshot:
        return Snapshot(
            version=version, number=self._number, at=self._at, visit=self._visit, seconds_left=None
        )

    async def _end_visit(self) -> None:
        """Nothing of the finished visit is left when this returns: errands ended, seat empty, a new number."""
        self._give_up(*GIVEN_UP_WITH_THE_VISIT)
        await asyncio.gather(*self._errand_tasks, return_exceptions=True)
        await self._seat.leave()
        self._seat = Seat()
        self._number += 1

    def _give_up(self, *kinds: type[Errand]) -> None:
        for task, kind in self._errand_tasks.items():
            if kind in kinds:
                task.cancel()

    async def _run(self, errands: tuple[Errand, ...], seat: Seat, number: int) -> None:
        """The errands of one step, in order; one that fails does not keep the next from being done."""

        def post(event: on.Event) -> None:
            self._note(_Noted(event=event, visit=number))

        for errand in errands:
            try:
                await self._errands.run(errand, seat, post)
            except Exception as error:  # noqa: BLE001 - a bug must end in a refund too, not in silence
                await self._tell(errand, error, seat)
                if (event := failed(errand, error)) is not None:
                    post(event)

    async def _tell(self, errand: Errand, error: Exception, seat: Seat) -> None:
        what = type(errand).__name__
        if isinstance(error, BindingError):
            _log.critical("binding broken", extra={"errand": what, "what": error.what})
            await self._stop_line(_municipality(errand, seat), error.what)
        elif is_bug(error):
            # the error's own text may quote a resident: the log gets the place, not the words
            _log.critical("bug", exc_info=place_only(error), extra={"errand": what})
        else:
            code = error.code.value if isinstance(error, RefusedError) else ""
            _log.warning("errand-failed", extra={"errand": what, "error": type(error).__name__, "code": code})

    async def _stop_line(self, municipality: MunicipalityCode | None, what: str) -> None:
        if municipality is None:
            return
        self._rules = replace(self._rules, stopped=self._rules.stopped | {municipality})
        try:
            await self._errands.journal.append(LineStopped(municipality=municipality, what=what))
        except KofuError:
            _log.critical("journal-failed", extra={"what": "line-stopped"})

    # ---- the devices

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            self._note(_Noted(event=on.Tick()))

    async def _watch_card(self) -> None:
        present = False
        while True:
            try:
                if await self._errands.terminal.wait(present=not present, seconds=_GLANCE):
                    present = not present
                    self._note(_Noted(event=on.CardPlaced() if present else on.CardRemoved()))
            except KofuError as error:
                _log.warning("reader-unavailable", extra={"error": type(error).__name__})
                self._note(_Noted(event=on.NotReady(reason=at.Trouble.READER_UNAVAILABLE)))
                await asyncio.sleep(1.0)


def _municipality(errand: Errand, seat: Seat) -> MunicipalityCode | None:
    if isinstance(errand, do.Prove):
        return errand.municipality
    return None if seat.proof is None else seat.proof.municipality
