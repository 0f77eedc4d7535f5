"""Relay one application: order, check, mark, seal, hand over, keep nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from center_relay.ports import Clock, Draw, Errand, Event, Journal, Municipalities, Note, Paper
from center_relay.usecases.answers import open_answer
from center_relay.usecases.binding import require_manifest, require_pages
from center_relay.usecases.in_flight import InFlight
from center_relay.usecases.lines import Lines
from center_relay.usecases.orders import Orders
from center_relay.usecases.session import Applied, apply
from center_relay.usecases.sessions import Sessions
from certificates.domain.application import Application
from certificates.domain.identifiers import KioskId, resident_number
from certificates.errors import InvalidValueError, RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from certificates.wire import frame
from certificates.wire.jose import SigningKey, TrustedKeys
from certificates.wire.order import Manifest, Order
from certificates.wire.sealing import seal
from certificates.wire.transcript import HolderTag, holder_tag, seal_info
from certificates.wire.visit import Apply, Choice, Delivery, delivery_aad


@dataclass(frozen=True, slots=True, kw_only=True)
class _Marked:
    """What is handed over: the manifest that was checked, as signed, and the marked file, held by nothing else."""

    manifest: Manifest
    token: bytes = field(repr=False)
    sheets: int
    pdf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    sessions: Sessions
    orders: Orders
    lines: Lines
    in_flight: InFlight
    municipalities: Municipalities
    paper: Paper
    journal: Journal
    signing_key: SigningKey
    trusted: TrustedKeys
    clock: Clock
    draw: Draw

    async def __call__(self, application: Apply, kiosk: KioskId) -> bytes:
        """A frame of the signed Delivery and the sealed certificate.

        Asking again with the same application is the same order, so the municipality answers with the same numbers;
        the marks and the seal are made anew. Raises RefusedError (the codes of the visit and of the order, LINE_STOPPED,
        BUSY, and the municipality's own), BindingError (the line is stopped), UnavailableError.
        """
        _require_possible(application.choice)
        # looked at before it is bound: a stopped line must not use up the visit's one order
        visit = await self.sessions.find(application.session, kiosk)
        await self.lines.require_open(visit.municipality)
        with self.in_flight.place(visit.municipality):
            applied = await self.sessions.change(
                application.session, kiosk, lambda current: apply(current, application)
            )
            await self.orders.claim(applied)
            order = Order(
                order=applied.order,
                municipality=applied.municipality,
                session=applied.session,
                transcript=applied.transcript,
                holder=applied.holder,
                choice=application.choice,
                expires=applied.expires,
            )
            tag = holder_tag(applied.transcript, issuer=applied.holder.issuer, serial=applied.holder.serial)
            async with self.lines.guard(applied.municipality):
                return await self._hand_over(applied, tag, await self._fetch(order, tag))

    async def _fetch(self, order: Order, holder: HolderTag) -> _Marked:
        answer = await self.municipalities.send(
            order.municipality, Errand.ORDER, self.signing_key.sign(order)
        )
        try:
            token, body = frame.unpack(answer)
        except WireError as error:
            raise UnavailableError(
                f"municipality {order.municipality}", str(error), outcome_known=False
            ) from error
        manifest = open_answer(self.trusted, token, Manifest, order.municipality)
        require_manifest(manifest, order, holder)
        frame.require_digest(body, manifest.sha256, "file")
        pdf = bytes(body)
        sheets = require_pages(manifest, await self.paper.pages(pdf))
        marked = await self.paper.mark(pdf, sheets)
        return _Marked(manifest=manifest, token=token, sheets=len(sheets), pdf=marked)

    async def _hand_over(self, visit: Applied, holder: HolderTag, marked: _Marked) -> bytes:
        sealed = seal(
            marked.pdf,
            to=visit.ephemeral_key,
            info=seal_info(visit.transcript),
            aad=delivery_aad(
                session=visit.session, order=visit.order, transcript=visit.transcript, holder=holder
            ),
            ephemeral=X25519PrivateKey.from_private_bytes(self.draw(32)),
            nonce=self.draw(12),
        )
        delivery = Delivery(
            session=visit.session,
            order=visit.order,
            transcript=visit.transcript,
            holder=holder,
            issue_numbers=marked.manifest.issue_numbers,
            sheets=marked.sheets,
            fee=marked.manifest.fee,
            sha256=hashlib.sha256(marked.pdf).digest(),
            ciphertext_sha256=hashlib.sha256(sealed.ciphertext).digest(),
            ephemeral_key=sealed.ephemeral_key,
            nonce=sealed.nonce,
            manifest=marked.token,
        )
        # The last look before anything leaves: the line may have been stopped and the visit closed meanwhile.
        await self.lines.require_open(visit.municipality)
        if await self.sessions.find(visit.session, visit.kiosk) != visit:
            raise RefusedError(ProblemCode.OUT_OF_TURN, "the visit has moved on")
        await self.journal.append(
            Note(
                event=Event.DELIVERED,
                by=f"kiosk:{visit.kiosk}",
                municipality=visit.municipality,
                session=visit.session,
                order=visit.order,
                sheets=marked.sheets,
            )
        )
        return frame.pack(self.signing_key.sign(delivery), sealed.ciphertext)


def _require_possible(choice: Choice) -> None:
    """What the domain can never grant is refused before it uses the order up."""
    try:
        members = None if choice.members is None else tuple(map(resident_number, choice.members))
        Application(kind=choice.kind, members=members, items=choice.items, copies=choice.copies)
    except InvalidValueError as error:
        raise WireError(f"apply/1.choice: {error.field} {error.reason}") from error
