"""What every printer does, whatever it is: the same tests over a folder, over IPP and over IPP with TLS."""

from __future__ import annotations

from pathlib import Path

import pytest

from certificates.errors import InvalidValueError
from kiosk_client.printing.job_watch import Patience
from kiosk_client.printing.ports import Printer, PrintResult
from kiosk_client.printing.schemes import open_printer


@pytest.fixture(params=["file", "ipp", "ipps"])
def printer(request: pytest.FixtureRequest, output: Path, patience: Patience) -> Printer:
    if request.param == "file":
        return open_printer(output.as_uri(), patience)
    running = request.getfixturevalue("real_printer" if request.param == "ipp" else "real_tls_printer")
    return open_printer(running.url, patience)


def test_a_working_printer_is_ready(printer: Printer) -> None:
    state = printer.ready()
    assert state.ready, state.reasons


@pytest.mark.parametrize("duplex", [True, False])
def test_what_comes_out_is_what_went_in(
    printer: Printer, document: bytes, output: Path, duplex: bool
) -> None:
    outcome = printer.print(memoryview(document), job_name="a-1_B", copies=1, duplex=duplex)
    assert (outcome.result, outcome.reason) == (PrintResult.PRINTED, "none")
    assert outcome.impressions_completed in (None, 2)
    assert (output / "a-1_B.pdf").read_bytes() == document


def test_each_job_comes_out_under_its_own_name(printer: Printer, document: bytes, output: Path) -> None:
    for number in range(3):
        outcome = printer.print(
            memoryview(document + bytes([number])), job_name=f"job{number}", copies=1, duplex=True
        )
        assert outcome.result is PrintResult.PRINTED
    for number in range(3):
        assert (output / f"job{number}.pdf").read_bytes() == document + bytes([number])


def test_the_document_is_let_go_when_the_call_returns(printer: Printer, document: bytes) -> None:
    memory = bytearray(document)
    with memoryview(memory) as view:
        printer.print(view, job_name="held", copies=1, duplex=True)
    memory.clear()  # BufferError if any slice of it were still alive


_WRONG_REQUESTS = [
    ("job_name", "", 1, 1),
    ("job_name", "../elsewhere", 1, 1),
    ("job_name", ".hidden", 1, 1),
    ("job_name", "甲野太郎", 1, 1),
    ("job_name", "a b", 1, 1),
    ("job_name", "a" * 65, 1, 1),
    ("job_name", "line\n", 1, 1),
    ("copies", "a", 0, 1),
    ("copies", "a", 100, 1),
    ("document", "a", 1, 0),
]


def test_a_wrong_request_is_refused_by_name_and_nothing_is_printed(printer: Printer, output: Path) -> None:
    for field, job_name, copies, size in _WRONG_REQUESTS:
        with pytest.raises(InvalidValueError) as caught:
            printer.print(memoryview(bytes(size)), job_name=job_name, copies=copies, duplex=True)
        assert caught.value.field == field
    assert not output.exists() or list(output.iterdir()) == []
