"""The AsyncAPI document: current, complete in itself, and true of what really goes over the wire."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NewType

import pytest

from certificates.problems import ProblemCode
from certificates.wire.codec import encode
from certificates.wire.frame import unpack
from certificates.wire.jose import Role
from certificates.wire.problem import problem_document
from sync.change.reasons import Stream
from sync.feed.asyncapi import document, text
from sync.feed.difference_file import DifferenceHead
from sync.feed.json_schema import Schemas
from sync.feed.wire import FeedBatch, FeedReceipt, FullLoadHead, ReceiptStatus
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import NOW, TRUSTED, TestRegistry, small_town

DOCUMENT = Path(__file__).parents[2] / "docs" / "asyncapi.json"


@cache
def described() -> dict[str, object]:
    return dict(document())


@cache
def resolve(reference: str) -> object:
    found: object = described()
    for name in reference.removeprefix("#/").split("/"):
        assert isinstance(found, dict), reference
        found = found[name]
    return found


def faults(value: object, schema: object, where: str = "$") -> Iterator[str]:
    """What of ``value`` is not as ``schema`` says; of JSON Schema only the words that the document uses."""
    assert isinstance(schema, dict)
    known = {"title", "description", "format", "contentEncoding", "type", "const", "enum", "pattern", "$ref"}
    known |= {"oneOf", "items", "minItems", "maxItems", "uniqueItems"}
    known |= {"properties", "required", "additionalProperties"}
    assert schema.keys() <= known, where
    if "$ref" in schema:
        yield from faults(value, resolve(schema["$ref"]), where)
    if "oneOf" in schema and sum(not list(faults(value, one, where)) for one in schema["oneOf"]) != 1:
        yield f"{where}: not exactly one of {len(schema['oneOf'])}"
    types = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
    if "type" in schema and not isinstance(value, types[schema["type"]]):
        yield f"{where}: not {schema['type']}"
    if "const" in schema and value != schema["const"]:
        yield f"{where}: not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: not a choice"
    if "pattern" in schema and not re.search(schema["pattern"], str(value)):
        yield f"{where}: not {schema['pattern']}"
    if isinstance(value, list) and "items" in schema:
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            yield f"{where}: too many or too few"
        for place, item in enumerate(value):
            yield from faults(item, schema["items"], f"{where}[{place}]")
    if isinstance(value, dict) and "properties" in schema:
        properties = schema["properties"]
        yield from (f"{where}.{name}: missing" for name in schema["required"] if name not in value)
        for name, content in value.items():
            if name not in properties:
                yield f"{where}.{name}: unknown"
            else:
                yield from faults(content, properties[name], f"{where}.{name}")


def schema_of(name: str) -> dict[str, object]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_the_document_in_docs_is_the_one_that_the_code_makes() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == text(), "python -m sync.feed.asyncapi > docs/asyncapi.json"


def test_every_reference_of_the_document_leads_somewhere() -> None:
    references = re.findall(r'"\$ref": "([^"]+)"', text())
    assert len(set(references)) > 15
    for reference in references:
        assert isinstance(resolve(reference), dict)


def test_real_deliveries_of_every_stream_are_as_described() -> None:
    registry = TestRegistry()
    for change in day_of_changes(small_town(), 400):
        registry.enter(change)
    streams = {change.reason.stream for change in registry.changes}
    assert streams == set(Stream)
    token, body = unpack(registry.frame(1, registry.position))
    statement, _ = TRUSTED.open(token, FeedBatch, Role.REGISTRY)
    delivery = {"statement": json.loads(encode(statement)), "events": json.loads(bytes(body))}
    assert list(faults(delivery, schema_of("Delivery"))) == []


def test_real_heads_receipts_problems_and_full_loads_are_as_described(tmp_path: Path) -> None:
    receipt = FeedReceipt(municipality=MUNICIPALITY, applied=2, status=ReceiptStatus.GAP, quarantined=1)
    full = FullLoadHead(
        municipality=MUNICIPALITY, sequence=0, count=0, sha256=bytes(32), taken_at=NOW, chain=bytes(32)
    )
    difference = DifferenceHead(
        municipality=MUNICIPALITY,
        first=0,
        last=0,
        count=0,
        sha256=bytes(32),
        position=0,
        taken_at=NOW,
        chain=bytes(32),
    )
    for message in (receipt, full, difference):
        assert list(faults(json.loads(encode(message)), schema_of(type(message).__name__))) == []
    refusal = problem_document(ProblemCode.FEED_CONFLICT, instance="0")
    assert list(faults(json.loads(refusal), schema_of("Problem"))) == []
    lines = TestRegistry().write(tmp_path / "full").read_bytes().splitlines()[1:]
    assert lines
    for line in lines:
        assert list(faults(json.loads(line), schema_of("FullLoadLine"))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"specversion":"1.0"', '"specversion":"0.3"'),
        ('"reason":"', '"reason":"not '),
        ('"changed_on":', '"changed_in":'),
    ],
)
def test_what_the_description_does_not_allow_is_found(old: str, new: str) -> None:
    registry = TestRegistry()
    registry.enter(day_of_changes(small_town(), 1)[0])
    event = registry.event(1).decode()
    assert old in event
    assert list(faults(json.loads(event), schema_of("Event"))) == []
    assert list(faults(json.loads(event.replace(old, new)), schema_of("Event"))) != []


def test_a_type_that_no_message_can_hold_has_no_schema() -> None:
    with pytest.raises(TypeError, match="no place"):
        Schemas().of(float)
    assert Schemas().of(NewType("Word", str)) == {"type": "string", "title": "Word"}
