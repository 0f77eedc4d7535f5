"""What is measured, one callable each: steps of the marking, the whole of it, and stamping by pypdf and pikepdf.

The libraries are given more than is fair: their stamp and every finished back lie ready as PDF, so they neither seal nor
encode, and only put the ground under the front and the back behind it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence

from anti_forgery.back import codes
from anti_forgery.constants import constants
from anti_forgery.foreign_source import foreign_source
from anti_forgery.marking import mark, prepare
from anti_forgery.micro_text import micro_mask
from anti_forgery.note import own_words
from anti_forgery.own_source import own_source
from anti_forgery.symbols import split
from anti_forgery.update import Update
from load_tests.bench_marks.orders import Order, foreign_orders, own_orders, profile, sealer

Work = Callable[[Order], object]
Subject = tuple[str, int, Callable[[Sequence[Order]], Work]]
"""Whose files, of how many pages, and what makes the work from all the orders that will come."""


def _checked(_: Sequence[Order]) -> Work:
    return lambda order: own_source(order.pdf, len(order.sheets))


def _parsed(_: Sequence[Order]) -> Work:
    return lambda order: foreign_source(order.pdf, len(order.sheets))


def _sealed(_: Sequence[Order]) -> Work:
    seal = sealer().seal
    return lambda order: [seal(sheet) for sheet in order.sheets]


def _split(orders: Sequence[Order]) -> Work:
    payloads = _payloads(orders)
    return lambda order: [split(payload) for payload in payloads[order.pdf]]


def _encoded(orders: Sequence[Order]) -> Work:
    payloads = _payloads(orders)
    return lambda order: [codes(payload) for payload in payloads[order.pdf]]


def _payloads(orders: Sequence[Order]) -> dict[bytes, list[bytes]]:
    seal = sealer().seal
    return {order.pdf: [seal(sheet) for sheet in order.sheets] for order in orders}


def _micro(_: Sequence[Order]) -> Work:
    return lambda order: [micro_mask(sheet.issue_number) for sheet in order.sheets]


def _words(_: Sequence[Order]) -> Work:
    ours = profile()
    return lambda order: [own_words(sheet, ours) for sheet in order.sheets]


def _appended(orders: Sequence[Order]) -> Work:
    """The ground, the emblem, the blossom, the font: constant objects, copied behind the file."""
    ours = profile()
    sources = {order.pdf: own_source(order.pdf, len(order.sheets)) for order in orders}

    def work(order: Order) -> bytes:
        source = sources[order.pdf]
        assert source is not None
        update = Update(source)
        update.add_block(constants(ours, order.sheets[0].municipality, source.size).block)
        return update.finish()

    return work


def _whole(_: Sequence[Order]) -> Work:
    ours, seals = profile(), sealer()
    prepare(ours)
    return lambda order: mark(order.pdf, order.sheets, seals, ours)


def _ready(orders: Sequence[Order]) -> tuple[bytes, dict[bytes, list[bytes]]]:
    """The front's stamp, and each order's backs, as files of one page."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, NameObject

    ours, seals = profile(), sealer()
    stamp = b""
    backs: dict[bytes, list[bytes]] = {}
    for order in orders:
        marked = PdfReader(io.BytesIO(mark(order.pdf, order.sheets, seals, ours)))
        backs[order.pdf] = []
        for place in range(len(order.sheets)):
            writer = PdfWriter()
            writer.add_page(marked.pages[2 * place + 1])
            backs[order.pdf].append(_bytes(writer))
        if not stamp:
            writer = PdfWriter()
            page = writer.add_page(marked.pages[0])
            parts = page["/Contents"]
            assert isinstance(parts, ArrayObject)
            page[NameObject("/Contents")] = ArrayObject(parts[:1])
            stamp = _bytes(writer)
    return stamp, backs


def _bytes(writer: object) -> bytes:
    out = io.BytesIO()
    writer.write(out)  # type: ignore[attr-defined]  # a writer of pypdf
    return out.getvalue()


def _by_pypdf(orders: Sequence[Order]) -> Work:
    from pypdf import PdfReader, PdfWriter

    stamp, backs = _ready(orders)
    ground = PdfReader(io.BytesIO(stamp)).pages[0]

    def work(order: Order) -> bytes:
        writer = PdfWriter()
        for page, back in zip(PdfReader(io.BytesIO(order.pdf)).pages, backs[order.pdf], strict=True):
            front = writer.add_page(page)
            front.merge_page(ground, over=False)
            writer.add_page(PdfReader(io.BytesIO(back)).pages[0])
        return _bytes(writer)

    return work


def _by_pikepdf(orders: Sequence[Order]) -> Work:
    import pikepdf

    stamp, backs = _ready(orders)
    ground = pikepdf.open(io.BytesIO(stamp))

    def work(order: Order) -> bytes:
        with pikepdf.open(io.BytesIO(order.pdf)) as pdf:
            for place, back in enumerate(backs[order.pdf]):
                pdf.pages[2 * place].add_underlay(ground.pages[0], None)
                with pikepdf.open(io.BytesIO(back)) as made:
                    pdf.pages.insert(2 * place + 1, made.pages[0])
            out = io.BytesIO()
            pdf.save(out)
            return out.getvalue()

    return work


OWN_1, OWN_2 = "all marks, our own file, 1 page", "all marks, our own file, 2 pages"
PYPDF_1, PYPDF_2 = "pypdf stamping, 1 page", "pypdf stamping, 2 pages"
PIKEPDF_1, PIKEPDF_2 = "pikepdf stamping, 1 page", "pikepdf stamping, 2 pages"
SUBJECTS: Mapping[str, Subject] = {
    "input checked, our own": ("own", 2, _checked),
    "sealing": ("own", 2, _sealed),
    "payload cut, erasure code": ("own", 2, _split),
    "code on the back, that included": ("own", 2, _encoded),
    "micro-text": ("own", 2, _micro),
    "words of the sheet": ("own", 2, _words),
    "ground, emblem, blossom, font; appending": ("own", 2, _appended),
    OWN_1: ("own", 1, _whole),
    OWN_2: ("own", 2, _whole),
    "input checked, another builder's": ("foreign", 2, _parsed),
    "all marks, another builder's file, 1 page": ("foreign", 1, _whole),
    "all marks, another builder's file, 2 pages": ("foreign", 2, _whole),
    PYPDF_1: ("own", 1, _by_pypdf),
    PYPDF_2: ("own", 2, _by_pypdf),
    PIKEPDF_1: ("own", 1, _by_pikepdf),
    PIKEPDF_2: ("own", 2, _by_pikepdf),
}
STEPS = tuple(
    name for name, (whose, _, make) in SUBJECTS.items() if make not in (_whole, _by_pypdf, _by_pikepdf)
)
ORDERS: Mapping[str, Callable[[int, int], list[Order]]] = {"own": own_orders, "foreign": foreign_orders}
