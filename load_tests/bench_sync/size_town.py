"""The large town's file: written once for a seed and a size, and used again."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from certificates.service.keyring import load_signing_key, save_signing_key
from certificates.service.progress import progress_bar
from certificates.wire.jose import Party, Role, SigningKey, TrustedKey, TrustedKeys
from load_tests.bench_sync.size_report import Figure
from sync.town import FOUNDED
from sync.town.large import Site, write_large_town
from sync.town.numbers import MUNICIPALITY

_FIGURES = "town-figures.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeTown:
    """The full load of one seed and size, and who may have signed it."""

    seed: int
    residents: int
    file: Path
    trusted: TrustedKeys


def town_file(
    folder: Path, seed: int, residents: int, *, compressed: bool, figures: list[Figure]
) -> LargeTown:
    """Write it, or find it again; ``figures`` are added of when it was written."""
    key = _signing_key(folder / "keys")
    file = folder / ("full-load.jsonl.gz" if compressed else "full-load.jsonl")
    written = folder / _FIGURES
    facts = {"seed": seed, "residents": residents, "file": file.name}
    known = json.loads(written.read_text()) if written.exists() else {}
    if not (file.exists() and {name: known.get(name) for name in facts} == facts):
        written.unlink(missing_ok=True)
        begin = time.monotonic()
        write_large_town(
            file,
            Site(seed=seed, today=FOUNDED),
            residents,
            key,
            progress_bar(sys.stderr, "town"),
            processes=os.cpu_count() or 1,
        )
        known = {**facts, "seconds": time.monotonic() - begin}
        written.write_text(json.dumps(known))
    figures += [
        Figure(label="writing the town's file", value=known["seconds"], unit="s"),
        Figure(label="writing the town's file", value=residents / known["seconds"], unit="residents/s"),
        Figure(label="file", value=file.stat().st_size / (1 << 20), unit="MiB"),
    ]
    party = Party(role=Role.REGISTRY, name=MUNICIPALITY)
    trusted = TrustedKeys([TrustedKey.from_pem(key.kid, party, key.public_pem)])
    return LargeTown(seed=seed, residents=residents, file=file, trusted=trusted)


def _signing_key(folder: Path) -> SigningKey:
    kept = sorted(folder.glob("*.key.pem")) if folder.exists() else []
    if kept:
        return load_signing_key(kept[0])
    key = SigningKey.generate("registry-size")
    save_signing_key(folder, key)
    return key
