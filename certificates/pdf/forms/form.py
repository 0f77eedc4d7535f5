"""The sheets of one copy: its boxes filled in where the layout of its form puts them."""

from __future__ import annotations

from collections.abc import Iterator

from certificates.domain.blocks import Block
from certificates.domain.content import CertificateContent
from certificates.errors import InvalidValueError
from certificates.pdf.forms.foot import attestation, continued, numbering, title
from certificates.pdf.layout import LEFT, Layout, Table
from certificates.pdf.layout_file import layouts
from certificates.pdf.sheet import Box, Placement, Sheet


def sheets(content: CertificateContent) -> tuple[Sheet, ...]:
    """As many as its blocks need; the attestation and the official seal stand on the last one only.

    Raises InvalidValueError when no layout is of this form, or the form has no box for what the certificate says.
    """
    layout = layouts().get(content.form)
    if layout is None:
        raise InvalidValueError("form", f"{content.form} has no layout")
    _require_boxes(content, layout)
    pages = max(1, -(-len(content.blocks) // layout.a_sheet))
    return tuple(_sheet(content, layout, page, pages) for page in range(1, pages + 1))


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


def _sheet(content: CertificateContent, layout: Layout, page: int, pages: int) -> Sheet:
    texts = [title(content, layout.title)]
    if layout.head is not None:
        texts += _filled(layout.head, content.head, 0)
    if layout.imprint is not None:
        heading = layout.imprint.heading
        texts.append(Placement(text="印影", box=heading, style=layout.block.label, row="印影"))
    first = (page - 1) * layout.a_sheet
    blocks = content.blocks[first : first + layout.a_sheet]
    for index, block in enumerate(blocks):
        if layout.running is not None:
            width, style = layout.running
            frame = layout.block.frame(index)
            number = Box(LEFT, frame.y, width, frame.height)
            texts.append(Placement(text=str(first + index + 1), box=number, style=style, row="番号"))
        texts += _filled(layout.block, block, index)
    if layout.rest is not None and len(blocks) < layout.a_sheet:
        _, free = layout.block.boxes(layout.rest, len(blocks))
        style = layout.block.places[layout.rest].style
        texts.append(Placement(text="以下余白", box=free, style=style, row="余白"))
    seal = None
    if page == pages:
        attested, seal = attestation(content, layout.foot)
        texts += attested
    else:
        texts.append(continued(layout.foot))
    texts += numbering(content, page, pages, layout.number)
    imprint = None
    if content.imprint is not None and layout.imprint is not None:
        imprint = (content.imprint, layout.imprint.frame)
    return Sheet(rules=layout.rules, texts=tuple(texts), seal=seal, imprint=imprint)


def _filled(table: Table, block: Block, index: int) -> Iterator[Placement]:
    """Labels and values of ``block``; two names of one person share their box, one above the other."""
    for slot, entry in block.items():
        label, value = table.boxes(slot, index)
        yield Placement(text=entry.label, box=label, style=table.label, row=entry.label)
        style, count = table.places[slot].style, len(entry.lines)
        for place, line in enumerate(entry.lines):
            yield Placement(text=line, box=value.band(place, count), style=style, row=entry.label)
