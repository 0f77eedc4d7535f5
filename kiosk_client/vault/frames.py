"""What the kiosk and its vault say to each other through the pipe: tagged, sized frames.

Both ends are the same version of the same program and live a few minutes, so the tags carry no version.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from enum import Enum, IntEnum
from typing import Any

from certificates.errors import BindingError, KofuError, UnavailableError, WireError
from kiosk_client.printing.job_watch import Patience
from kiosk_client.printing.ports import PrintOutcome, PrintResult
from kiosk_client.vault.locked import MemoryKind
from kiosk_client.vault.pages import Promise, PromisedPage
from kiosk_client.vault.sealed import MAX_CIPHERTEXT, Sealed

HEADER = struct.Struct(">BI")
_MAX_SMALL = 1 << 20


class Tag(IntEnum):
    # to the vault
    OPEN = 1
    JOB = 2
    CIPHERTEXT = 3
    # from the vault
    KEY = 16
    BEGUN = 17
    OUTCOME = 18
    FAULT = 19


class FaultKind(Enum):
    """The faults that the kiosk must tell apart."""

    BINDING = "binding"
    UNAVAILABLE = "unavailable"


def frame(tag: Tag, payload: bytes = b"") -> bytes:
    return HEADER.pack(tag, len(payload)) + payload


def parse_header(octets: bytes) -> tuple[Tag, int]:
    """Tag and payload size. Raises WireError for an unknown tag or a size out of bounds."""
    number, size = HEADER.unpack(octets)
    try:
        tag = Tag(number)
    except ValueError:
        raise WireError(f"vault frame of unknown tag {number}") from None
    if size > (MAX_CIPHERTEXT if tag is Tag.CIPHERTEXT else _MAX_SMALL):
        raise WireError(f"vault frame {tag.name} of {size} bytes")
    return tag, size


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The first frame: everything the vault must know before there is anything to print."""

    printer_url: str
    patience: Patience
    memory: MemoryKind

    def to_bytes(self) -> bytes:
        return json.dumps([self.printer_url, asdict(self.patience), self.memory.value]).encode()

    @classmethod
    def from_bytes(cls, payload: bytes) -> Opening:
        printer_url, patience, memory = json.loads(payload)
        return cls(printer_url=printer_url, patience=Patience(**patience), memory=MemoryKind(memory))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to print and how; the ciphertext follows in a frame of its own."""

    sealed: Sealed
    job_name: str
    copies: int
    duplex: bool

    def frames(self) -> bytes:
        sealed = self.sealed
        parts = (sealed.ephemeral_public, sealed.nonce, sealed.info, sealed.aad, sealed.plaintext_sha256)
        promise = None if sealed.promise is None else _promise_to_json(sealed.promise)
        payload = json.dumps(
            [*(part.hex() for part in parts), promise, self.job_name, self.copies, self.duplex]
        ).encode()
        return frame(Tag.JOB, payload) + frame(Tag.CIPHERTEXT, sealed.ciphertext)

    @classmethod
    def from_payloads(cls, payload: bytes, ciphertext: bytes) -> Job:
        *parts, promise, job_name, copies, duplex = json.loads(payload)
        ephemeral_public, nonce, info, aad, plaintext_sha256 = (bytes.fromhex(part) for part in parts)
        sealed = Sealed(
            ephemeral_public=ephemeral_public,
            nonce=nonce,
            ciphertext=ciphertext,
            info=info,
            aad=aad,
            plaintext_sha256=plaintext_sha256,
            promise=None if promise is None else _promise_from_json(promise),
        )
        return cls(sealed=sealed, job_name=job_name, copies=copies, duplex=duplex)


def _promise_to_json(promise: Promise) -> list[object]:
    return [
        promise.order,
        *([page.issue_number, page.page, page.pages, page.sha256.hex()] for page in promise.pages),
    ]


def _promise_from_json(body: list[Any]) -> Promise:
    """``Any``: JSON of our own other end; the values are checked as they are built."""
    order, *pages = body
    return Promise(
        order=order,
        pages=tuple(
            PromisedPage(issue_number=number, page=page, pages=total, sha256=bytes.fromhex(digest))
            for number, page, total, digest in pages
        ),
    )


def outcome_to_bytes(outcome: PrintOutcome) -> bytes:
    return json.dumps(
        [outcome.result.value, outcome.reason, outcome.impressions_completed, outcome.sheets_completed]
    ).encode()


def outcome_from_bytes(payload: bytes) -> PrintOutcome:
    result, reason, impressions, sheets = json.loads(payload)
    return PrintOutcome(
        result=PrintResult(result),
        reason=reason,
        impressions_completed=impressions,
        sheets_completed=sheets,
    )


def fault_to_bytes(error: Exception) -> bytes:
    """The words of an error of ours; of any other only its type, for its words may hold anything."""
    kind = FaultKind.BINDING if isinstance(error, BindingError) else FaultKind.UNAVAILABLE
    what = str(error) if isinstance(error, KofuError) else f"internal fault {type(error).__name__}"
    return json.dumps([kind.value, what]).encode()


def fault_from_bytes(payload: bytes, *, outcome_known: bool) -> KofuError:
    kind, what = json.loads(payload)
    if FaultKind(kind) is FaultKind.BINDING:
        return BindingError(what)
    return UnavailableError("vault", what, outcome_known=outcome_known)
