"""The table of a run, with exact counts and the two families apart."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from load_tests.scans.qualities import QUALITIES, Family
from load_tests.tamper.forging import GREY_SEAL, KINDS, OTHER_PAGE
from load_tests.tamper.trial import GENUINE, Answer, Result

KIND_NAMES = (*KINDS, GREY_SEAL, OTHER_PAGE)
COLUMNS = ("quality", "models", *KIND_NAMES, "genuine accused", "genuine: cannot tell", "p50 s", "goal")
_FLAT = "flat-300"
_FOUND = {True: 0.99, False: 0.95}
_ACCUSED = {True: 0.005, False: 0.02}


@dataclass(frozen=True, slots=True)
class Line:
    """One quality by one family of models: answers by kind, CPU seconds of one comparison."""

    quality: str
    family: Family
    answers: Counter[tuple[str, Answer]]
    median: float

    def count(self, kind: str) -> int:
        return sum(self.answers[kind, answer] for answer in Answer)

    def share(self, kind: str) -> float:
        """Found of all."""
        return self.answers[kind, Answer.FOUND] / max(1, self.count(kind))

    @property
    def missed(self) -> tuple[str, ...]:
        """Kinds whose goal is not reached."""
        flat = self.quality == _FLAT
        found = [kind for kind in KIND_NAMES if self.count(kind) and self.share(kind) < _FOUND[flat]]
        return (*found, *([GENUINE] if self.share(GENUINE) > _ACCUSED[flat] else []))


def lines(results: Iterable[Result]) -> list[Line]:
    found = list(results)
    made = []
    for quality in QUALITIES:
        for family in Family:
            here = [r for r in found if (r.trial.quality, r.trial.family) == (quality, family)]
            if here:
                answers = Counter(answer for result in here for answer in result.answers)
                made.append(Line(quality, family, answers, statistics.median(r.seconds for r in here)))
    return made


def cells(line: Line) -> tuple[str, ...]:
    kinds = [_cell(line, kind) for kind in KIND_NAMES]
    genuine = line.count(GENUINE)
    accused, unsure = line.answers[GENUINE, Answer.FOUND], line.answers[GENUINE, Answer.CANNOT_TELL]
    goal = "missed: " + ", ".join(line.missed) if line.missed else "reached"
    return (
        line.quality,
        line.family.value,
        *kinds,
        f"{accused}/{genuine}",
        f"{unsure}/{genuine}",
        f"{line.median:.2f}",
        goal,
    )


def _cell(line: Line, kind: str) -> str:
    """Found of all; what could not be told stands behind, the rest passed."""
    unsure = line.answers[kind, Answer.CANNOT_TELL]
    text = f"{line.answers[kind, Answer.FOUND]}/{line.count(kind)}"
    return f"{text} (+{unsure}?)" if unsure else text


def summary(made: Sequence[Line]) -> str:
    found = sum(line.answers[kind, Answer.FOUND] for line in made for kind in KIND_NAMES)
    count = sum(line.count(kind) for line in made for kind in KIND_NAMES)
    passed = sum(line.answers[kind, Answer.PASSED] for line in made for kind in KIND_NAMES)
    accused = sum(line.answers[GENUINE, Answer.FOUND] for line in made)
    genuine = sum(line.count(GENUINE) for line in made)
    return (
        f"{found:,} of {count:,} forged places found, {passed:,} passed as genuine; "
        f"{accused:,} of {genuine:,} genuine sheets accused."
    )


def markdown(made: Sequence[Line], date: str) -> str:
    said = (
        f"`make tamper`, {date}. Simulated: nothing was printed or forged. A forged sheet carries up to four forgeries of "
        "different kinds, each judged at its own place: found when a difference is reported there, (+n?) when the "
        "answer for it was cannot tell; the rest passed. *Another certificate* is a genuine front against the back "
        "of another of the same form. Limits were chosen on the *tuning* models; *held-out* models share "
        "neither renderer (poppler) nor kernels nor parameters with them, and were looked at "
        "when false alarms were mended. Seconds are CPU of one core."
    )
    goals = "Goals: at 300 dpi flat 99 % found and at most 0.5 % accused, else 95 % and 2 %."
    rows = ["| " + " | ".join(cells(line)) + " |" for line in made]
    rule = "|---|---|" + "---:|" * (len(COLUMNS) - 3) + "---|"
    head = "| " + " | ".join(COLUMNS) + " |"
    return "\n".join(["# Forged fronts", "", said, "", f"{summary(made)} {goals}", "", head, rule, *rows, ""])
