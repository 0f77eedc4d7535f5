"""A municipality for the centre's tests: real messages and its own key, over mutual TLS, and able to misbehave."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from aiohttp import web

from certificates.domain.identifiers import MunicipalityCode, OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind
from certificates.errors import KofuError
from certificates.pdf.page_tag import opening
from certificates.service.edge import only, problems, read_body
from certificates.wire import frame
from certificates.wire.codec import Message
from certificates.wire.jose import Party, Role, SigningKey, TrustedKeys
from certificates.wire.order import (
    AskStanding,
    CloseOrder,
    Inquire,
    Manifest,
    Order,
    PageStatement,
    Standing,
    StandingTold,
)
from certificates.wire.transcript import holder_tag
from certificates.wire.visit import Menu, OfferedKind, OutcomeRecorded

JOSE = "application/jose"
RESIDENT = "Mihon Hanako, invented resident of serial"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """What one page of a file says; a test may make it say anything."""

    order: OrderId
    number: IssueNumber
    copy: int
    page: int
    pages: int
    text: str = field(repr=False)

    @property
    def stream(self) -> bytes:
        head = opening(self.order, self.number, self.page, self.pages)
        return f"{head}\nBT /F1 12 Tf 72 700 Td ({self.text}) Tj ET\nEMC\n".encode()

    @property
    def statement(self) -> PageStatement:
        return PageStatement(
            issue_number=str(self.number),
            copy=self.copy,
            page=self.page,
            pages=self.pages,
            sha256=hashlib.sha256(self.stream).digest(),
        )


def pdf_of(pages: Sequence[PageFacts]) -> bytes:
    """A plain A4 file."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(count))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {count}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for place, page in enumerate(pages):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {5 + 2 * place} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>".encode()
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(page.stream), page.stream))
    body, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, entry in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, entry)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    body += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back for an order, before it is signed."""

    manifest: Manifest
    pages: tuple[PageFacts, ...]
    pdf: bytes | None = field(default=None, repr=False)

    def restated(self, pages: Sequence[PageFacts]) -> Answer:
        """Other pages in the file, the statement of the pages unchanged, the digest of the file that of the file."""
        return replace(
            self,
            pages=tuple(pages),
            manifest=replace(self.manifest, sha256=hashlib.sha256(pdf_of(pages)).digest()),
        )


def honest(answer: Answer, order: Order) -> Answer:
    return answer


async def at_once(order: Order) -> None:
    """No delay."""


class Municipality:
    """Answers as an issuance server does; ``twist`` and ``delay`` are what a test breaks."""

    def __init__(self, code: MunicipalityCode, key: SigningKey, trusted: TrustedKeys) -> None:
        self.code = code
        self.key = key
        self.trusted = trusted
        self.pages_a_copy = 1
        self.twist: Callable[[Answer, Order], Answer] = honest
        self.twist_menu: Callable[[Menu], Menu] = lambda menu: menu
        self.delay: Callable[[Order], Awaitable[None]] = at_once
        self.refusal: KofuError | None = None
        self.raw: web.Response | None = None
        self.stream: Callable[[web.Request], Awaitable[web.StreamResponse]] | None = None
        self.orders: list[Order] = []
        self.inquiries: list[Inquire] = []
        self.outcomes: list[CloseOrder] = []
        self.receipt: Callable[[CloseOrder], Message] = lambda close: OutcomeRecorded(
            order=close.order, outcome=close.outcome
        )
        self.standing: Callable[[AskStanding], StandingTold] = lambda ask: StandingTold(
            order=ask.order, issue_number=ask.issue_number, standing=Standing.NOT_REPORTED
        )
        self._first: dict[OrderId, int] = {}
        self._drawn = 0

    @property
    def application(self) -> web.Application:
        application = web.Application(middlewares=[problems])
        application.router.add_post("/v1/inquiries", only(Role.CENTRE, self._inquiries))
        application.router.add_post("/v1/orders", only(Role.CENTRE, self._orders))
        application.router.add_post("/v1/outcomes", only(Role.CENTRE, self._outcomes))
        application.router.add_post("/v1/standings", only(Role.CENTRE, self._standings))
        return application

    def _misbehave(self) -> web.Response | None:
        if self.refusal is not None:
            raise self.refusal
        return self.raw

    async def _inquiries(self, request: web.Request, _: Party) -> web.StreamResponse:
        message, _ = self.trusted.open(await read_body(request, content_type=JOSE), Inquire, Role.CENTRE)
        self.inquiries.append(message)
        menu = Menu(
            transcript=message.transcript,
            municipality=self.code,
            municipality_name="見本県みほん市",
            kinds=(OfferedKind(kind=CertificateKind.RESIDENT_RECORD, fee=200),),
            items=frozenset(),
            members=(),
        )
        token = self.key.sign(self.twist_menu(menu))
        return self._misbehave() or web.Response(body=token, content_type=JOSE)

    def answer(self, order: Order) -> Answer:
        copies = order.choice.copies
        if order.order not in self._first:
            self._first[order.order] = self._drawn + 1
            self._drawn += copies
        first = self._first[order.order]
        pages = tuple(
            PageFacts(
                order=order.order,
                number=IssueNumber(municipality=self.code, serial=first + copy - 1),
                copy=copy,
                page=page,
                pages=self.pages_a_copy,
                text=f"{RESIDENT} {order.holder.serial}, page {page}",
            )
            for copy in range(1, copies + 1)
            for page in range(1, self.pages_a_copy + 1)
        )
        manifest = Manifest(
            order=order.order,
            municipality=self.code,
            transcript=order.transcript,
            holder=holder_tag(order.transcript, issuer=order.holder.issuer, serial=order.holder.serial),
            issue_numbers=tuple(str(page.number) for page in pages if page.page == 1),
            pages=tuple(page.statement for page in pages),
            sha256=hashlib.sha256(pdf_of(pages)).digest(),
            fee=200 * copies,
            issued_at=datetime.now(UTC),
            register_sequence=7,
            register_age_ms=100,
        )
        return Answer(manifest=manifest, pages=pages)

    async def _orders(self, request: web.Request, _: Party) -> web.StreamResponse:
        order, _ = self.trusted.open(await read_body(request, content_type=JOSE), Order, Role.CENTRE)
        self.orders.append(order)
        await self.delay(order)
        if self.stream is not None:
            return await self.stream(request)
        answer = self.twist(self.answer(order), order)
        pdf = pdf_of(answer.pages) if answer.pdf is None else answer.pdf
        body = frame.pack(self.key.sign(answer.manifest), pdf)
        return self._misbehave() or web.Response(body=body, content_type=frame.CONTENT_TYPE)

    async def _outcomes(self, request: web.Request, _: Party) -> web.StreamResponse:
        close, _ = self.trusted.open(await read_body(request, content_type=JOSE), CloseOrder, Role.CENTRE)
        body = self.key.sign(self.receipt(close))
        response = self._misbehave() or web.Response(body=body, content_type=JOSE)
        self.outcomes.append(close)
        return response

    async def _standings(self, request: web.Request, _: Party) -> web.StreamResponse:
        ask, _ = self.trusted.open(await read_body(request, content_type=JOSE), AskStanding, Role.CENTRE)
        body = self.key.sign(self.standing(ask))
        return self._misbehave() or web.Response(body=body, content_type=JOSE)
