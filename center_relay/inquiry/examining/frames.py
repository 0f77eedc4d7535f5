"""What site and examiner say to each other: a JSON object, then as many byte strings as it announces.

Neither side unpickles anything: the examiner parses files from strangers, and what it says is read as such.
"""

from __future__ import annotations

import base64
import binascii
import re
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from anti_forgery.copy_evidence import Ground
from anti_forgery.scan_trouble import ScanTrouble
from center_relay.inquiry.ports import Compared, Difference, Match, Place, Reading, Restored, Seen
from certificates.errors import WireError
from certificates.wire.codec import Json, canonical, parse_object

MAX_HEADER = 1024 * 1024
MAX_BLOB = 64 * 1024 * 1024
MAX_BLOBS = 256
Header = dict[str, Json]
_PLAIN = re.compile(r"[A-Za-z0-9_.:]{1,80}")


def send(connection: Connection, header: Header, blobs: Sequence[bytes] = ()) -> None:
    connection.send_bytes(canonical({**header, "blobs": len(blobs)}))
    for blob in blobs:
        connection.send_bytes(blob)


def receive(connection: Connection) -> tuple[Header, list[bytes]]:
    """Raises WireError, EOFError when the other side has gone, OSError when it says too much."""
    header = parse_object(connection.recv_bytes(MAX_HEADER))
    count = header.pop("blobs", None)
    if type(count) is not int or not 0 <= count <= MAX_BLOBS:
        raise WireError("examiner: announces no number of blobs")
    return header, [connection.recv_bytes(MAX_BLOB) for _ in range(count)]


def failure_to_json(error: Exception) -> Header:
    """The type of a fault and where it lies in the program, without a word of its own."""
    last = traceback.extract_tb(error.__traceback__, limit=-1)
    where = f"{Path(last[0].filename).name}:{last[0].lineno}" if last else ""
    return {"failed": type(error).__name__, "at": where}


def failure_from_json(header: Header) -> tuple[str, str] | None:
    """Type and place; None when the examiner has answered. What is no such word is not repeated."""
    if "failed" not in header:
        return None
    said = (str(header.get(key, "")) for key in ("failed", "at"))
    kind, where = (word if _PLAIN.fullmatch(word) else "?" for word in said)
    return kind, where


def place_to_json(place: Place) -> Json:
    return [place.file, place.page]


def place_from_json(value: Json) -> Place:
    match value:
        case [int() as file, int() as page]:
            return Place(file=file, page=page)
    raise WireError("examiner: not a place")


def seen_to_json(seen: Sequence[Seen]) -> Header:
    return {
        "seen": [
            {
                "place": place_to_json(one.place),
                "payload": None if one.payload is None else base64.b64encode(one.payload).decode("ascii"),
                "trouble": None if one.trouble is None else one.trouble.value,
                "ground": one.ground.value,
            }
            for one in seen
        ]
    }


def seen_from_json(header: Header) -> tuple[Seen, ...]:
    """Raises WireError."""
    try:
        return tuple(_one_seen(one) for one in _list(header["seen"]))
    except (KeyError, ValueError, binascii.Error) as error:
        raise WireError("examiner: not what it has seen") from error


def _one_seen(value: Json) -> Seen:
    match value:
        case {
            "place": place,
            "payload": str() | None as payload,
            "trouble": str() | None as trouble,
            "ground": ground,
        }:
            return Seen(
                place=place_from_json(place),
                payload=None if payload is None else base64.b64decode(payload, validate=True),
                trouble=None if trouble is None else ScanTrouble(trouble),
                ground=Ground(ground),
            )
    raise WireError("examiner: not a picture it has seen")


def restored_to_frames(restored: Restored) -> tuple[Header, list[bytes]]:
    compared = restored.compared
    header: Header = {"compared": None}
    blobs = [restored.pdf, restored.picture]
    if compared is not None:
        blobs.append(compared.picture)
        for one in compared.differences:
            blobs += [one.original, one.yours]
        header["compared"] = {
            "match": compared.match.value,
            "doubt": compared.doubt,
            "ground": compared.ground.value,
            "differences": [
                [one.row, list(one.kinds), [[read.expected, read.seems] for read in one.readings]]
                for one in compared.differences
            ],
        }
    return header, blobs


def restored_from_frames(header: Header, blobs: Sequence[bytes]) -> Restored:
    """Raises WireError."""
    compared = header.get("compared")
    if compared is None and len(blobs) == 2:
        return Restored(pdf=blobs[0], picture=blobs[1])
    if len(blobs) > 2:
        return Restored(pdf=blobs[0], picture=blobs[1], compared=_compared(compared, blobs[2:]))
    raise WireError("examiner: not a restored front")


def _compared(value: Json, blobs: Sequence[bytes]) -> Compared:
    """The first of ``blobs`` is the scan, then two for each difference."""
    match value:
        case {
            "match": str() as found,
            "doubt": str() as doubt,
            "ground": ground,
            "differences": list() as differences,
        } if len(blobs) == 1 + 2 * len(differences):
            try:
                return Compared(
                    match=Match(found),
                    doubt=doubt,
                    ground=Ground(ground),
                    differences=tuple(map(_difference, differences, blobs[1::2], blobs[2::2])),
                    picture=blobs[0],
                )
            except ValueError as error:
                raise WireError("examiner: not a match or a ground") from error
    raise WireError("examiner: not a comparison")


def _difference(value: Json, original: bytes, yours: bytes) -> Difference:
    match value:
        case [str() as row, [*kinds], [*readings]] if all(isinstance(kind, str) for kind in kinds):
            return Difference(
                row=row,
                kinds=tuple(map(str, kinds)),
                readings=tuple(map(_reading, readings)),
                original=original,
                yours=yours,
            )
    raise WireError("examiner: not a difference")


def _reading(value: Json) -> Reading:
    match value:
        case [str() as expected, str() as seems] if expected and seems:
            return Reading(expected=expected, seems=seems)
    raise WireError("examiner: not a reading")


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise WireError("examiner: not a list")
    return value
