"""Every refusal goes into the journal before the caller reads it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

from center_relay.ports import Event, Journal, Note
from certificates.errors import KofuError
from certificates.problems import ProblemCode
from certificates.service.edge import code_of

_log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def recorded(journal: Journal, note: Note) -> AsyncIterator[None]:
    """Run one step; an error is noted with its code and goes on. ``note`` says who asked for what."""
    try:
        yield
    except Exception as error:
        code = code_of(error) or ProblemCode.INTERNAL
        try:
            await journal.append(replace(note, event=Event.REFUSED, code=code.value))
        except KofuError as failure:
            # the refusal stands all the same: nothing is handed out without a note, but a "no" is
            _log.critical("refusal not recorded", extra={"step": note.step, "reason": str(failure)})
        raise
