"""One visit as the centre sees it: opened → proven → applied → closed; pure, every step a function of values."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from certificates.domain.identifiers import KioskId, MunicipalityCode, OrderId, SessionId
from certificates.errors import BindingError, RefusedError, WireError
from certificates.problems import ProblemCode
from certificates.wire import codec
from certificates.wire.order import Holder
from certificates.wire.transcript import TranscriptHash
from certificates.wire.visit import Apply


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Waits for the card's proof until ``expires``."""

    TAG: ClassVar[str] = "centre-opened/1"
    session: SessionId
    kiosk: KioskId
    municipality: MunicipalityCode
    ephemeral_key: bytes
    challenge: bytes
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Bound to the card certificate (issuer, serial) and to the kiosk's key; waits for the application.

    The challenge stays so that the same proof, asked again, can be known as the same.
    """

    TAG: ClassVar[str] = "centre-proven/1"
    session: SessionId
    kiosk: KioskId
    municipality: MunicipalityCode
    ephemeral_key: bytes
    challenge: bytes
    transcript: TranscriptHash
    holder: Holder = field(repr=False)
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """Bound to one order and, by its digest, to what was applied for; the same again is the same application."""

    TAG: ClassVar[str] = "centre-applied/1"
    session: SessionId
    kiosk: KioskId
    municipality: MunicipalityCode
    ephemeral_key: bytes
    transcript: TranscriptHash
    holder: Holder = field(repr=False)
    order: OrderId
    application: bytes
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """Over: the holder is forgotten, only the fact of the visit is left until ``expires``."""

    TAG: ClassVar[str] = "centre-closed/1"
    session: SessionId
    kiosk: KioskId
    municipality: MunicipalityCode
    expires: datetime


Visit = Opened | Proven | Applied | Closed
_KINDS: dict[str, type[Opened] | type[Proven] | type[Applied] | type[Closed]] = {
    kind.TAG: kind for kind in (Opened, Proven, Applied, Closed)
}


def dump(visit: Visit) -> bytes:
    return codec.encode(visit)


def restore(data: bytes, session: SessionId) -> Visit:
    """Raises BindingError when the record is another session's: a store that mixes answers up is caught here."""
    kind = _KINDS.get(str(codec.parse_object(data).get("tag")))
    if kind is None:
        raise WireError("the store holds something else than a visit")
    visit = codec.decode(data, kind)
    if visit.session != session:
        raise BindingError("the store answered with another session")
    return visit


def admit(visit: Visit | None, *, kiosk: KioskId, now: datetime) -> Visit:
    """The visit, if it is this kiosk's and its time is not over.

    Another kiosk's session is unknown, not forbidden: nothing is told about it. Raises RefusedError.
    """
    if visit is None or visit.kiosk != kiosk:
        raise RefusedError(ProblemCode.UNKNOWN_SESSION)
    if now >= visit.expires:
        raise RefusedError(ProblemCode.SESSION_EXPIRED)
    return visit


def prove(visit: Visit, *, transcript: TranscriptHash, holder: Holder, expires: datetime) -> Proven:
    """A challenge is answered once; the very same answer again (a retry) changes nothing. Raises RefusedError."""
    if isinstance(visit, Proven) and visit.transcript == transcript and visit.holder == holder:
        return visit
    if not isinstance(visit, Opened):
        raise RefusedError(ProblemCode.OUT_OF_TURN, "the card's proof is not due")
    return Proven(
        session=visit.session,
        kiosk=visit.kiosk,
        municipality=visit.municipality,
        ephemeral_key=visit.ephemeral_key,
        challenge=visit.challenge,
        transcript=transcript,
        holder=holder,
        expires=expires,
    )


def apply(visit: Visit, application: Apply) -> Applied:
    """One visit, one order. Raises RefusedError: OUT_OF_TURN, or ORDER_REUSED for another choice under its number."""
    digest = application_digest(application)
    if isinstance(visit, Applied) and visit.order == application.order:
        if visit.application != digest:
            raise RefusedError(ProblemCode.ORDER_REUSED)
        return visit
    if not isinstance(visit, Proven):
        raise RefusedError(ProblemCode.OUT_OF_TURN, "an application is not due")
    return Applied(
        session=visit.session,
        kiosk=visit.kiosk,
        municipality=visit.municipality,
        ephemeral_key=visit.ephemeral_key,
        transcript=visit.transcript,
        holder=visit.holder,
        order=application.order,
        application=digest,
        expires=visit.expires,
    )


def close(visit: Visit) -> Closed:
    """Ends the visit from any state; closing again changes nothing."""
    if isinstance(visit, Closed):
        return visit
    return Closed(
        session=visit.session, kiosk=visit.kiosk, municipality=visit.municipality, expires=visit.expires
    )


def application_digest(application: Apply) -> bytes:
    """SHA-256 of the whole message: enough to know it again, and no choice is kept."""
    return hashlib.sha256(codec.encode(application)).digest()
