"""Characters that are so nearly alike that ink too much or too little does not tell them apart on every scan.

The table is measured, see ``likening``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

MEASURED_AT = 9.0
"""Points: the smallest type that holds values."""
TABLE = "look-alikes.txt"

Others = Sequence[tuple[str, float]]
"""Characters, and how far they are apart from one (pixels of ink at 300 dots an inch, squared, in ``MEASURED_AT``)."""


def look_alikes(text: str) -> Others:
    """The characters that one looks like, the nearest first; none when it looks like none, or was not asked."""
    rest = _lines().get(text, "").split()
    return [(other, float(apart)) for other, apart in zip(rest[::2], rest[1::2], strict=True)]


@lru_cache(maxsize=1)
def _lines() -> Mapping[str, str]:
    """Read once and parsed where it is asked: a page has few of all characters."""
    text = (files("anti_forgery.comparison") / TABLE).read_text(encoding="utf-8")
    return dict(line.split(" ", 1) for line in text.splitlines())
