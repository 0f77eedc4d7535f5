"""Writing a full load: the lines first, then the signed head before them."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from certificates.domain.identifiers import MunicipalityCode
from certificates.wire.jose import SigningKey
from sync.change.events import Record
from sync.feed.full_load.lines import is_compressed, packed, reading, record_line, writing
from sync.feed.wire import FullLoadHead

_BLOCK = 1 << 20


def write_full_load(
    path: Path,
    records: Iterable[Record],
    *,
    municipality: MunicipalityCode,
    sequence: int,
    chain: bytes,
    taken_at: datetime,
    key: SigningKey,
) -> FullLoadHead:
    """Write the file; it appears under its name only when complete."""
    body = path.with_name(path.name + ".body")
    digest, count = hashlib.sha256(), 0
    try:
        with writing(body, compressed=is_compressed(path)) as output:
            for record in records:
                line = record_line(record)
                digest.update(line)
                count += 1
                output.write(line)
        head = FullLoadHead(
            municipality=municipality,
            sequence=sequence,
            count=count,
            sha256=digest.digest(),
            taken_at=taken_at,
            chain=chain,
        )
        sign_full_load(path, [body], head, key)
    finally:
        body.unlink(missing_ok=True)
    return head


def sign_full_load(path: Path, parts: Sequence[Path], head: FullLoadHead, key: SigningKey) -> None:
    """Join finished parts, which are compressed if ``path`` says so, under their signed head.

    The file appears under its name only when complete.
    """
    whole = path.with_name(path.name + ".part")
    try:
        with whole.open("wb") as output:
            output.write(packed(key.sign(head) + b"\n", compressed=is_compressed(path)))
            for part in parts:
                with part.open("rb") as source:
                    shutil.copyfileobj(source, output, _BLOCK)
            output.flush()
            os.fsync(output.fileno())
        whole.replace(path)
    finally:
        whole.unlink(missing_ok=True)


def digest_of(parts: Iterable[Path]) -> bytes:
    """SHA-256 over the lines of the parts, in their order."""
    digest = hashlib.sha256()
    for part in parts:
        with reading(part) as source:
            while block := source.read(_BLOCK):
                digest.update(block)
    return digest.digest()
