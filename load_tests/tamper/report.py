"""The tables of a run: exact counts of every kind in every quality with their bounds, each family of models apart."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from load_tests.scans.qualities import QUALITIES, Family
from load_tests.tamper.forging import NAMES
from load_tests.tamper.trial import GENUINE, Answer, Result

COLUMNS = (
    "models",
    "quality",
    "sheet",
    "trials",
    "found",
    "cannot tell",
    "passed",
    "found, 95 % bounds",
    "goal",
)
_STRICT = "flat-300"
_FOUND = {True: 0.99, False: 0.95}
_ACCUSED = {True: 0.005, False: 0.02}
_SAID = {
    Family.TUNING: "The limits were chosen on these models.",
    Family.HELD_OUT: (
        "Not tuned on; another renderer (poppler), other kernels and parameters. They were looked at when false alarms "
        "were mended, so they are not untouched."
    ),
    Family.UNSEEN: (
        "Written before the limits were last changed, with a third renderer (cairo) and other causes: uneven toner, a feed "
        "that slips, show-through, sharpening by the scanner, streaks, creases, rubbed toner, lamp light, a lens that bends. "
        "No limit was chosen on them and none of their pictures was looked at; of what was said of them, the tables of earlier "
        "runs, and that the false alarms of one of these were the tone of one seal."
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One kind, or genuine sheets, in one quality of one family: how often each answer was given."""

    family: Family
    quality: str
    kind: str
    answers: Counter[Answer]

    @property
    def count(self) -> int:
        return self.answers.total()

    @property
    def found(self) -> int:
        return self.answers[Answer.FOUND]

    @property
    def reached(self) -> bool:
        share, strict = self.found / max(1, self.count), self.quality == _STRICT
        return share <= _ACCUSED[strict] if self.kind == GENUINE else share >= _FOUND[strict]


def lines(results: Iterable[Result]) -> list[Line]:
    counted: dict[tuple[Family, str, str], Counter[Answer]] = {}
    for result in results:
        for kind, answer in result.answers:
            counted.setdefault((result.trial.family, result.trial.quality, kind), Counter())[answer] += 1
    return [
        Line(family, quality, kind, counted[family, quality, kind])
        for family in Family
        for quality in QUALITIES
        for kind in (*NAMES, GENUINE)
        if (family, quality, kind) in counted
    ]


def bounds(found: int, count: int) -> tuple[float, float]:
    """The share's 95 % bounds (Wilson score interval)."""
    z = 1.959964
    share, spread = found / count, z * z / count
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def cells(line: Line) -> tuple[str, ...]:
    low, high = (f"{100 * bound:.1f}" for bound in bounds(line.found, line.count))
    passed = line.answers[Answer.PASSED]
    return (
        line.family.value,
        line.quality,
        "genuine: accused" if line.kind == GENUINE else line.kind,
        f"{line.count}",
        f"{line.found}",
        f"{line.answers[Answer.CANNOT_TELL]}",
        f"{passed}",
        f"{100 * line.found / line.count:.1f} % ({low}–{high})",
        "reached" if line.reached else "missed",
    )


def summary(made: Sequence[Line]) -> str:
    forged, genuine = _split(made)
    return (
        f"{_sum(forged, Answer.FOUND):,} of {_total(forged):,} forged places found, {_sum(forged, Answer.CANNOT_TELL):,} "
        f"could not be told, {_sum(forged, Answer.PASSED):,} passed as genuine; {_sum(genuine, Answer.FOUND):,} of "
        f"{_total(genuine):,} genuine sheets accused, {_sum(genuine, Answer.CANNOT_TELL):,} could not be told. "
        f"Goal reached in {sum(line.reached for line in made)} of {len(made)} lines."
    )


def markdown(results: Sequence[Result], command: str, date: str, time: str) -> str:
    """``time`` says how long the run took."""
    made = lines(results)
    seconds = sorted(second for result in results for second in result.seconds)
    said = (
        "Simulated: nothing was printed, scanned or forged. Papers are of every kind and form that kiosks hand out (55 % "
        "住民票の写し, 35 % 印鑑登録証明書, 10 % 住民票記載事項証明書; one sheet of each, any page), of three invented municipalities "
        "with lettered and engraved seals. A forged sheet carries a forgery of each kind that it has a place for, and each is "
        "judged at its own place: *found* when a difference is reported there, *cannot tell* when the answer was that, else "
        "*passed*. *Another certificate* is a genuine front held against the back of another, of the same form every second "
        "time. Of genuine sheets, *found* is a false alarm. Bounds are Wilson's."
    )
    goals = (
        "Goals: flat at 300 dpi at least 99 % found and at most 0.5 % accused; at 200 dpi, worn and photographed at least "
        "95 % and at most 2 %."
    )
    cost = (
        f"{len(seconds):,} comparisons, CPU of one core p50 {statistics.median(seconds):.2f} s, "
        f"p99 {seconds[len(seconds) * 99 // 100]:.2f} s, {sum(seconds) / 60:.0f} minutes in all (the front drawn before). "
        f"{time}"
    )
    parts = [f"# Forged fronts\n\n`{command}`, {date}. {said}\n\n{goals}\n\n{summary(made)}\n\n{cost}"]
    parts += [_overview(made)]
    for family in Family:
        here = [line for line in made if line.family is family]
        if here:
            rows = ["| " + " | ".join(cells(line)[1:]) + " |" for line in here]
            head = "| " + " | ".join(COLUMNS[1:]) + " |\n|---|---|---:|---:|---:|---:|---:|---|"
            parts.append(
                f"## {family.value.capitalize()} models\n\n{_SAID[family]}\n\n{head}\n" + "\n".join(rows)
            )
    return "\n\n".join(parts) + "\n"


def _overview(made: Sequence[Line]) -> str:
    head = (
        "| models | quality | forged places found | cannot tell | passed | genuine accused | genuine: cannot tell |\n"
        "|---|---|---:|---:|---:|---:|---:|"
    )
    rows = []
    for family in Family:
        for quality in QUALITIES:
            forged, genuine = _split([x for x in made if (x.family, x.quality) == (family, quality)])
            if forged and genuine:
                found, every = _sum(forged, Answer.FOUND), _total(forged)
                rows.append(
                    f"| {family.value} | {quality} | {found} of {every} ({100 * found / every:.1f} %) "
                    f"| {_sum(forged, Answer.CANNOT_TELL)} | {_sum(forged, Answer.PASSED)} "
                    f"| {_sum(genuine, Answer.FOUND)} of {_total(genuine)} | {_sum(genuine, Answer.CANNOT_TELL)} |"
                )
    return "\n".join([head, *rows])


def _split(made: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    return [line for line in made if line.kind != GENUINE], [line for line in made if line.kind == GENUINE]


def _sum(made: Sequence[Line], answer: Answer) -> int:
    return sum(line.answers[answer] for line in made)


def _total(made: Sequence[Line]) -> int:
    return sum(line.count for line in made)
