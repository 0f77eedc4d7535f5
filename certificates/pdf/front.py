"""A front as its drawing with its texts in the clear: short enough for the back of the sheet, whole enough to draw it again.

The drawing is a page's own content stream in which each run of codes has become its text, so nothing of the forms, their
versions or the municipality's profile is needed to draw the page as it was printed. The imprint is kept at half its
resolution (about 300 dpi), the image of an official seal at a quarter (about 150 dpi).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence

from PIL import Image

from certificates.errors import WireError
from certificates.pdf.drawing import shown
from certificates.pdf.fax import inline_mask, rows_of
from certificates.pdf.fonts import Glyph, Typeface
from certificates.pdf.page_tag import OPENING
from certificates.pdf.writing import one_page

Texts = Mapping[str, Mapping[str, str]]
"""By the font's name in the page's resources: texts by code, four hexadecimal digits."""

RUN = re.compile(r"(\S+) \(((?:[^\\()]|\\.)*)\) Tj")
"""A run of a front: its size, and its text with (, ) and \\ escaped."""
_CODES = re.compile(r"/(\w+) (\S+) Tf <((?:[0-9A-F]{4})*)> Tj")
_MASK = re.compile(
    r"BI /W (\d{1,4}) /H (\d{1,4}) /IM true /D \[1 0\] /F \[/AHx /(Fl|CCF)\]"
    r"(?: /DP \[null << /K -1 /Columns \1 /Rows \2 /BlackIs1 true >>\])?\nID ([0-9A-F]+)>\nEI"
)
_REDUCED = re.compile(r"BI /W \d{1,4} /H \d{1,4} /IM true [^\n()]*\nID [0-9A-F]+>\nEI")
_MEANING = re.compile(r"/KofuCodes [^\n]*\n")
_RESOURCE = re.compile(r"[/<(]|\bBI\b")
_SPECIAL = re.compile(r"([\\()])")
_MAX_SIDE = 2000
_IMPRINT_STEP, _SEAL_STEP = 2, 4


def front_of(stream: bytes, texts: Texts) -> str:
    """The front that a decoded content stream of ours draws; "" when it draws anything that is not in the stream itself.

    Such a front cannot be drawn again from a few hundred bytes: its text alone can be sealed.
    """
    try:
        drawing = stream.decode("ascii")
        head, _, body = drawing.partition("\n")
        if not head.startswith(OPENING.decode("ascii")) or not body.rstrip().endswith("\nEMC"):
            return ""
        body = _MEANING.sub("", body.rstrip()[: -len("EMC")])
        if _RESOURCE.search(_MASK.sub("", _CODES.sub("", body))):
            return ""
        return _CODES.sub(lambda run: _clear(run, texts), _MASK.sub(_reduced, body))
    except (LookupError, ValueError, zlib.error, OSError):
        return ""


def text_of(front: str) -> str:
    """What a front says, a line for each run."""
    return "\n".join([_plain(run[2]) for run in RUN.finditer(front)])


def front_pdf(front: str, face: Typeface) -> bytes:
    """One page of A4 that draws ``front``.

    Raises WireError when it is not a drawing, RefusedError (NO_GLYPH) when the typeface lacks a character of it.
    """
    if not front or _RESOURCE.search(_REDUCED.sub("", RUN.sub("", front))):
        raise WireError("the front is not a drawing")
    used: set[Glyph] = set()

    def coded(run: re.Match[str]) -> str:
        glyphs = face.glyphs(_plain(run[2]))
        used.update(glyphs)
        return shown(glyphs, run[1])

    return one_page(RUN.sub(coded, front), face, used)


def runs_of(line: str) -> Sequence[tuple[float, str]]:
    """Sizes and texts of the runs in one line of a front."""
    return [(float(run[1]), _plain(run[2])) for run in RUN.finditer(line)]


def texts_from_cmap(cmap: bytes) -> dict[str, str]:
    """Texts by code from a ToUnicode CMap that maps single codes; raises ValueError for a text that is not UTF-16."""
    pairs: list[tuple[bytes, bytes]] = re.findall(rb"<([0-9A-Fa-f]{4})> <((?:[0-9A-Fa-f]{4})+)>\s", cmap)
    return {code.decode().upper(): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}


def _clear(run: re.Match[str], texts: Texts) -> str:
    meanings, codes = texts[run[1]], run[3]
    text = "".join([meanings[codes[place : place + 4]] for place in range(0, len(codes), 4)])
    return f"{run[2]} ({_escaped(text)}) Tj"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _plain(escaped: str) -> str:
    return re.sub(r"\\(.)", r"\1", escaped)


def _reduced(mask: re.Match[str]) -> str:
    """The same mask with fewer dots, in the coding that is shortest for line art.

    An imprint keeps half of them a side; the official seal, which is on every sheet and the same, keeps a quarter.
    """
    width, height, coded = int(mask[1]), int(mask[2]), bytes.fromhex(mask[4])
    if not 1 < width <= _MAX_SIDE or not 1 < height <= _MAX_SIDE:
        raise ValueError("an image out of proportion")
    if mask[3] == "Fl":
        rows, step = zlib.decompressobj().decompress(coded, (width + 7) // 8 * height), _IMPRINT_STEP
    else:
        rows, step = rows_of(width, height, coded), _SEAL_STEP
    # a multiple of the step a side: every dot that is kept stands for as many of the others
    whole = (
        Image.frombytes("1", (width, height), rows)
        .convert("L")
        .crop((0, 0, width + -width % step, height + -height % step))
    )
    less = whole.reduce(step).point(lambda level: 255 * (level > 127)).convert("1")
    return inline_mask(*less.size, less.tobytes())
