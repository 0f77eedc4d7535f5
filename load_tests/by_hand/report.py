"""What was said of each kind of alteration, as a table for docs/ and for the page with pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from load_tests.by_hand.trial import NAMES, Result
from load_tests.scans.qualities import Family
from load_tests.tamper.trial import Answer

_KNOWN, _UNSEEN = (
    "models that limits were chosen on, or that were looked at",
    "models that nothing was tuned on",
)
_MODELS = {_KNOWN: (Family.TUNING, Family.HELD_OUT), _UNSEEN: (Family.UNSEEN,)}


def columns(qualities: Sequence[str]) -> tuple[str, ...]:
    return ("models", "alteration", *(f"{quality}: found" for quality in qualities), "cannot tell", "passed")


def rows(results: Sequence[Result], qualities: Sequence[str]) -> list[tuple[str, ...]]:
    made = []
    for models, families in _MODELS.items():
        for kind in NAMES:
            counted = {
                quality: Counter(
                    answer
                    for result in results
                    if result.trial.family in families and result.trial.quality == quality
                    for name, answer in result.answers
                    if name == kind
                )
                for quality in qualities
            }
            every = sum(counted.values(), Counter())
            if every:
                found = (f"{count[Answer.FOUND]} of {count.total()}" for count in counted.values())
                doubtful, passed = (f"{every[answer]}" for answer in (Answer.CANNOT_TELL, Answer.PASSED))
                made.append((models, kind, *found, doubtful, passed))
    return made


def summary(results: Sequence[Result]) -> str:
    every = Counter(answer for result in results for _, answer in result.answers)
    return (
        f"{every.total():,} alterations on {len(results):,} sheets: {every[Answer.FOUND]:,} found, "
        f"{every[Answer.CANNOT_TELL]:,} to look at, {every[Answer.PASSED]:,} passed as genuine."
    )


def markdown(results: Sequence[Result], qualities: Sequence[str], command: str, date: str) -> str:
    about = (
        f"# Fronts altered by hand\n\n`{command}`, {date}. Simulated: nothing was printed, written on or scanned. Each sheet "
        "is altered once in every way that it has a place for, and each place is judged on its own: *found* when a "
        "difference is reported there, *cannot tell* when it is framed as a place to look at, else *passed*. There is no "
        "goal: the table says what a person still has to look for."
    )
    parts = [about, summary(results)]
    for models in _MODELS:
        here = [row[1:] for row in rows(results, qualities) if row[0] == models]
        if here:
            head = columns(qualities)[1:]
            lines = ["| " + " | ".join(row) + " |" for row in (head, *here)]
            lines.insert(1, "|---" + "|---:" * (len(head) - 1) + "|")
            parts.append(f"## {models.capitalize()}\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"
