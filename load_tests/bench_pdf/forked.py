"""Writers forked from one parent, as the issuance server forks its workers: the memory of each once all have written.

``python -m load_tests.bench_pdf.forked COUNT``, with pickled contents on standard input: so that nothing is loaded here
but what writes and reads back.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import signal
import sys
from collections.abc import Sequence

from certificates.domain.content import CertificateContent
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.quick.reading import OwnReader
from certificates.pdf.quick.repertoire import jis_x_0208
from certificates.pdf.quick.writer import QuickWriter

_ROUNDS = 10


def proportional(pid: int) -> float:
    """Megabytes: each page is divided by how many processes have it (Pss of /proc/PID/smaps_rollup)."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def main(count: int, contents: Sequence[CertificateContent]) -> None:
    """Print one JSON object: megabytes of the parent and of each of ``count`` workers."""
    face = Typeface.load(find_mincho())
    writer, reader = QuickWriter(face), OwnReader(face)
    writer.prepare(jis_x_0208(), contents)
    gc.collect()
    gc.freeze()
    done, say = os.pipe()
    workers = []
    for number in range(count):
        pid = os.fork()
        if pid == 0:
            # every worker other people
            for content in [*contents[number::count]] * _ROUNDS:
                reader.read(writer.render([content]).pdf)
            os.write(say, b"!")
            signal.pause()
        workers.append(pid)
    try:
        for _ in workers:
            os.read(done, 1)
        print(json.dumps({"parent": proportional(os.getpid()), "workers": [*map(proportional, workers)]}))
    finally:
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


if __name__ == "__main__":
    # from our own parent alone: pickles of strangers must never be read
    main(int(sys.argv[1]), pickle.load(sys.stdin.buffer))  # noqa: S301
