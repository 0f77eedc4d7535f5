"""One subject in a process of its own: CPU time of each order, bytes added, and whether the result opens as it must."""

from __future__ import annotations

import gc
import io
import json
import sys
import time
from itertools import cycle

import pypdfium2
from pypdf import PdfReader

from anti_forgery.verification import Outcome, verify_image
from load_tests.bench_marks.orders import Order, centre_key, site_key
from load_tests.bench_marks.subjects import ORDERS, SUBJECTS

_DIFFERENT = 12  # orders with other text, taken in turn


def main(name: str, seconds: float) -> None:
    """Print one JSON object: milliseconds of CPU of each order, and what else was seen."""
    whose, pages, make = SUBJECTS[name]
    orders = ORDERS[whose](_DIFFERENT, pages)
    work = make(orders)
    results = [work(order) for order in orders]  # warm, and the ones that are looked at
    gc.collect()
    gc.freeze()  # as a server does before it forks its workers
    times: list[float] = []
    end = time.monotonic() + seconds
    for order in cycle(orders):
        before = time.process_time_ns()
        work(order)
        times.append((time.process_time_ns() - before) / 1e6)
        if time.monotonic() > end:
            break
    added = [
        len(result) - len(order.pdf)
        for order, result in zip(orders, results, strict=True)
        if isinstance(result, bytes)
    ]
    print(
        json.dumps(
            {
                "times": times,
                "added": sum(added) // len(added) if added else 0,
                "right": not added or name not in _FILES or _is_right(orders[0], results[0]),
            }
        )
    )


_FILES = [name for name in SUBJECTS if "marks" in name or "stamping" in name]


def _is_right(order: Order, result: object) -> bool:
    """Every front's text is there, and every back opens and says what it must."""
    assert isinstance(result, bytes)
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(result)).pages]
    if len(texts) != 2 * len(order.sheets):
        return False
    with pypdfium2.PdfDocument(result) as document:
        for place, sheet in enumerate(order.sheets):
            verdict = verify_image(
                document[2 * place + 1].render(scale=200 / 72).to_pil(),
                [site_key()],
                [centre_key().public_key],
            )
            if verdict.outcome is not Outcome.PASSED or verdict.sheet != sheet:
                return False
            if sheet.issue_number not in texts[2 * place]:
                return False
    return True


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
