"""One process under limits that looks at case after case and says a line for each: number, answer, CPU seconds, memory."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from anti_forgery.comparison.compare import compare
from anti_forgery.copy_evidence import copy_evidence
from anti_forgery.scans import scans
from anti_forgery.verification import Outcome, verify_image
from certificates.errors import WireError
from load_tests.fuzz_scans.mutations import SHEET, case, seeds
from load_tests.scans.sheets import keys, paper, typeface

MEMORY = 4 * 1024**3
"""Bytes of address space, libraries and font included."""


def look(path: Path) -> str:
    """What is said of a file: the best verdict on its pages, ``refused``, or ``wrong``."""
    known, facts = keys(), paper(SHEET).sheets[0]
    said = []
    try:
        for scan in scans(path):
            verdict = verify_image(scan.picture, [known.site], [known.centre.public_key])
            copy_evidence(scan.picture)
            compare(scan.picture, facts, typeface())
            wrong = verdict.outcome is Outcome.PASSED and verdict.sheet != facts
            said.append("wrong" if wrong else verdict.outcome.value)
    except WireError:
        return "refused"
    return next((answer for answer in ("wrong", "passed", "failed") if answer in said), "indeterminate")


def main() -> None:
    first, last = int(sys.argv[1]), int(sys.argv[2])
    seeds(), typeface()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scan"
        for number in range(first, last):
            path.write_bytes(case(number))
            begin = time.process_time()
            answer = look(path)
            seconds = time.process_time() - begin
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(number, answer, f"{seconds:.3f}", memory, flush=True)


if __name__ == "__main__":
    main()
