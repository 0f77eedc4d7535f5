"""``python -m load_tests.front_room``: the room on a back beside the words of a front, and what its picture would take."""

from __future__ import annotations

import argparse
import bisect
import hashlib
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from anti_forgery.back import code_grid
from anti_forgery.sealed import BackSealer
from anti_forgery.sheet import SheetFacts
from certificates.errors import RefusedError
from certificates.pdf.front import front_pdf
from certificates.service.progress import progress_bar
from load_tests.front_room.codings import bilevel, group_4, packed, shapes_once, words_with_places
from load_tests.scans.qualities import Family
from load_tests.scans.sheets import drawn, keys, paper, typeface

RESOLUTIONS = (75, 100, 150, 200, 300)
_PICTURES: dict[str, Callable[..., int]] = {
    "CCITT Group 4": group_4,
    "LZMA": packed,
    "each shape once": shapes_once,
}
_HEAD = """# Room for a foreign front

Fronts of {count} invented certificates, sealed as words alone, as a file of another builder is. The back takes payloads
of up to {most:,} bytes; with the words a payload has {words:,} (median; longest {longest:,}), so {room:,} bytes are left
(median; fewest {least:,}). What the front itself would take, without loss, in bytes:

| written as | median | 10–90 % | fronts for which it fits |
|---|---:|---:|---:|
"""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m load_tests.front_room", description=__doc__)
    parser.add_argument("--fronts", type=int, default=60)
    parser.add_argument("--out", type=Path, help="file for the report")
    options = parser.parse_args(arguments)
    text = report(options.fronts)
    print(text)
    if options.out is not None:
        options.out.write_text(text, encoding="utf-8")
    return 0


def report(count: int) -> str:
    """Markdown."""
    most = most_bytes()
    sheets = [paper(seed).sheets[0] for seed in range(1, count + 1)]
    words = [len(_sealer().seal(replace(sheet, front=""))) for sheet in sheets]
    rooms = [most - length for length in words]
    found: dict[str, list[int]] = {}
    show = progress_bar(sys.stderr, "fronts")
    for done, sheet in enumerate(sheets, start=1):
        for name, length in _lengths(sheet).items():
            found.setdefault(name, []).append(length)
        show(done, len(sheets))
    head = _HEAD.format(
        count=count,
        most=most,
        words=round(statistics.median(words)),
        longest=max(words),
        room=round(statistics.median(rooms)),
        least=min(rooms),
    )
    return head + "".join(_row(name, lengths, rooms) for name, lengths in found.items())


def most_bytes() -> int:
    """The longest payload that the back takes."""
    return bisect.bisect_left(range(1 << 16), True, key=lambda length: not _fits(length)) - 1


def _fits(length: int) -> bool:
    try:
        code_grid(hashlib.shake_256().digest(length))  # as even as ciphertext
    except RefusedError:
        return False
    return True


def _lengths(sheet: SheetFacts) -> dict[str, int]:
    lengths = {"words with their places": words_with_places(front_pdf(sheet.front, typeface()))}
    for dpi in RESOLUTIONS:
        ink = bilevel(drawn(sheet.front, dpi, Family.TUNING))
        lengths |= {f"picture, {dpi} dpi, {name}": coded(ink) for name, coded in _PICTURES.items()}
    return lengths


def _sealer() -> BackSealer:
    made = keys()
    return BackSealer(centre=made.centre, site=made.site.public_key)


def _row(name: str, lengths: Sequence[int], rooms: Sequence[int]) -> str:
    tenth, *_, ninth = statistics.quantiles(lengths, n=10)
    fitting = sum(length <= room for length, room in zip(lengths, rooms, strict=True))
    median = round(statistics.median(lengths))
    return f"| {name} | {median:,} | {round(tenth):,}–{round(ninth):,} | {fitting} of {len(lengths)} |\n"


if __name__ == "__main__":
    sys.exit(main())
