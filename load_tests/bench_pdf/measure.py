"""One builder in a process of its own: CPU time of each document, bytes, peak memory, and whether its text is right."""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from itertools import cycle, islice

import psutil
import pypdfium2

from certificates.domain.content import CertificateContent
from certificates.pdf.fonts import Typeface, find_mincho
from load_tests.bench_pdf.peers import PEERS
from load_tests.bench_pdf.sheets import contents

_DIFFERENT = 40  # documents with other text, taken in turn


def main(name: str, seconds: float) -> None:
    """Print one JSON object: milliseconds of CPU of each document, and what else was seen."""
    face = Typeface.load(find_mincho())
    sheets = contents(_DIFFERENT)
    peer = PEERS[name](face)
    ready = [peer.ready(sheet) for sheet in sheets]
    pdfs = [peer.build(item) for item in ready[:3]]  # warm, and the ones that are looked at
    gc.collect()
    gc.freeze()  # as a server does before it forks its workers
    cpu = _cpu_of_all if peer.helpers else time.process_time
    times: list[float] = []
    end = time.monotonic() + seconds
    for item in cycle(ready):
        before = cpu()
        peer.build(item)
        times.append((cpu() - before) * 1000)
        if time.monotonic() > end:
            break
    memory = _peak()
    peer.close()
    print(
        json.dumps(
            {
                "times": times,
                "bytes": sum(map(len, pdfs)) // len(pdfs),
                "memory": memory,
                "right": all(
                    _reads_back(pdf, sheet) for pdf, sheet in zip(pdfs, islice(sheets, 3), strict=False)
                ),
            }
        )
    )


def _cpu_of_all() -> float:
    """Seconds of CPU of this process and its children, as far as they have come."""
    total = time.process_time()
    for child in psutil.Process().children(recursive=True):
        try:
            spent = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += spent.user + spent.system
    return total


def _peak() -> int:
    """Megabytes: our own peak, and what the children hold now."""
    total = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for child in psutil.Process().children(recursive=True):
        total += child.memory_info().rss // (1 << 20)
    return int(total)


def _reads_back(pdf: bytes, sheet: CertificateContent) -> bool:
    with pypdfium2.PdfDocument(pdf) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    return not sheet.missing_from(text)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
