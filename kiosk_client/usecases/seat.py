"""What the kiosk holds for the customer who is here: PIN, vault, challenge, proof, order; dropped as a whole."""

from __future__ import annotations

from contextlib import AsyncExitStack

from certificates.domain.identifiers import MunicipalityCode, OrderId
from certificates.wire.visit import Challenge
from kiosk_client.ports import Vault, Vaults
from kiosk_client.session.identification import PIN_DIGITS
from kiosk_client.usecases.delivery import Proof, VerifiedDelivery


class PinPad:
    """The digits between the pad and the card: overwritten, never copied, never shown."""

    def __init__(self) -> None:
        self._digits = bytearray(PIN_DIGITS)
        self._count = 0

    def __repr__(self) -> str:
        return "PinPad(…)"

    def keep(self, digit: int) -> None:
        if self._count < PIN_DIGITS:
            self._digits[self._count] = ord("0") + digit
            self._count += 1

    def hand_over(self) -> bytearray:
        """The very buffer, for one use: whoever takes it wipes it. Shorter than a PIN if digits are missing."""
        taken = self._digits
        if self._count < PIN_DIGITS:
            taken[:] = bytes(PIN_DIGITS)
        self._digits, self._count = bytearray(PIN_DIGITS), 0
        return taken

    def wipe(self) -> None:
        self._digits[:] = bytes(PIN_DIGITS)
        self._count = 0


class Seat:
    """One visit's belongings. A seat is never used for a second visit."""

    def __init__(self) -> None:
        self.pin = PinPad()
        self.challenge: tuple[MunicipalityCode, Challenge] | None = None
        self.proof: Proof | None = None
        self.order: OrderId | None = None
        self.verified: VerifiedDelivery | None = None
        self._vault: Vault | None = None
        self._stack = AsyncExitStack()

    async def vault(self, vaults: Vaults) -> Vault:
        """The vault of this visit, started when first asked for."""
        if self._vault is None:
            self._vault = await self._stack.enter_async_context(vaults.open())
        return self._vault

    async def leave(self) -> None:
        """Wipe and close; the vault's process ends here if it has not ended yet."""
        self.pin.wipe()
        self.challenge = self.proof = self.order = self.verified = self._vault = None
        await self._stack.aclose()
