"""How much each box of a form holds: ``python -m certificates.pdf.limits`` writes the tables of docs/certificates.md."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from certificates.pdf.fitting import LEADING, POINTS
from certificates.pdf.layout import Layout
from certificates.pdf.layout_file import layouts
from certificates.pdf.sheet import Box, Style

_BEGIN, _END = "<!-- limits -->\n", "<!-- /limits -->\n"


def holds(box: Box, style: Style, size: float) -> int:
    """Full-width characters that ``box`` takes at ``size`` points, in as many lines as there are."""
    room = (box.width - 2 * style.inset) * POINTS
    lines = max(1, min(style.lines, int(box.height * POINTS / (size * LEADING))))
    return lines * int(room / size)


def limits(layout: Layout) -> Iterator[tuple[str, Style, int, int]]:
    """Of each box its name, its style, and how many characters it holds at its full and at its smallest size."""
    for table in (layout.head, layout.block):
        if table is None:
            continue
        for slot, place in table.places.items():
            _, value = table.boxes(slot, 0.0)
            style = place.style
            yield slot.value, style, holds(value, style, style.size), holds(value, style, style.smallest)


def tables() -> str:
    """One table a form, in Markdown."""
    parts = []
    for name, layout in layouts().items():
        parts.append(
            f"\n`{name}`\n\n| box | points | lines | characters | at most |\n|---|---|---|---|---|\n"
        )
        parts += [
            f"| `{box}` | {style.size:g} → {style.smallest:g} | {style.lines} | {full} | {most} |\n"
            for box, style, full, most in limits(layout)
        ]
    return "".join(parts) + "\n"


def with_tables(document: str) -> str:
    """``document`` with the tables between its marks. Raises ValueError when it has none."""
    before, begin, rest = document.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError("the document has no place for the limits")
    return f"{before}{begin}{tables()}{end}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m certificates.pdf.limits", description=__doc__)
    parser.add_argument("--document", type=Path, default=Path("docs/certificates.md"))
    document = parser.parse_args().document
    document.write_text(with_tables(document.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
