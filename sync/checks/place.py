"""Where in a change something is wrong: stream, row and items, as one line of text that the inbox keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sync.change.reasons import Stream

_STREAMS = "|".join(stream.value for stream in Stream)
_PATH = re.compile(
    r"(?:events\[\d+\])?\.?(?:data)?\.?"
    rf"(?:(?P<stream>{_STREAMS})(?:\[(?P<row>\d+)\])?|(?P<envelope>[a-z_]+))?"
    r"(?:\.(?P<items>[a-z_0-9.,\[\]]+))?"
    r"(?:: (?P<why>.*))?\Z",
    re.DOTALL,
)
_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """``row`` counts from 0; ``items`` are dotted field names; ``why`` is what is wrong, in technical words, or the 異動事由."""

    stream: Stream | None = None
    row: int | None = None
    items: tuple[str, ...] = ()
    why: str = ""

    def __str__(self) -> str:
        text = self.stream.value if self.stream is not None else ""
        text += f"[{self.row}]" if self.row is not None else ""
        text += f".{','.join(self.items)}" if self.items else ""
        return f"{text}: {self.why}" if self.why else text

    @classmethod
    def read(cls, text: str) -> Place:
        """The reverse of ``str``, and of the path with which the codec says what it cannot read.

        A text that is no such path is all ``why``.
        """
        found = _PATH.match(text)
        if found is None:
            return cls(why=text)
        stream, row, envelope = found["stream"], found["row"], found["envelope"]
        items = [envelope] if envelope else []
        items += [_INDEX.sub("", item) for item in (found["items"] or "").split(",") if item]
        return cls(
            stream=Stream(stream) if stream else None,
            row=int(row) if row else None,
            items=tuple(items),
            why=found["why"] or "",
        )


def row_at(stream: Stream, row: int, items: Iterable[str] = (), why: str = "") -> str:
    """The text of a place in one row; the items in a fixed order."""
    return str(Place(stream=stream, row=row, items=tuple(sorted(items)), why=why))
