"""Values for the centre's tests: name only what the test is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from center_relay.ports import Note
from center_relay.usecases.session import Applied, Opened, apply, prove
from certificates.domain.identifiers import (
    CardSerial,
    KioskId,
    MunicipalityCode,
    OrderId,
    SessionId,
)
from certificates.domain.kinds import CertificateKind
from certificates.wire.order import Holder
from certificates.wire.transcript import TranscriptHash
from certificates.wire.visit import Apply, Choice

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
MUNICIPALITY = MunicipalityCode("992011")
KIOSK = KioskId("kiosk-1")
OTHER_KIOSK = KioskId("kiosk-2")
SESSION = SessionId("5" * 32)
ORDER = OrderId("a" * 32)
OTHER_ORDER = OrderId("b" * 32)
HOLDER = Holder(issuer=bytes(32), serial=CardSerial("5e71a1"))
TRANSCRIPT = TranscriptHash(b"t" * 32)


class Hands:
    """A clock whose hands the test moves."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


class ListJournal:
    """Keeps notes in a list; ``broken`` makes it refuse like a full disk."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.failure: Exception | None = None

    async def append(self, note: Note) -> None:
        if self.failure is not None:
            raise self.failure
        self.notes.append(note)

    @property
    def events(self) -> list[str]:
        return [note.event.value for note in self.notes]


def opened(session: SessionId = SESSION) -> Opened:
    return Opened(
        session=session,
        kiosk=KIOSK,
        municipality=MUNICIPALITY,
        ephemeral_key=b"k" * 32,
        challenge=b"c" * 32,
        expires=NOW + timedelta(minutes=2),
    )


def application(order: OrderId = ORDER, *, copies: int = 1, session: SessionId = SESSION) -> Apply:
    return Apply(
        session=session, order=order, choice=Choice(kind=CertificateKind.RESIDENT_RECORD, copies=copies)
    )


def applied(order: OrderId = ORDER, session: SessionId = SESSION) -> Applied:
    proven = prove(opened(session), transcript=TRANSCRIPT, holder=HOLDER, expires=NOW + timedelta(minutes=10))
    return apply(proven, application(order, session=session))
