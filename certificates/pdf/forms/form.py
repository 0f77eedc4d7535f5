"""The sheets of one copy: its boxes filled in where the layout of its form puts them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from certificates.domain.blocks import Block
from certificates.domain.content import CertificateContent
from certificates.domain.kinds.kind import FormName
from certificates.errors import InvalidValueError
from certificates.pdf.forms.foot import attestation, continuation, continued, numbering, title
from certificates.pdf.layout import LEFT, WIDTH, Layout, Table
from certificates.pdf.layout_file import layouts
from certificates.pdf.sheet import Box, Placement, Rule, Sheet

_REST = 8.0  # height of 以下余白, millimetres


@dataclass(slots=True)
class _Page:
    """What stands on one sheet: the head's table and the blocks, each with its top; ``y`` is where the next one goes."""

    head: tuple[tuple[Table, float], ...]
    y: float
    blocks: list[tuple[Table, float, Block]] = field(default_factory=list)


def sheets(content: CertificateContent) -> tuple[Sheet, ...]:
    """As many as its blocks need; the attestation and the official seal stand on the last one only.

    Raises InvalidValueError when no layout is of this form, or the form has no box for what the certificate says.
    """
    layout = layouts().get(content.form)
    if layout is None:
        raise InvalidValueError("form", f"{content.form} has no layout")
    _require_boxes(content, layout)
    pages = _paged(content, layout)
    first, drawn = 1, []
    for number, page in enumerate(pages, start=1):
        drawn.append(_sheet(content, layout, page, first, number, len(pages)))
        first += len(page.blocks)
    return tuple(drawn)


def _require_boxes(content: CertificateContent, layout: Layout) -> None:
    """What the certificate says is on the paper, whichever layout it is given."""
    head = set() if layout.head is None else set(layout.head.places)
    missing = set(content.head) - head
    for block in content.blocks:
        missing |= set(block) - set(layout.block.places)
    if missing:
        raise InvalidValueError("form", f"{layout.name} has no box for {min(slot.value for slot in missing)}")
    if content.imprint is not None and layout.imprint is None:
        raise InvalidValueError("form", f"{layout.name} has no box for an imprint")


def _paged(content: CertificateContent, layout: Layout) -> list[_Page]:
    pages = [_new_page(content, layout)]
    for block in content.blocks:
        table = layout.block.only(block) if layout.open else layout.block
        page = pages[-1]
        if len(page.blocks) == layout.a_sheet or page.y + table.height > layout.foot:
            page = _new_page(content, layout)
            pages.append(page)
        page.blocks.append((table, page.y, block))
        page.y += table.height
    return pages


def _new_page(content: CertificateContent, layout: Layout) -> _Page:
    top, below = layout.tops
    if layout.head is None:
        return _Page((), below)
    if not layout.open:
        return _Page(((layout.head, top),), below)
    head = layout.head.only(content.head)
    if not head.heights:
        return _Page((), top)
    return _Page(((head, top),), below - layout.head.height + head.height)


def _sheet(
    content: CertificateContent, layout: Layout, page: _Page, first: int, number: int, pages: int
) -> Sheet:
    """``first`` is the running number of the page's first block."""
    texts = [title(content, layout.title)]
    for table, y in page.head:
        texts += _filled(table, content.head, y)
    if layout.imprint is not None:
        heading = layout.imprint.heading
        texts.append(Placement(text="印影", box=heading, style=layout.block.label, row="印影"))
    for running, (table, y, block) in enumerate(page.blocks, start=first):
        if layout.column:
            box = Box(LEFT, y, layout.column, table.height)
            texts.append(Placement(text=str(running), box=box, style=layout.running, row="番号"))
        texts += _filled(table, block, y)
    if number > 1:
        texts.append(continuation(layout.title))
    rest = _rest(layout, page) if number == pages else None
    if rest is not None:
        texts.append(Placement(text="以下余白", box=rest, style=layout.rest_style, row="余白"))
    seal = None
    if number == pages:
        attested, seal = attestation(content, layout.foot)
        texts += attested
    else:
        texts.append(continued(layout.foot))
    texts += numbering(content, number, pages, layout.number)
    imprint = None
    if content.imprint is not None and layout.imprint is not None:
        imprint = (content.imprint, layout.imprint.frame)
    return Sheet(rules=_rules(layout, page), texts=tuple(texts), seal=seal, imprint=imprint)


def _rest(layout: Layout, page: _Page) -> Box | None:
    """Where 以下余白 stands, when room for another block is left free."""
    if layout.open:
        return Box(LEFT, page.y, WIDTH, _REST) if page.y + _REST <= layout.foot else None
    if layout.rest is None or len(page.blocks) == layout.a_sheet:
        return None
    return layout.block.boxes(layout.rest, page.y)[1]


def _rules(layout: Layout, page: _Page) -> tuple[Rule, ...]:
    if layout.open:
        return layout.rules(page.head, [(table, y) for table, y, _ in page.blocks])
    return _all_rules(FormName(layout.name))


@cache
def _all_rules(form: FormName) -> tuple[Rule, ...]:
    """A form that shows all its boxes has the same rules on every sheet."""
    layout = layouts()[form]
    top, below = layout.tops
    blocks = [(layout.block, below + index * layout.block.height) for index in range(layout.a_sheet)]
    return layout.rules(() if layout.head is None else ((layout.head, top),), blocks)


def _filled(table: Table, block: Block, y: float) -> Iterator[Placement]:
    """Labels and values of ``block``; two names of one person share their box, one above the other."""
    for slot, entry in block.items():
        label, value = table.boxes(slot, y)
        yield Placement(text=entry.label, box=label, style=table.label, row=entry.label)
        style, count = table.places[slot].style, len(entry.lines)
        for place, line in enumerate(entry.lines):
            yield Placement(text=line, box=value.band(place, count), style=style, row=entry.label)
