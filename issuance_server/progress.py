"""A progress bar on a terminal, one line that is drawn again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

WIDTH = 40


def progress_bar(output: TextIO, label: str) -> Callable[[int, int], None]:
    """Told how much of how much is done; away from a terminal it writes the last line alone."""
    live = output.isatty()

    def show(done: int, total: int) -> None:
        if not live and done < total:
            return
        filled = WIDTH * done // total if total else WIDTH
        share = 100 * done // total if total else 100
        start, end = ("\r" if live else ""), ("\n" if done >= total else "")
        bar = "█" * filled + "·" * (WIDTH - filled)
        output.write(f"{start}{label} {bar} {share:3d} % {done:,}/{total:,}{end}")
        output.flush()

    return show
