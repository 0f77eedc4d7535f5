"""A progress bar on a terminal, one line that is drawn again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

WIDTH = 40


def progress_bar(
    output: TextIO, label: str, clock: Callable[[], float] = time.monotonic
) -> Callable[[int, int], None]:
    """Told how much of how much is done, it shows the rate and the time left, in the end the time it took.

    Away from a terminal it writes the last line alone. ``clock`` counts seconds.
    """
    live = output.isatty()
    begin = clock()

    def show(done: int, total: int) -> None:
        if not live and done < total:
            return
        took = clock() - begin
        rate = done / took if took > 0 else 0.0
        filled = WIDTH * done // total if total else WIDTH
        share = 100 * done // total if total else 100
        start, end = ("\r" if live else ""), ("\n" if done >= total else "\033[K")
        bar = "█" * filled + "·" * (WIDTH - filled)
        clocked = f"{_span(took)} in all" if done >= total else f"{_left(total - done, rate)} left"
        output.write(f"{start}{label} {bar} {rate:,.0f}/s {clocked} {share:3d} % {done:,}/{total:,}{end}")
        output.flush()

    return show


def _left(undone: int, rate: float) -> str:
    return _span(undone / rate) if rate else "-:--"


def _span(seconds: float) -> str:
    """Minutes and seconds, or hours before them."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
