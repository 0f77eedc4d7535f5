"""The municipality's file, checked before it is touched: what the marks need to know of it, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

Reference = tuple[int, int]
"""Number and generation of an object (ISO 32000-2, 7.3.10)."""

MAX_FILE = 4 * 1024 * 1024
MAX_CONTENT = 8 * 1024 * 1024
"""Bytes of one page's content when inflated; a certificate has some 10 KB."""
MAX_OBJECTS = 100_000
A4_TOLERANCE = 1.0
"""Points; builders round A4 to 595 × 842 or to 595.28 × 841.89."""


class SourcePage(Protocol):
    """A front. Its content streams stay the objects that they are."""

    @property
    def reference(self) -> Reference: ...

    def marked(self, tree: Reference, backdrop: int, objects: str, add: Callable[[bytes], int]) -> bytes:
        """The page's new body: the content stream ``backdrop`` is painted before, so under, its own.

        ``objects`` are entries for the page's /XObject resources; ``add`` takes objects that the page needs beside.
        Raises WireError when the page has such names already.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A checked file, and what an incremental update needs to know of it.

    ``trailer`` holds the entries /Root and /Info as they are written; ``identity`` the first part of /ID, if there is one.
    """

    data: bytes = field(repr=False)
    pages: tuple[SourcePage, ...]
    tree: Reference
    trailer: bytes
    identity: bytes | None
    size: int
    startxref: int
    uses_xref_stream: bool
