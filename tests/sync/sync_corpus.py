"""The corpus of bad changes in ``corpus/``: how its short form is written out as events that a registry would sign.

A case names its ``events``, each with reason, day, stream and rows; a row is one ``of`` the register's with items ``set``
(dotted for an item within an item), ``drop``ped, 履歴番号 one higher, or ``raw`` as it stands. ``envelope`` and ``data`` of
an event override what stands there. ``faults`` and ``sentences`` are what is expected, ``blocked`` who.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from certificates.domain.identifiers import CardSerial
from certificates.wire.codec import canonical
from sync.change.cloud_events import TYPES
from sync.change.events import Record, source_of
from sync.change.reasons import Reason, Stream
from sync.change.records import Kind, read_form
from sync.town.numbers import MUNICIPALITY

FOLDER = Path(__file__).parent / "corpus"
FILES = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem not in ("register", "refused"))
_KINDS = {
    "residents": Kind.RESIDENT,
    "seals": Kind.SEAL,
    "suppressions": Kind.SUPPRESSION,
    "cards": Kind.CARD,
}
_WITH_HISTORY = ("residents", "seals")
Form = dict[str, Any]  # any JSON at all: the corpus is there to hold what is wrong


@dataclass(frozen=True)
class Case:
    name: str
    events: Sequence[Form]
    faults: Sequence[str]
    sentences: Sequence[Mapping[str, str]]
    blocked: frozenset[str]
    correction: Sequence[Form]


def load(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@cache
def register() -> Mapping[str, Mapping[str, Form]]:
    """The named register that the cases meet: rows by stream and name."""
    held: Mapping[str, Mapping[str, Form]] = load("register")
    return held


def records() -> list[Record]:
    return [
        read_form(form, kind, f"{stream}.{name}")
        for stream, kind in _KINDS.items()
        for name, form in register()[stream].items()
    ]


def cards() -> Mapping[str, CardSerial]:
    """Everybody's card by name."""
    return {name: CardSerial(form["serial"]) for name, form in register()["cards"].items() if name != "old"}


def cases() -> list[Case]:
    return [
        Case(
            name=case["name"],
            events=case["events"],
            faults=case["faults"],
            sentences=case["sentences"],
            blocked=frozenset(case["blocked"]),
            correction=case.get("correction", ()),
        )
        for name in FILES
        for case in load(name)
    ]


def event(short: Form, number: int) -> bytes:
    """The canonical bytes of one event with its number in the feed."""
    stream = short["stream"]
    reason = short["reason"]
    data = {
        "reason": reason,
        "changed_on": short["on"],
        stream: [_row(row, stream) for row in short["rows"]],
        **short.get("data", {}),
    }
    envelope = {
        "data": data,
        "datacontenttype": "application/json",
        "id": hashlib.sha256(f"corpus {number}".encode()).hexdigest()[:32],
        "sequence": f"{number:015d}",
        "source": source_of(MUNICIPALITY),
        "specversion": "1.0",
        "subject": _subject(reason),
        "time": f"2026-04-02T03:00:00.{number:06d}Z",
        "type": TYPES[Stream(stream)],
        **short.get("envelope", {}),
    }
    return canonical(
        {name: item for name, item in envelope.items() if name not in short.get("leave_out", ())}
    )


def _subject(term: str) -> str:
    known = {reason.value: reason.name.lower().replace("_", "-") for reason in Reason}
    return known.get(term, "unknown")


def _row(short: Form, stream: str) -> Any:
    if "raw" in short:
        return short["raw"]
    row = copy.deepcopy({**register()["strangers"], **register()[stream]}[short["of"]])
    if stream in _WITH_HISTORY and short["of"] not in register()["strangers"]:
        row["history"] += 1
    for item in short.get("drop", ()):
        row.pop(item, None)
    for path, value in short.get("set", {}).items():
        *outer, last = path.split(".")
        place = row
        for part in outer:
            place = place[part]
        place[last] = value
    return row
