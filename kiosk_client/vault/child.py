"""The vault's process: one key, one document, one print, and nothing left.

The plaintext exists in this process only, in one locked mapping, from the unsealing until the printer has said how
the job ended.
"""

from __future__ import annotations

import os
from typing import BinaryIO

from certificates.errors import WireError
from kiosk_client.printing.ports import Printer, PrintOutcome
from kiosk_client.printing.schemes import open_printer
from kiosk_client.vault.frames import (
    HEADER,
    Job,
    Opening,
    Tag,
    fault_to_bytes,
    frame,
    outcome_to_bytes,
    parse_header,
)
from kiosk_client.vault.guards import raise_guards
from kiosk_client.vault.locked import LockedMemory, MemoryKind
from kiosk_client.vault.pages import Reader, load_reader, require_promise
from kiosk_client.vault.sealed import OneTimeKey


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """One visit: say the public key, wait for one sealed document or for the end of ``incoming``, print, report.

    The report leaves when the memory has been wiped already.
    """
    try:
        opening = Opening.from_bytes(_receive(incoming, Tag.OPEN))
        printer = open_printer(opening.printer_url, opening.patience)
        key = OneTimeKey()
        _send(outgoing, Tag.KEY, key.public)
        read = load_reader()
        if (header := incoming.read(HEADER.size)) == b"":
            return  # the customer left without a certificate
        job = _job(incoming, header)
        outcome = _print(job, key, read, printer, opening.memory, outgoing)
    except Exception as error:  # noqa: BLE001 - every fault is reported, none is shown
        _send(outgoing, Tag.FAULT, fault_to_bytes(error))
    else:
        _send(outgoing, Tag.OUTCOME, outcome_to_bytes(outcome))


def _print(
    job: Job, key: OneTimeKey, read: Reader, printer: Printer, kind: MemoryKind, outgoing: BinaryIO
) -> PrintOutcome:
    with LockedMemory(job.sealed.plaintext_size, kind) as document:
        key.unseal_into(document, job.sealed, kind)
        if job.sealed.promise is not None:
            require_promise(document, job.sealed.promise, read)
        _send(outgoing, Tag.BEGUN)
        return printer.print(document.view, job_name=job.job_name, copies=job.copies, duplex=job.duplex)


def _job(incoming: BinaryIO, header: bytes) -> Job:
    payload = _payload(incoming, header, Tag.JOB)
    return Job.from_payloads(payload, _receive(incoming, Tag.CIPHERTEXT))


def _receive(incoming: BinaryIO, expected: Tag) -> bytes:
    return _payload(incoming, incoming.read(HEADER.size), expected)


def _payload(incoming: BinaryIO, header: bytes, expected: Tag) -> bytes:
    if len(header) != HEADER.size:
        raise WireError("the vault's pipe ends within a frame")
    tag, size = parse_header(header)
    if tag is not expected:
        raise WireError(f"vault frame {tag.name} where {expected.name} was due")
    payload = incoming.read(size)
    if len(payload) != size:
        raise WireError("the vault's pipe ends within a frame")
    return payload


def _send(outgoing: BinaryIO, tag: Tag, payload: bytes = b"") -> None:
    outgoing.write(frame(tag, payload))
    outgoing.flush()


def main() -> None:
    """Take the pipes off the standard descriptors, so that no stray output gets into them; never returns."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    try:
        raise_guards()
    except Exception as error:  # noqa: BLE001 - as in serve
        _send(outgoing, Tag.FAULT, fault_to_bytes(error))
    else:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nowhere, standard)
        serve(incoming, outgoing)
    finally:
        os._exit(0)  # at once: no atexit, no destructors, no flush of anything


if __name__ == "__main__":
    main()
