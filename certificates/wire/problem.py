"""Problem documents (RFC 9457): how a service says no."""

from __future__ import annotations

from datetime import datetime

from certificates.domain.clock import JST
from certificates.errors import RefusedError, WireError
from certificates.problems import MEANINGS, ProblemCode
from certificates.wire.codec import canonical, parse_object

CONTENT_TYPE = "application/problem+json"
_PREFIX = "urn:kofu:problem:"


def problem_document(
    code: ProblemCode, *, instance: str | None = None, opens_at: datetime | None = None
) -> bytes:
    """``instance`` is the request's trace number, by which operators find it in the log.

    ``opens_at`` is an extension member (RFC 9457, 3.2): when the service opens, RFC 3339 in JST.
    """
    meaning = MEANINGS[code]
    body: dict[str, str | int] = {
        "type": code.urn,
        "title": meaning.en,
        "title_ja": meaning.ja,
        "status": meaning.status,
    }
    if instance is not None:
        body["instance"] = f"urn:kofu:trace:{instance}"
    if opens_at is not None:
        body["opens_at"] = opens_at.astimezone(JST).isoformat(timespec="seconds")
    return canonical(dict(body))


def read_refusal(data: bytes, detail: str = "") -> RefusedError:
    """The refusal that a problem document tells, with ``detail`` for the log; raises WireError for anything else."""
    opens_at = parse_object(data).get("opens_at")
    try:
        opens = None if opens_at is None else datetime.fromisoformat(str(opens_at))
        if opens is not None and opens.tzinfo is None:
            raise WireError("opens_at needs a time zone")
    except ValueError as error:
        raise WireError("opens_at is not a time") from error
    return RefusedError(read_problem(data), detail, opens_at=opens)


def read_problem(data: bytes) -> ProblemCode:
    """The code of a problem document; raises WireError for anything else."""
    kind = parse_object(data).get("type")
    if not isinstance(kind, str) or not kind.startswith(_PREFIX):
        raise WireError("not a problem document of ours")
    try:
        return ProblemCode(kind.removeprefix(_PREFIX))
    except ValueError as error:
        raise WireError("a problem code that we do not know") from error
