"""The figures as pictures (SVG), drawn by matplotlib, which benches alone install."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from certificates.errors import UnavailableError
from load_tests.bench_sync.asked import comparisons
from load_tests.bench_sync.figures import Figures, Key

_BARS: Final = "#2f5d8a"
_ASKED: Final = "#c9c9c9"
_RATES: Final[dict[Key, str]] = {
    Key.SINGLE: "one transaction an event",
    Key.RAW_COMMIT: "bare upsert, one commit each",
    Key.BARE_500: "bare upsert, 500",
    Key.APPLY_500: "apply, 500",
    Key.APPLY_5000: "apply, 5,000",
    Key.HTTPS: "HTTPS push",
    Key.REDIS: "Redis Streams",
    Key.DIFFERENCE: "difference file",
    Key.FULL_LOAD: "full load",
    Key.RAW_COPY: "raw COPY",
}
_MULTIPLES: Final[dict[Key, str]] = {
    Key.APPLY_500: "apply, 500",
    Key.APPLY_5000: "apply, 5,000",
    Key.HTTPS: "HTTPS push",
    Key.REDIS: "Redis Streams",
    Key.LITE_APPLY_500: "SQLite apply, 500",
}


def draw(figures: Figures, folder: Path) -> Sequence[str]:
    """Writes the pictures and gives their names. Raises UnavailableError where matplotlib is not installed."""
    try:
        matplotlib = importlib.import_module("matplotlib")
        pyplot = importlib.import_module("matplotlib.pyplot")
    except ImportError as error:
        raise UnavailableError(
            "matplotlib", "is not installed (.ci/setup bench)", outcome_known=True
        ) from error
    # the same figures give the same file
    settings = {"backend": "svg", "svg.hashsalt": "kofu", "font.size": 9}
    names = []
    with matplotlib.rc_context(settings):
        for name, drawing in (("sync-rates.svg", _rates), ("sync-multiples.svg", _multiples)):
            figure, axes = pyplot.subplots(figsize=(7, 3.2), layout="constrained")
            drawing(axes, figures)
            axes.spines[["top", "right"]].set_visible(False)
            figure.savefig(folder / name, metadata={"Date": None})
            pyplot.close(figure)
            names.append(name)
    return names


def _rates(axes, figures: Figures) -> None:  # type: ignore[no-untyped-def]  # matplotlib is no dependency of the checks
    held = [(label, value) for key, label in _RATES.items() if (value := figures.value(key)) is not None]
    bars = axes.barh([label for label, _ in held], [value for _, value in held], color=_BARS)
    axes.bar_label(bars, labels=[f"{value:,.0f}" for _, value in held], padding=3)
    axes.set_xscale("log")
    axes.set_xlabel("a second, PostgreSQL with fsync (logarithmic)")
    axes.invert_yaxis()


def _multiples(axes, figures: Figures) -> None:  # type: ignore[no-untyped-def]  # as above
    held = comparisons(figures)
    places = range(len(held))
    asked = axes.barh([place - 0.2 for place in places], [one.asked for one in held], 0.38, color=_ASKED)
    reached = axes.barh([place + 0.2 for place in places], [one.reached for one in held], 0.38, color=_BARS)
    axes.bar_label(asked, labels=[f"×{one.asked:,.0f}" for one in held], padding=3)
    axes.bar_label(reached, labels=[f"×{one.reached:,.0f}" for one in held], padding=3)
    axes.set_yticks(list(places), [_MULTIPLES[one.key] for one in held])
    axes.set_xlabel("multiple of a bare upsert with one commit each, commits as slow as the study's")
    axes.legend([asked, reached], ["asked", "reached"], frameon=False)
    axes.invert_yaxis()
