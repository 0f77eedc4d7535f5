"""A coin unit in software: for demonstrations and tests. It takes no real money and protects nothing.

Like the real thing it outlives the kiosk's process: what it holds stands in a small file.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

from certificates.errors import ConfigurationError, UnavailableError
from kiosk_client.ports import CashBox, Receipt

DENOMINATIONS: Final = (10, 50, 100, 500, 1_000, 2_000, 5_000, 10_000)
"""Yen: coins up to 500, notes from 1,000. 1 and 5 yen fall through, as in any vending machine."""
MAX_HELD: Final = 20_000
_RECEIPTS: Final = 5
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """Yen in escrow, in the box, and in the return tray since the customer last reached in."""

    held: int = 0
    box: int = 0
    tray: int = 0


@dataclass(slots=True)
class Faults:
    """What a test breaks: the operations named here fail."""

    broken: set[str] = field(default_factory=set)


class SimulatedCoinUnit:
    """A `CashBox`; ``insert`` and ``empty_tray`` are the customer's hand."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open = False
        self._changed = asyncio.Condition()
        self._drawer = _read(path)
        self.faults = Faults()
        self.receipts: tuple[Receipt, ...] = ()

    @property
    def drawer(self) -> Drawer:
        return self._drawer

    @property
    def is_open(self) -> bool:
        return self._open

    async def held(self) -> int:
        self._must_work("held")
        return self._drawer.held

    async def open_slot(self) -> None:
        self._must_work("open_slot")
        self._open = True

    async def inserted(self, seen: int) -> int:
        async with self._changed:
            await self._changed.wait_for(lambda: self._drawer.held != seen)
            return self._drawer.held

    async def hold(self, fee: int) -> int:
        self._must_work("hold")
        self._open = False
        change = self._drawer.held - fee
        if change < 0:
            raise UnavailableError("coin unit", "holds less than the fee", outcome_known=True)
        await self._move(lambda now: replace(now, held=fee, tray=now.tray + change))
        return change

    async def collect(self) -> int:
        self._must_work("collect")
        return await self._empty_escrow(lambda now: replace(now, held=0, box=now.box + now.held))

    async def give_back(self) -> int:
        self._open = False
        self._must_work("give_back")
        return await self._empty_escrow(lambda now: replace(now, held=0, tray=now.tray + now.held))

    async def receipt(self, receipt: Receipt) -> None:
        self._must_work("receipt")
        self.receipts = (*self.receipts, receipt)[-_RECEIPTS:]

    async def insert(self, yen: int) -> bool:
        """One coin or note; False when it falls through: slot shut, denomination unknown, or escrow full."""
        if not self._open or yen not in DENOMINATIONS or self._drawer.held + yen > MAX_HELD:
            return False
        await self._move(lambda now: replace(now, held=now.held + yen))
        return True

    async def empty_tray(self) -> int:
        taken = self._drawer.tray
        await self._move(lambda now: replace(now, tray=0))
        return taken

    async def _empty_escrow(self, change: Callable[[Drawer], Drawer]) -> int:
        amount = self._drawer.held
        await self._move(change)
        return amount

    async def _move(self, change: Callable[[Drawer], Drawer]) -> None:
        async with self._changed:
            drawer = change(self._drawer)
            await asyncio.to_thread(_write, self._path, drawer)
            self._drawer = drawer
            self._changed.notify_all()

    def _must_work(self, operation: str) -> None:
        if operation in self.faults.broken:
            raise UnavailableError("coin unit", f"{operation} failed", outcome_known=True)


def open_cash_box(url: str, *, setting: str) -> CashBox:
    """The coin unit that ``url`` names: ``simulated:/path/to/drawer.json``. Raises ConfigurationError."""
    scheme, colon, rest = url.partition(":")
    choice = _CHOICES.get(scheme) if colon else None
    if choice is None:
        raise ConfigurationError(
            setting, f"{url!r} names no kind of coin unit: choose simulated:/path/to/drawer.json"
        )
    return choice(rest, setting)


def _simulated(rest: str, setting: str) -> CashBox:
    path = Path(rest)
    if not rest or not path.parent.is_dir():
        raise ConfigurationError(setting, f"{rest!r} is not a file in a folder that exists")
    _log.warning("simulated-coin-unit-takes-no-money")
    return SimulatedCoinUnit(path)


_CHOICES: Final[dict[str, Callable[[str, str], CashBox]]] = {"simulated": _simulated}


def _read(path: Path) -> Drawer:
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Drawer()
    except (OSError, ValueError) as error:
        raise ConfigurationError(str(path), "cannot be read as a simulated coin unit's drawer") from error
    amounts = content if isinstance(content, dict) else {}
    return Drawer(**{name: _amount(amounts.get(name), path) for name in ("held", "box", "tray")})


def _amount(value: object, path: Path) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ConfigurationError(str(path), "is not a simulated coin unit's drawer")
    return value


def _write(path: Path, drawer: Drawer) -> None:
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(json.dumps(asdict(drawer)), encoding="utf-8")
    unfinished.replace(path)
