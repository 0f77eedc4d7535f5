"""The tables of docs/wire.md, computed from the code. ``python -m tests.issuance.wire_document`` writes them anew."""

from __future__ import annotations

import dataclasses
import re
import types
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import NewType, Union, get_args, get_origin, get_type_hints

from certificates.problems import MEANINGS, ProblemCode
from certificates.wire.codec import Message
from certificates.wire.order import (
    AskStanding,
    CloseOrder,
    Holder,
    Inquire,
    Manifest,
    Order,
    PageStatement,
    StandingTold,
)
from certificates.wire.visit import (
    Apply,
    CardProof,
    Challenge,
    Choice,
    Delivery,
    Menu,
    OfferedKind,
    OfferedMember,
    OpenSession,
    OutcomeRecorded,
    ReportOutcome,
)
from sync.change.events import Change
from sync.feed.difference_file import DifferenceHead
from sync.feed.wire import FeedBatch, FeedReceipt, FullLoadHead
from sync.original.wire import (
    LeavesAnswer,
    LeavesInquiry,
    Node,
    NodesAnswer,
    NodesInquiry,
    PositionAnswer,
    PositionInquiry,
    RowDigest,
    RowsAnswer,
    RowsInquiry,
    SubjectDigest,
    SubjectRows,
)
from sync.registry.wire import ChangeAccepted, FeedPosition

DOCUMENT = Path(__file__).parents[2] / "docs" / "wire.md"
MESSAGES: tuple[type[Message], ...] = (
    OpenSession,
    Challenge,
    CardProof,
    Menu,
    Apply,
    Delivery,
    ReportOutcome,
    OutcomeRecorded,
    Inquire,
    Order,
    Manifest,
    CloseOrder,
    AskStanding,
    StandingTold,
    FeedBatch,
    FeedReceipt,
    FullLoadHead,
    DifferenceHead,
    ChangeAccepted,
    FeedPosition,
    PositionInquiry,
    PositionAnswer,
    NodesInquiry,
    NodesAnswer,
    LeavesInquiry,
    LeavesAnswer,
    RowsInquiry,
    RowsAnswer,
)
PARTS: tuple[type, ...] = (
    Holder,
    Choice,
    PageStatement,
    OfferedKind,
    OfferedMember,
    Node,
    RowDigest,
    SubjectDigest,
    SubjectRows,
)
# Changes are described where the feed is: their rows are those of the register.
DESCRIBED_ELSEWHERE: tuple[type[Message], ...] = (Change,)
_WORDS: dict[object, str] = {
    str: "text",
    int: "whole number",
    bool: "true or false",
    bytes: "base64url",
    datetime: "moment",
    date: "day",
}


def form_of(kind: object) -> str:
    """A type as the reader of JSON meets it."""
    if isinstance(kind, NewType):
        return re.sub(r"(?<!^)(?=[A-Z])", " ", kind.__name__).lower()
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        (inner,) = [arg for arg in get_args(kind) if arg is not types.NoneType]
        return f"{form_of(inner)} or null"
    if origin is tuple:
        return f"list of {form_of(get_args(kind)[0])}"
    if origin is frozenset:
        return f"sorted list of {form_of(get_args(kind)[0])}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " \\| ".join(f"`{member.value}`" for member in kind)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return f"[{kind.__name__}](#{kind.__name__.lower()})"
    return _WORDS[kind]


def fields_table(kind: type) -> str:
    """``field | form`` for every field, those with a default marked."""
    hints = get_type_hints(kind)
    lines = ["| field | form |", "|---|---|"]
    assert dataclasses.is_dataclass(kind)
    for field in dataclasses.fields(kind):
        left_out = "" if field.default is dataclasses.MISSING else "; may be left out"
        lines.append(f"| `{field.name}` | {form_of(hints[field.name])}{left_out} |")
    return "\n".join(lines)


def problems_table() -> str:
    lines = ["| code | status | 画面の文 | sentence |", "|---|---|---|---|"]
    lines += [
        f"| `{code.value}` | {MEANINGS[code].status} | {MEANINGS[code].ja} | {MEANINGS[code].en} |"
        for code in ProblemCode
    ]
    return "\n".join(lines)


def tables() -> dict[str, str]:
    """Every computed table by the name in its marker."""
    named: dict[str, type] = {message.TAG: message for message in MESSAGES}
    named |= {part.__name__: part for part in PARTS}
    return {name: fields_table(kind) for name, kind in named.items()} | {"problems": problems_table()}


_BLOCK = re.compile(r"<!-- table: (?P<name>\S+) -->\n(?P<body>.*?)<!-- end -->", re.DOTALL)


def found_in(document: str) -> dict[str, str]:
    return {match["name"]: match["body"].strip() for match in _BLOCK.finditer(document)}


def rewritten(document: str) -> str:
    computed = tables()
    return _BLOCK.sub(
        lambda match: f"<!-- table: {match['name']} -->\n{computed[match['name']]}\n<!-- end -->", document
    )


if __name__ == "__main__":
    DOCUMENT.write_text(rewritten(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
