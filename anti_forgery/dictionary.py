"""The words that deflate knows before a sheet begins: the standard forms without values, so that a back carries little else.

A form that is not among them costs some hundred bytes more and is sealed all the same. The file belongs to the version of
the payload and never changes; ``python -m anti_forgery.dictionary`` makes the one of the next version.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from certificates.domain.content import CertificateContent
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.front import RUN
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.reading import read_pages
from certificates.pdf.samples import sample_contents

MOST = 32 * 1024
"""Bytes that deflate can look back (RFC 1951, 2)."""
# The nearer to the end, the fewer bits a match costs.
_WORDS = (
    "ＡＢＣ０１２３４５６７８９都道府県市区町村大字番地番号丁目の第棟室"
    "父母夫妻子長男二男長女二女孫兄弟姉妹同居人縁故者の子世帯主明治大正昭和平成令和元年月日男女不詳"
    "国籍・地域在留資格在留期間等の満了の日永住者特別永住者中長期在留者在留カード等の番号法第30条の45に規定する区分通称"
    "この写しは、世帯の一部のこの写しは、世帯全員の住民票の原本と相違ないことを証明する。発行番号令和年月日"
)


@lru_cache(maxsize=1)
def dictionary() -> bytes:
    """The dictionary of version 2."""
    return (files("anti_forgery") / "dictionary-2.txt").read_bytes()


def made_from(contents: Iterable[CertificateContent], face: Typeface) -> bytes:
    """A dictionary from one content of each form, the rarest first. No value of a resident stays in it."""
    writer = QuickWriter(face)
    known: set[str] = set()
    parts: list[str] = []
    for content in reversed(list(contents)):
        blank = {value for value in content.values() if value != content.statement}
        for page in read_pages(writer.render([content]).pdf):
            lines = [
                RUN.sub(lambda run: run[0] if run[2] not in blank else f"{run[1]} () Tj", line)  # noqa: B023
                for line in page.front.split("\n")
                if not line.startswith(("BI ", "ID "))
            ]
            parts.insert(0, "".join([f"{line}\n" for line in lines if line not in known]))
            known.update(lines)
    text = "".join(parts) + _WORDS
    encoded = json.dumps(text, ensure_ascii=False)[1:-1] + '["kofu/sheet/2","'
    return encoded.encode()[-MOST:]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m anti_forgery.dictionary", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    options = parser.parse_args()
    face = Typeface.load(find_mincho())
    contents = sample_contents(face)
    rarest_first = sorted(contents, key=lambda name: name == "household")
    options.out.write_bytes(made_from([contents[name] for name in rarest_first], face))


if __name__ == "__main__":
    main()
