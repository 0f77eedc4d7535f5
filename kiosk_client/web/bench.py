"""The bench beside the screen: test cards and coins for a demonstration; no real kiosk has it."""

from __future__ import annotations

from dataclasses import dataclass

from certificates.domain.clock import JST
from certificates.wire.codec import Json
from kiosk_client.adapters.card_drawer import CardDrawer
from kiosk_client.adapters.coin_unit import DENOMINATIONS, SimulatedCoinUnit
from kiosk_client.web.commands import BenchCommand, EmptyTray, InsertMoney, PlaceTestCard, TakeTestCardOff
from kiosk_client.web.texts import Texts

_WORDS = (
    "title",
    "lead",
    "cards",
    "cards_lead",
    "take_off",
    "none",
    "coins",
    "coins_lead",
    "tray",
    "empty",
    "receipt",
    "rejected",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """``cards`` is None where the reader is a real one: then a real card is laid on it."""

    cards: CardDrawer | None
    cash: SimulatedCoinUnit

    async def carry_out(self, command: BenchCommand) -> bool:
        """False when there is no such card, or the money falls through."""
        match command:
            case PlaceTestCard(card=card):
                return self.cards is not None and await self.cards.place(card)
            case TakeTestCardOff():
                if self.cards is not None:
                    await self.cards.take_off()
            case InsertMoney(yen=yen):
                return await self.cash.insert(yen)
            case EmptyTray():
                await self.cash.empty_tray()
        return True

    async def view(self, texts: Texts) -> dict[str, Json]:
        """One ``bench`` frame."""
        drawer = self.cash.drawer
        return {
            "kind": "bench",
            "cards": await self._cards(),
            "money": list(DENOMINATIONS),
            "held": texts.yen(drawer.held),
            "tray": drawer.tray,
            "tray_text": texts.yen(drawer.tray),
            "receipts": [
                texts(
                    "bench.receipt_line",
                    at=receipt.at.astimezone(JST).strftime("%Y-%m-%d %H:%M"),
                    paid=f"{receipt.paid:,}",
                    change=f"{receipt.change:,}",
                    order=receipt.order[:8],
                )
                for receipt in reversed(self.cash.receipts)
            ],
            "words": {word: texts(f"bench.{word}") for word in _WORDS},
        }

    async def _cards(self) -> list[Json] | None:
        if self.cards is None:
            return None
        return [{"card": name, "on": name == self.cards.placed} for name in await self.cards.names()]
