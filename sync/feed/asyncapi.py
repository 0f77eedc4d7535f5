"""The feeds as an AsyncAPI 3.0 document, computed from the code: ``python -m sync.feed.asyncapi > docs/asyncapi.json``.

Described is the registry: it sends deliveries and receives what became of them. https://www.asyncapi.com/docs/reference
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from certificates.domain.resident import Resident
from certificates.domain.seal import SealRegistration
from certificates.domain.suppression import Suppression
from certificates.problems import ProblemCode
from certificates.wire import frame, problem
from certificates.wire.codec import Json
from sync.change import cloud_events
from sync.change.events import CardCertificate, Record
from sync.change.reasons import Reason, Stream
from sync.change.records import Kind
from sync.feed.difference_file import DifferenceHead
from sync.feed.json_schema import Schemas, closed, reference
from sync.feed.redis import GROUP, LEFT_FRAMES, MAX_FRAMES
from sync.feed.wire import MAX_EVENTS, FeedBatch, FeedReceipt, FullLoadHead

_RECORDS: Mapping[Stream, tuple[Kind, type[Record]]] = {
    Stream.RESIDENTS: (Kind.RESIDENT, Resident),
    Stream.SEALS: (Kind.SEAL, SealRegistration),
    Stream.SUPPRESSIONS: (Kind.SUPPRESSION, Suppression),
    Stream.CARDS: (Kind.CARD, CardCertificate),
}
_PARAMETERS: Json = {"municipality": {"description": "全国地方公共団体コード, 6 digits"}}


def document() -> dict[str, Json]:
    """The whole document as plain JSON."""
    schemas = _schemas()
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Change data (異動データ) of one municipality's registry",
            "version": "1",
            "description": (
                "Numbered changes of the register (住民記録システム) for the certificate-issuance server, by HTTPS, by "
                "Redis Streams or in files. All three carry the same events, signed by the registry, and end in the same "
                "transaction; the number of a change is given once and never to another change."
            ),
        },
        "defaultContentType": "application/json",
        "servers": {
            "issuance-server": {
                "host": "issuance.example:443",
                "protocol": "https",
                "description": "The issuance server; the client's X.509 certificate names party registry:<code>.",
                "security": [{"$ref": "#/components/securitySchemes/mutual-tls"}],
            },
            "redis": {
                "host": "redis.example:6379",
                "protocol": "redis",
                "description": "A Redis of both ends; redis, rediss or a unix socket. It may forget everything.",
            },
        },
        "channels": _channels(),
        "operations": _operations(),
        "components": {
            "messages": _messages(),
            "schemas": schemas,
            "securitySchemes": {"mutual-tls": {"type": "X509"}},
        },
    }


def _channels() -> dict[str, Json]:
    https: Json = [{"$ref": "#/servers/issuance-server"}]
    redis: Json = [{"$ref": "#/servers/redis"}]
    return {
        "feed": {
            "address": "/v1/feed",
            "servers": https,
            "messages": _named("delivery"),
            "description": "POST; answered with a receipt or a problem document (RFC 9457).",
        },
        "feed-answers": {"address": None, "messages": _named("receipt", "problem")},
        "frames": {
            "address": "kofu:feed:{municipality}",
            "parameters": _PARAMETERS,
            "servers": redis,
            "messages": _named("delivery"),
            "description": (
                f"A stream; the delivery is the entry's field frame. Consumer group {GROUP}; acknowledged and deleted "
                f"after the database has committed. While {LEFT_FRAMES} untaken ones are left none is added; at most "
                f"{MAX_FRAMES} entries wait."
            ),
        },
        "frame-answers": {
            "address": "kofu:feed:{municipality}:receipts",
            "parameters": _PARAMETERS,
            "servers": redis,
            "messages": _named("stream-receipt", "stream-problem"),
        },
        "files": {
            "address": None,
            "messages": _named("full-load", "difference"),
            "description": "Files, carried by whatever means; JSON lines, the first a JWS over the head.",
        },
    }


def _named(*messages: str) -> dict[str, Json]:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in messages}


def _operations() -> dict[str, Json]:
    def operation(action: str, channel: str, summary: str, reply: str | None = None) -> dict[str, Json]:
        body: dict[str, Json] = {
            "action": action,
            "channel": {"$ref": f"#/channels/{channel}"},
            "summary": summary,
        }
        return body if reply is None else body | {"reply": {"channel": {"$ref": f"#/channels/{reply}"}}}

    return {
        "push": operation("send", "feed", "Changes, or a sign of life, by HTTPS.", "feed-answers"),
        "add-frame": operation("send", "frames", "The same delivery into the stream."),
        "read-answers": operation("receive", "frame-answers", "What became of a frame."),
        "hand-over": operation(
            "send", "files", "The whole register (全件), or its changes from a number on (差分)."
        ),
    }


def _messages() -> dict[str, Json]:
    def message(kind: str, payload: Json, summary: str) -> dict[str, Json]:
        return {"contentType": kind, "payload": payload, "summary": summary}

    lines = "application/jsonl"
    return {
        "delivery": message(
            frame.CONTENT_TYPE,
            {"$ref": "#/components/schemas/Delivery"},
            "KOFU1, the token's length (4 bytes, big-endian), a compact JWS over the statement, then the events: a "
            "CloudEvents 1.0 JSON batch in canonical JSON.",
        ),
        "receipt": message(
            "application/json", reference(FeedReceipt), "Up to which number the copy has applied."
        ),
        "problem": message(
            problem.CONTENT_TYPE, {"$ref": "#/components/schemas/Problem"}, "Why nothing was taken in."
        ),
        "stream-receipt": message(
            "application/json",
            closed({"of": {"type": "string"}, "receipt": reference(FeedReceipt)}),
            "Fields of an entry: of is the id of the frame's entry.",
        ),
        "stream-problem": message(
            "application/json",
            closed({"of": {"type": "string"}, "problem": {"$ref": "#/components/schemas/ProblemCode"}}),
            "Fields of an entry: of is the id of the frame's entry.",
        ),
        "full-load": message(
            lines,
            closed({"head": reference(FullLoadHead), "records": _list_of("FullLoadLine")}),
            "Every current row: residents, then seals, suppressions and cards.",
        ),
        "difference": message(
            lines,
            closed({"head": reference(DifferenceHead), "events": _list_of("Event")}),
            "Numbered changes, one event a line, exactly as in a delivery.",
        ),
    }


def _schemas() -> dict[str, Json]:
    schemas = Schemas()
    for message in (FeedBatch, FeedReceipt, FullLoadHead, DifferenceHead):
        schemas.of(message)
    named = schemas.named
    lines: list[Json] = []
    for stream, (kind, record) in _RECORDS.items():
        rows = schemas.of(record)
        named[_event_name(stream)] = _event(stream, rows)
        lines.append(closed({"kind": {"const": kind.value}, "record": rows}))
    named["Event"] = {
        "oneOf": [{"$ref": f"#/components/schemas/{_event_name(stream)}"} for stream in _RECORDS]
    }
    named["FullLoadLine"] = {"oneOf": lines}
    named["Delivery"] = closed(
        {"statement": reference(FeedBatch), "events": _list_of("Event") | {"maxItems": MAX_EVENTS}}
    )
    named["ProblemCode"] = {"enum": [code.value for code in ProblemCode]}
    named["Problem"] = closed(
        {
            "type": {"enum": [code.urn for code in ProblemCode]},
            "title": {"type": "string"},
            "title_ja": {"type": "string"},
            "status": {"type": "integer"},
            "instance": {"type": "string"},
        },
        ["type", "title", "title_ja", "status"],
    )
    return dict(sorted(named.items()))


def _event_name(stream: Stream) -> str:
    return f"{stream.name.capitalize()}Event"


def _list_of(name: str) -> dict[str, Json]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


def _event(stream: Stream, rows: Json) -> dict[str, Json]:
    reasons: list[Json] = [reason.value for reason in Reason if reason.stream is stream]
    data = closed(
        {
            "reason": {"enum": reasons},
            "changed_on": {"type": "string", "format": "date"},
            stream.value: {"type": "array", "items": rows, "minItems": 1},
        }
    )
    return closed(
        {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "source": {"type": "string", "pattern": "^urn:kofu:registry:[0-9]{6}$"},
            "type": {"const": cloud_events.TYPES[stream]},
            "subject": {"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$"},
            "sequence": {"type": "string", "pattern": "^[0-9]{15}$"},
            "time": {"type": "string", "format": "date-time"},
            "datacontenttype": {"const": "application/json"},
            "data": data,
        }
    )


def text() -> str:
    """The document as it stands in docs/."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
