"""Derives the table of ``certificates.domain.variation``: ``python -m certificates.domain.variation_table moji.db``.

``moji.db`` is the SQLite file of the npm package @mandel59/mojidata, which holds the three sources named in the table's head.

Two shapes are taken for one when both sources call it the example glyph (例示字形) of the same JIS X 0213:2004 character:
Adobe's CMap UniJISX02132004 for the CID that an Adobe-Japan1 sequence stands for, 包摂区分 0 of the MJ list for the MJ glyph.
Other shapes, among them the forms of JIS X 0208:1990, have no such evidence.
"""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from certificates.domain.variation import TABLE

_HEAD = """\
# What Moji_Joho writes for the shape of each Adobe-Japan1 variation sequence; - where no evidence was found.
# Made by python -m certificates.domain.variation_table from @mandel59/mojidata {version} (npm), that is from:
#   Ideographic Variation Database 2022-09-13, (c) Unicode, Inc., Unicode License v3
#   CMap Resources Adobe-Japan1-7 (cid2code.txt 20190730), (c) Adobe, BSD-3-Clause
#   MJ list (moji joho ichiranhyo) 006.02, (c) IPA, CC BY-SA 2.1 JP
# This file: CC BY-SA 2.1 JP, https://creativecommons.org/licenses/by-sa/2.1/jp/
"""
_SEQUENCES = """
SELECT IVS, EXISTS (SELECT 1 FROM aj1 WHERE aj1.CID = own.CID AND UniJISX02132004 AND NOT vertical
                    AND UCS = substr(IVS, 1, 1))
FROM "ivs_Adobe-Japan1" AS own
"""
_EXAMPLES = """
SELECT "対応するUCS", "実装したUCS", "実装したMoji_JohoコレクションIVS" FROM mji WHERE "X0213_包摂区分" = 0
"""


def counterparts(database: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Each sequence in order and its counterpart, which is empty where there is no evidence."""
    examples: dict[str, list[tuple[bool, str]]] = {}
    for character, implemented, sequence in database.execute(_EXAMPLES):
        if sequence or implemented:
            examples.setdefault(character, []).append((implemented == character, sequence or implemented))
    for sequence, is_example in sorted(database.execute(_SEQUENCES)):
        found = examples.get(sequence[0], []) if is_example else []
        # glyphs that differ in design alone are one example: the one that draws the character itself stands for it
        own = [text for is_own, text in found if is_own or len(found) == 1]
        yield sequence, own[0] if len(own) == 1 else ""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m certificates.domain.variation_table", description=__doc__
    )
    parser.add_argument("database", type=Path)
    parser.add_argument("--version", default="1.8.1", help="of the package, for the head")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name(TABLE))
    given = parser.parse_args()
    with sqlite3.connect(given.database) as database:
        lines = [f"{_codes(one)}\t{_codes(other)}\n" for one, other in counterparts(database)]
    given.out.write_text(_HEAD.format(version=given.version) + "".join(lines), encoding="ascii")


def _codes(text: str) -> str:
    return " ".join(f"{ord(character):04X}" for character in text) or "-"


if __name__ == "__main__":
    main()
