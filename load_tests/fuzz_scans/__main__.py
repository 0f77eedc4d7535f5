"""``python -m load_tests.fuzz_scans --cases 10000``: ends with 0 when nothing crashed, hung or was wrong."""

from __future__ import annotations

import argparse
import sys

from certificates.service.progress import progress_bar
from load_tests.fuzz_scans.run import fuzz, text_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m load_tests.fuzz_scans", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    given = parser.parse_args()
    found = fuzz(given.first, given.first + given.cases, progress_bar(sys.stderr, "fuzz-scans"))
    print(text_of(found))
    for name, numbers in (("crashed", found.crashes), ("over the limit", found.hangs)):
        if numbers:
            print(f"{name}: cases {numbers[:20]}")
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())
