"""Reading a finished file back: which page belongs to which copy of which order, and what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

from pypdf import PageObject, PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, NullObject, StreamObject

from certificates.domain.identifiers import OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.errors import InvalidValueError, WireError
from certificates.pdf.front import front_of, text_of, texts_from_cmap
from certificates.pdf.images import DrawnImage
from certificates.pdf.page_tag import OPENING, tag_of

MAX_FILE = 32 * 1024 * 1024
"""Bytes; a certificate with its marks is far below."""
MAX_PAGES = 200
MAX_CONTENT = 64 * 1024 * 1024
"""Bytes of all content streams, decoded: a small file must not unfold without end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTag:
    """One page as its own content stream says; ``sha256`` (hexadecimal) is of that stream, decoded.

    ``text`` is everything that can be extracted from the page, whoever drew it; empty when it was not asked for.
    ``front`` is the page as ``certificates.pdf.front`` has it; empty when it was not asked for or cannot be had.
    ``images`` are told by the reader of our own files alone.
    """

    order: OrderId
    issue_number: IssueNumber
    page: int
    pages: int
    sha256: str
    text: str = field(default="", repr=False)
    front: str = field(default="", repr=False)
    images: tuple[DrawnImage, ...] = field(default=(), repr=False)


def read_pages(pdf: bytes, *, with_text: bool = True, backs: bool = False) -> tuple[PageTag, ...]:
    """The tags of the pages, in the order of the file; content that a later hop put around ours changes nothing.

    With ``backs`` every second page is the back of a sheet: it must carry no tag and is left out.
    Whether the pages belong together is the caller's to check. Raises WireError, whatever the bytes are.
    """
    if len(pdf) > MAX_FILE:
        raise WireError("the file is too large")
    try:
        return _read_all(pdf, with_text, backs)
    except WireError:
        raise
    except InvalidValueError as error:
        raise WireError(f"a page's tag is not acceptable: {error}") from error
    except Exception as error:  # a PDF parser that is fed foreign bytes raises anything at all
        raise WireError("the file is not a PDF that can be read") from error


def _read_all(pdf: bytes, with_text: bool, backs: bool) -> tuple[PageTag, ...]:
    reader = PdfReader(BytesIO(pdf), strict=True)
    if reader.is_encrypted:
        raise WireError("the file is encrypted")
    count = len(reader.pages)
    if not 1 <= count <= MAX_PAGES:
        raise WireError("the number of pages is out of range")
    if backs and count % 2:
        raise WireError("a sheet has no back")
    found: list[PageTag] = []
    decoded = 0
    for index, page in enumerate(reader.pages):
        parts = list(_streams(page))
        decoded += sum(map(len, parts))
        if decoded > MAX_CONTENT:
            raise WireError("the pages hold too much")
        ours = [part for part in parts if part.startswith(OPENING)]
        is_back = backs and index % 2 == 1
        if len(ours) != (0 if is_back else 1):
            raise WireError("a front must carry exactly one tag, and a back none")
        if not is_back:
            # nothing beside ours draws on the page, or the front would not be all of it
            front = front_of(ours[0], _texts(page)) if with_text and len(parts) == 1 else ""
            text = text_of(front) if front or not with_text else page.extract_text()
            found.append(tagged_page(ours[0], text, front))
    return tuple(found)


def tagged_page(stream: bytes, text: str, front: str = "", images: tuple[DrawnImage, ...] = ()) -> PageTag:
    """What a decoded content stream of ours says of its page; raises InvalidValueError when it has no tag."""
    tag = tag_of(stream)
    return PageTag(
        order=tag.order,
        issue_number=tag.issue_number,
        page=tag.page,
        pages=tag.pages,
        sha256=hashlib.sha256(stream).hexdigest(),
        text=text,
        front=front,
        images=images,
    )


def _texts(page: PageObject) -> dict[str, dict[str, str]]:
    """What the codes of the page's fonts stand for, by the fonts' names."""
    found: dict[str, dict[str, str]] = {}
    resources = page.get("/Resources", NullObject()).get_object()
    fonts = (
        resources.get("/Font", NullObject()).get_object() if isinstance(resources, DictionaryObject) else None
    )
    for name, reference in fonts.items() if isinstance(fonts, DictionaryObject) else ():
        font = reference.get_object()
        meaning = (
            font.get("/ToUnicode", NullObject()).get_object() if isinstance(font, DictionaryObject) else None
        )
        if isinstance(meaning, StreamObject):
            found[name.removeprefix("/")] = texts_from_cmap(meaning.get_data())
    return found


def _streams(page: PageObject) -> Iterator[bytes]:
    """The page's content streams, decoded one by one."""
    contents = page.get("/Contents", NullObject()).get_object()
    for part in contents if isinstance(contents, ArrayObject) else [contents]:
        stream = part.get_object()
        if isinstance(stream, StreamObject):
            yield stream.get_data()
