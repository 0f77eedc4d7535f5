"""Problem documents (RFC 9457): how a service says no."""

from __future__ import annotations

from certificates.errors import WireError
from certificates.problems import MEANINGS, ProblemCode
from certificates.wire.codec import canonical, parse_object

CONTENT_TYPE = "application/problem+json"
_PREFIX = "urn:kofu:problem:"


def problem_document(code: ProblemCode, *, instance: str | None = None) -> bytes:
    """``instance`` is the request's trace number, by which operators find it in the log."""
    meaning = MEANINGS[code]
    body: dict[str, str | int] = {
        "type": code.urn,
        "title": meaning.en,
        "title_ja": meaning.ja,
        "status": meaning.status,
    }
    if instance is not None:
        body["instance"] = f"urn:kofu:trace:{instance}"
    return canonical(dict(body))


def read_problem(data: bytes) -> ProblemCode:
    """The code of a problem document; raises WireError for anything else."""
    kind = parse_object(data).get("type")
    if not isinstance(kind, str) or not kind.startswith(_PREFIX):
        raise WireError("not a problem document of ours")
    try:
        return ProblemCode(kind.removeprefix(_PREFIX))
    except ValueError as error:
        raise WireError("a problem code that we do not know") from error
