"""Prints into a folder: for the demonstration, and for a machine without a printer."""

from __future__ import annotations

import contextlib
import errno
import functools
import logging
import os
import secrets
from pathlib import Path

from kiosk_client.printing.ports import PrinterState, PrintOutcome, PrintResult, check_request

_log = logging.getLogger(__name__)
_REASONS = {errno.ENOSPC: "spool-area-full", errno.EDQUOT: "spool-area-full", errno.EEXIST: "job-name-used"}


class FilePrinter:
    """Each job becomes ``<folder>/<job name>.pdf``, whole or not at all, readable by its owner only.

    One file whatever the copies and sides. A job name that was used before fails: one customer's file never
    takes the place of another's. **Protects nothing**: the certificate stays on the disk.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        _warn_once(folder)

    def ready(self) -> PrinterState:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            return PrinterState(reasons=(_reason(error),))
        if not os.access(self._folder, os.W_OK | os.X_OK):
            return PrinterState(reasons=("folder-not-writable",))
        return PrinterState()

    def print(self, document: memoryview, *, job_name: str, copies: int, duplex: bool) -> PrintOutcome:
        check_request(size=len(document), job_name=job_name, copies=copies)
        unfinished = self._folder / f".{job_name}.{secrets.token_hex(8)}.part"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                _write(unfinished, document)
                # A link, not a rename: it refuses where a rename would overwrite.
                os.link(unfinished, self._folder / f"{job_name}.pdf")
            finally:
                with contextlib.suppress(FileNotFoundError):
                    unfinished.unlink()
        except OSError as error:
            return PrintOutcome(result=PrintResult.FAILED, reason=_reason(error))
        return PrintOutcome(result=PrintResult.PRINTED, reason="none")


def _write(path: Path, document: memoryview) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        written = 0
        while written < len(document):
            written += os.write(descriptor, document[written:])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reason(error: OSError) -> str:
    return _REASONS.get(error.errno or 0, "folder-not-writable")


@functools.cache
def _warn_once(folder: Path) -> None:
    _log.warning("printer.file.protects-nothing", extra={"folder": str(folder)})
