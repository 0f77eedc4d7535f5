"""The readers: three extractors of text that share no code with us, and qpdf, which reads the file's structure."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping

import pypdfium2
from pypdf import PdfReader


def by_pdftotext(pdf: bytes) -> str:
    command = ["pdftotext", "-raw", "-enc", "UTF-8", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode("utf-8")


def by_pdfium(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def by_pypdf(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


READERS: Mapping[str, Callable[[bytes], str]] = {
    "pdftotext": by_pdftotext,
    "pdfium": by_pdfium,
    "pypdf": by_pypdf,
}


def at_hand() -> tuple[str, ...]:
    """The readers that this machine has."""
    return tuple(name for name in READERS if name != "pdftotext" or shutil.which(name))


def qpdf_complaint(pdf: bytes) -> str:
    """What ``qpdf --check`` finds, its first line; empty for nothing. A warning is a complaint too."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        done = subprocess.run(["qpdf", "--check", file.name], capture_output=True, check=False)
    if done.returncode == 0 and not done.stderr:
        return ""
    return (done.stderr.decode(errors="replace").strip() or f"exit {done.returncode}").splitlines()[0]
