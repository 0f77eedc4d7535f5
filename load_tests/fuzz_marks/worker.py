"""One process that marks mutated files within limits: address space by RLIMIT_AS, time a file by a timer.

``python -m load_tests.fuzz_marks.worker FIRST COUNT SECONDS MEGABYTES`` prints one line of JSON a file; the parent knows
from the lines that are missing which file ended the process.
"""

from __future__ import annotations

import json
import random
import resource
import signal
import sys
import time
from types import FrameType

from anti_forgery.marking import mark, prepare
from certificates.errors import KofuError
from load_tests.bench_marks.orders import own_orders, profile, sealer
from load_tests.fuzz_marks.mutations import mutated
from load_tests.fuzz_marks.seeds import hostile, valid

SOUND = 0.8
"""Part of the files that start from a sound one; what is refused at the door tests the door alone."""


class TooSlowError(BaseException):
    """Not an Exception: nothing on the way may take it for a damaged file."""


def main(first: int, count: int, seconds: float, megabytes: int) -> None:
    """Files ``first`` to ``first + count``; the number decides the seed and all mutations."""
    sound, attacks = valid(), hostile()
    starts = [*sound, *attacks]
    (order,) = own_orders(1, 1)
    ours, seals = profile(), sealer()
    prepare(ours)
    grown = _address_space() + megabytes * (1 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (grown, grown))
    signal.signal(signal.SIGALRM, _too_slow)
    for number in range(first, first + count):
        draw = random.Random(number)  # noqa: S311 - a failure must be repeatable
        # every start goes in once as it is
        pdf = starts[number] if number < len(starts) else mutated(_start(sound, attacks, draw), draw)
        print(json.dumps({"number": number, "state": "begun"}), flush=True)
        began = time.process_time()
        signal.setitimer(signal.ITIMER_REAL, 4 * seconds)
        try:
            marked = mark(pdf, order.sheets, seals, ours)
            outcome = "marked" if marked.startswith(pdf) and marked.endswith(b"%%EOF\n") else "wrong"
            why = ""
        except KofuError as error:
            outcome, why = "refused", str(error)[:80]
        except TooSlowError:
            outcome, why = "hung", f"{len(pdf)} bytes"
        except Exception as error:  # noqa: BLE001 - any of them is what is looked for
            outcome, why = "crashed", f"{type(error).__name__}: {error}"[:200]
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        spent = time.process_time() - began
        if outcome in ("marked", "refused") and spent > seconds:
            outcome = "slow"
        print(json.dumps({"number": number, "state": outcome, "why": why, "seconds": spent}), flush=True)


def _start(sound: list[bytes], attacks: list[bytes], draw: random.Random) -> bytes:
    return draw.choice(sound if draw.random() < SOUND else attacks)


def _too_slow(_: int, __: FrameType | None) -> None:
    raise TooSlowError


def _address_space() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
