"""The examiner's process: takes the scans of one inquiry, gives up every right it does not need, answers, and ends."""

from __future__ import annotations

import contextlib
import resource
from dataclasses import dataclass
from multiprocessing.connection import Connection

from anti_forgery.sheet import sheet_from
from center_relay.inquiry.examining import frames
from center_relay.inquiry.examining.desk import Desk
from center_relay.inquiry.examining.warm import typeface
from center_relay.inquiry.ports import Place
from certificates.errors import WireError
from certificates.pdf.fonts import Typeface


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one inquiry may use: processor time in seconds, memory in bytes beyond what the program itself has."""

    seconds: int
    memory: int


def attend(connection: Connection, fonts: str, allowance: Allowance) -> None:
    """Runs in the child until the site hangs up or the allowance is used up."""
    face = typeface(fonts)
    give_up_rights(allowance)
    with contextlib.suppress(EOFError, ConnectionError):
        try:
            _answer(connection, face)
        except (EOFError, ConnectionError):
            raise
        except Exception as error:  # noqa: BLE001 - its words and its traceback may quote what was sent
            frames.send(connection, frames.failure_to_json(error))


def _answer(connection: Connection, face: Typeface) -> None:
    _, scans = frames.receive(connection)
    desk = Desk(scans, face)
    frames.send(connection, frames.seen_to_json(desk.look()))
    while True:
        header, blobs = frames.receive(connection)
        match header:
            case {"restore": scanned} if len(blobs) == 1:
                place: Place | None = None if scanned is None else frames.place_from_json(scanned)
                restored = desk.restore(sheet_from(blobs[0]), place)
                frames.send(connection, *frames.restored_to_frames(restored))
            case _:
                raise WireError("examiner: not a question")


def give_up_rights(allowance: Allowance) -> None:
    """From here on no file and no socket can be opened, nothing is written, and memory and time are counted."""
    with open("/proc/self/statm", encoding="ascii") as file:
        own = int(file.read().split()[0]) * resource.getpagesize()
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CPU: allowance.seconds,
        resource.RLIMIT_AS: own + allowance.memory,
        resource.RLIMIT_NOFILE: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))
