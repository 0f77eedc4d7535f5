"""A drawer of test cards beside the software reader: which lie in it, and the hand that places and takes them."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True, kw_only=True)
class CardDrawer:
    """Card files of ``folder`` by their stem; the one on the reader is a copy at ``slot`` (mode 0600)."""

    folder: Path
    slot: Path
    placed: str | None = field(default=None, init=False)

    async def names(self) -> tuple[str, ...]:
        return await asyncio.to_thread(self._names)

    async def place(self, name: str) -> bool:
        """Lay a card on the reader in place of any other; False when the drawer holds no such card."""
        if name not in await self.names():
            return False
        await asyncio.to_thread(self._place, name)
        self.placed = name
        return True

    async def take_off(self) -> None:
        await asyncio.to_thread(self._take_off)
        self.placed = None

    def _names(self) -> tuple[str, ...]:
        return tuple(sorted(path.stem for path in self.folder.glob("*.json") if path != self.slot))

    def _place(self, name: str) -> None:
        unfinished = self.slot.with_name(f".{self.slot.name}.{secrets.token_hex(4)}")
        shutil.copy2(self.folder / f"{name}.json", unfinished)
        unfinished.chmod(0o600)
        unfinished.replace(self.slot)

    def _take_off(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            self.slot.unlink()
