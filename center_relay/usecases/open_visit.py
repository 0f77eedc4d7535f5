"""Open a visit: this kiosk, this municipality, a key made for the visit, and a challenge for the card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from center_relay.ports import Clock, Draw, Municipalities
from center_relay.usecases.lines import Lines
from center_relay.usecases.session import Opened
from center_relay.usecases.sessions import Sessions
from certificates.domain.identifiers import KioskId, session_id
from certificates.errors import RefusedError, WireError
from certificates.problems import ProblemCode
from certificates.wire.visit import Challenge, OpenSession

CHALLENGE_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenVisit:
    sessions: Sessions
    lines: Lines
    municipalities: Municipalities
    clock: Clock
    draw: Draw
    challenge_life: timedelta

    async def __call__(self, message: OpenSession, kiosk: KioskId) -> Challenge:
        """``kiosk`` is the terminal by its X.509 certificate.

        Raises RefusedError: NOT_PERMITTED, UNKNOWN_MUNICIPALITY, LINE_STOPPED; WireError for an unusable key.
        """
        if message.kiosk != kiosk:
            raise RefusedError(ProblemCode.NOT_PERMITTED, "the message names another kiosk")
        if not self.municipalities.serves(message.municipality):
            raise RefusedError(ProblemCode.UNKNOWN_MUNICIPALITY)
        _require_usable(message.ephemeral_key)
        await self.lines.require_open(message.municipality)
        visit = Opened(
            session=session_id(self.draw(16).hex()),
            kiosk=kiosk,
            municipality=message.municipality,
            ephemeral_key=message.ephemeral_key,
            challenge=self.draw(CHALLENGE_BYTES),
            expires=self.clock() + self.challenge_life,
        )
        await self.sessions.open(visit)
        return Challenge(session=visit.session, challenge=visit.challenge, expires=visit.expires)


def _require_usable(ephemeral_key: bytes) -> None:
    """A point of low order would make every shared secret zero (RFC 7748 6.1): found now, not after the issue."""
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(ephemeral_key))
    except ValueError as error:
        raise WireError("open-session/1.ephemeral_key: not a usable X25519 public key") from error
