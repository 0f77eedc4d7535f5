"""``python -m load_tests.read_back --residents 1000 --out docs/benchmarks``: fails when one value reads back otherwise."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from certificates.pdf.fonts import Typeface, find_chain
from certificates.service.progress import progress_bar
from load_tests.read_back.run import WRITERS, Tally, read_back

_SHOWN = 20  # faults that are named


def report(tally: Tally, seed: int) -> list[str]:
    """Markdown."""
    kinds = ", ".join(f"{count:,} {name}" for name, count in sorted(tally.kinds.items()))
    characters = ", ".join(f"{count:,} {name}" for name, count in sorted(tally.characters.items()))
    how = (
        f"`make read-back` (seed {seed}): {tally.residents:,} invented residents, their names and addresses drawn from all that "
        f"the typeface has ({characters}), in {sum(tally.kinds.values()):,} certificates ({kinds}), which both writers put on "
        f"{tally.pages // len(WRITERS):,} pages each. A file is right when every value "
        "is found, and when a reader finds the same characters as often as the content stream shows them: none lost, none more, "
        "none instead of another."
    )
    lines = ["# Read back by others", "", how, "", "| writer, reader | files | wrong |", "|---|---:|---:|"]
    for name, count in sorted(tally.read.items()):
        writer, _, reader = name.partition(", ")
        faults = sum(f", {writer}, {reader.partition(' ')[0]}" in fault for fault in tally.wrong)
        lines.append(f"| {name} | {count:,} | {faults} |")
    lines.append("")
    lines += [f"- refused: {name}, {count:,} times" for name, count in sorted(tally.refused.items())]
    lines += [f"- not run, because it is not installed: {name}" for name in tally.skipped]
    lines += [f"- wrong: {fault}" for fault in tally.wrong[:_SHOWN]]
    if len(tally.wrong) > _SHOWN:
        lines.append(f"- and {len(tally.wrong) - _SHOWN:,} more")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """1 when something was wrong or a reader is missing."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.read_back", description=__doc__)
    parser.add_argument("--residents", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--fonts", default="", help="as KOFU_ISSUANCE_FONT")
    parser.add_argument("--out", type=Path, help="folder for read-back.md")
    given = parser.parse_args(arguments)
    face = Typeface.load(find_chain(given.fonts))
    tally = read_back(face, given.residents, given.seed, progress_bar(sys.stderr, "residents"))
    lines = report(tally, given.seed)
    print("\n".join(lines))
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        (given.out / "read-back.md").write_text(
            "\n".join([*lines, ""]).replace("\n\n\n", "\n\n"), encoding="utf-8"
        )
    return 1 if tally.wrong or tally.skipped or not tally.kinds else 0


if __name__ == "__main__":
    sys.exit(main())
