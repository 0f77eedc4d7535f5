"""The figures of one run: a table to read, JSON for the report page, and a plot."""

from __future__ import annotations

import importlib
import json
import resource
from dataclasses import asdict, dataclass
from pathlib import Path

from load_tests.bench_sync.report import PAGE_NAME, read_sized, shown, this_machine, with_sized

JSON = "size.json"
DOCS_JSON = "sync-size.json"
"""Beside the documentation's page, which has a section of it whichever of the two runs was the last."""
PLOT = "size.svg"
_BARS = "#2f5d8a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One thing that was measured."""

    label: str
    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.label:44} {shown(self.value):>14} {self.unit}"


def peak_memory() -> float:
    """MiB of this process, at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write_report(
    folder: Path, command: str, figures: list[Figure], *, date: str, docs: Path | None = None
) -> None:
    """Print the table; write ``size.json`` and, where matplotlib is installed, ``size.svg`` into ``folder``. In ``docs``
    ``sync-size.json`` and the section of the page that is made from it."""
    for figure in figures:
        print(figure)
    report = {
        "name": "full load at the size of a large city",
        "command": command,
        "machine": this_machine(),
        "date": date,
        "rows": [asdict(figure) for figure in figures],
    }
    text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
    (folder / JSON).write_text(text, encoding="utf-8")
    if docs is not None:
        (docs / DOCS_JSON).write_text(text, encoding="utf-8")
        _put_in(docs)
    print(_plot(folder / PLOT, figures))


def _put_in(docs: Path) -> None:
    page, sized = docs / PAGE_NAME, read_sized(docs / DOCS_JSON)
    if page.exists() and sized is not None:
        page.write_text(with_sized(page.read_text(encoding="utf-8"), sized), encoding="utf-8")


def _plot(path: Path, figures: list[Figure]) -> str:
    """Rates as bars, beside where the disk went; the name of the picture, or why there is none."""
    try:
        matplotlib = importlib.import_module("matplotlib")
        pyplot = importlib.import_module("matplotlib.pyplot")
    except ImportError:
        return "no picture: matplotlib is not installed (.ci/setup bench)"
    # the same figures give the same file
    with matplotlib.rc_context({"backend": "svg", "svg.hashsalt": "kofu", "font.size": 8}):
        canvas, (rates, disk) = pyplot.subplots(1, 2, figsize=(10, 3.5), layout="constrained")
        for axes, unit, title in ((rates, "/s", "a second"), (disk, "MiB", "MiB")):
            drawn = [figure for figure in figures if figure.unit.endswith(unit)]
            labels = [f"{figure.label}, {figure.unit}" if unit == "/s" else figure.label for figure in drawn]
            bars = axes.barh(labels, [figure.value for figure in drawn], color=_BARS)
            axes.bar_label(bars, labels=[f"{figure.value:,.0f}" for figure in drawn], padding=3)
            axes.set_title(title)
            axes.invert_yaxis()
            axes.margins(x=0.2)
            axes.spines[["top", "right"]].set_visible(False)
        canvas.savefig(path, metadata={"Date": None})
        pyplot.close(canvas)
    return str(path)
