"""The IPP client against CUPS' ippeveprinter: paper, faults, cancels, pulled plugs."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from certificates.errors import UnavailableError
from kiosk_client.printing.job_watch import Patience
from kiosk_client.printing.ports import Printer, PrintOutcome, PrintResult
from kiosk_client.printing.schemes import open_printer
from load_tests.servers.printer import Behaviour, RunningPrinter, running_printer


def wait_until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def send(printer: Printer, document: bytes, job_name: str = "ours") -> PrintOutcome:
    return printer.print(memoryview(document), job_name=job_name, copies=1, duplex=True)


@pytest.fixture
def printer(real_printer: RunningPrinter, patience: Patience) -> Printer:
    return open_printer(real_printer.url, patience)


@pytest.fixture
def in_background(printer: Printer, document: bytes) -> Callable[[], Future[PrintOutcome]]:
    pool = ThreadPoolExecutor(1)
    return lambda: pool.submit(send, printer, document)


@pytest.mark.parametrize(("duplex", "sides"), [(True, "two-sided-long-edge"), (False, "one-sided")])
def test_the_printer_is_asked_for_true_size_colour_a4_and_the_sides(
    printer: Printer, real_printer: RunningPrinter, document: bytes, duplex: bool, sides: str
) -> None:
    outcome = printer.print(memoryview(document), job_name="ours", copies=3, duplex=duplex)
    assert outcome.impressions_completed == 6
    ticket = real_printer.ticket("ours")
    assert ticket == {
        "copies": "3",
        "sides": sides,
        "media": "iso_a4_210x297mm",
        "color": "color",
        "scaling": "none",
    }


def test_an_independent_client_reads_our_job_as_we_meant_it(
    printer: Printer, real_printer: RunningPrinter, document: bytes, tmp_path: Path
) -> None:
    send(printer, document, "opaque-1")
    ipptool = shutil.which("ipptool")
    assert ipptool is not None
    said = subprocess.run(
        [ipptool, "-t", "-v", real_printer.url, "get-completed-jobs.test"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "job-name (nameWithoutLanguage) = opaque-1" in said
    assert "job-originating-user-name (nameWithoutLanguage) = kiosk" in said
    assert "job-state (enum) = completed" in said


def test_the_spool_holds_nothing_when_the_job_is_printed(
    printer: Printer, real_printer: RunningPrinter, document: bytes
) -> None:
    send(printer, document)
    assert [path for path in real_printer.spool.iterdir() if path.stat().st_size] == []


@pytest.mark.parametrize("trouble", [Behaviour.MEDIA_EMPTY, Behaviour.COVER_OPEN])
def test_trouble_that_nobody_mends_ends_in_a_named_failure_and_the_printer_goes_on(
    printer: Printer, real_printer: RunningPrinter, document: bytes, output: Path, trouble: Behaviour
) -> None:
    real_printer.behave(trouble)
    outcome = send(printer, document)
    assert (outcome.result, outcome.reason) == (PrintResult.FAILED, trouble.value)
    assert list(output.iterdir()) == []
    real_printer.behave(Behaviour.PRINT)
    assert send(printer, document, "next").result is PrintResult.PRINTED


def test_paper_put_in_while_we_wait_ends_in_a_print(
    real_printer: RunningPrinter, patience: Patience, document: bytes, output: Path
) -> None:
    printer = open_printer(real_printer.url, replace(patience, stalled=30))
    real_printer.behave(Behaviour.MEDIA_EMPTY)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(send, printer, document)
        wait_until(lambda: printer.ready().reasons == ("media-empty",))
        real_printer.behave(Behaviour.PRINT)
        assert waiting.result(30).result is PrintResult.PRINTED
    assert (output / "ours.pdf").read_bytes() == document


def test_a_fault_of_the_engine_is_an_aborted_job(
    printer: Printer, real_printer: RunningPrinter, document: bytes, output: Path
) -> None:
    real_printer.behave(Behaviour.ABORT)
    outcome = send(printer, document)
    assert (outcome.result, outcome.reason) == (PrintResult.FAILED, "aborted")
    assert list(output.iterdir()) == []


def test_a_printer_that_is_gone_after_it_took_the_job_leaves_the_outcome_unknown(
    real_printer: RunningPrinter, in_background: Callable[[], Future[PrintOutcome]]
) -> None:
    real_printer.behave(Behaviour.HANG)
    waiting = in_background()
    wait_until(lambda: real_printer.ticket("ours"))
    real_printer.kill()
    outcome = waiting.result(30)
    assert (outcome.result, outcome.reason) == (PrintResult.UNKNOWN, "contact-lost")


def test_a_printer_that_comes_back_without_our_job_leaves_the_outcome_unknown(
    real_printer: RunningPrinter, patience: Patience, document: bytes
) -> None:
    """After a restart its job numbers begin again at 1: the next customer's job must not be taken for ours."""
    printer = open_printer(real_printer.url, replace(patience, contact=30))
    real_printer.behave(Behaviour.HANG)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(send, printer, document)
        wait_until(lambda: real_printer.ticket("ours"))
        real_printer.kill()
        real_printer.behave(Behaviour.PRINT)
        real_printer.start()
        assert send(printer, document, "theirs").result is PrintResult.PRINTED
        outcome = waiting.result(30)
    assert outcome.result is PrintResult.UNKNOWN
    assert outcome.reason in {"job-forgotten", "job-replaced"}


def test_a_printer_that_hears_no_cancel_leaves_the_outcome_unknown(
    real_printer: RunningPrinter, patience: Patience, document: bytes
) -> None:
    real_printer.behave(Behaviour.HANG)
    outcome = send(open_printer(real_printer.url, replace(patience, job=0.2, cancel=0.2)), document)
    assert (outcome.result, outcome.reason) == (PrintResult.UNKNOWN, "deadline")


def test_a_busy_printer_is_asked_again_and_then_given_up(
    printer: Printer,
    real_printer: RunningPrinter,
    patience: Patience,
    document: bytes,
    output: Path,
    in_background: Callable[[], Future[PrintOutcome]],
) -> None:
    real_printer.behave(Behaviour.HANG)
    first = in_background()
    wait_until(lambda: real_printer.ticket("ours"))
    outcome = send(printer, document, "second")
    assert (outcome.result, outcome.reason) == (PrintResult.FAILED, "busy")
    patient = open_printer(real_printer.url, replace(patience, busy=30))
    threading.Timer(0.3, real_printer.behave, [Behaviour.PRINT]).start()
    assert send(patient, document, "third").result is PrintResult.PRINTED
    assert first.result(30).result is PrintResult.PRINTED
    assert sorted(path.name for path in output.iterdir()) == ["ours.pdf", "third.pdf"]


def test_a_printer_that_is_off_fails_before_anything_is_sent(
    printer: Printer, real_printer: RunningPrinter, document: bytes, output: Path
) -> None:
    real_printer.kill()
    assert printer.ready().reasons == ("unreachable",)
    outcome = send(printer, document)
    assert (outcome.result, outcome.reason) == (PrintResult.FAILED, "unreachable")
    assert list(output.iterdir()) == []


@pytest.mark.parametrize("query", ["", "?pin-sha256=" + "00" * 32])
def test_a_printer_with_another_certificate_gets_nothing(
    real_tls_printer: RunningPrinter, patience: Patience, document: bytes, output: Path, query: str
) -> None:
    printer = open_printer(real_tls_printer.url.partition("?")[0] + query, patience)
    assert printer.ready().reasons == ("wrong-certificate",)
    outcome = send(printer, document)
    assert (outcome.result, outcome.reason) == (PrintResult.FAILED, "wrong-certificate")
    assert list(output.iterdir()) == []


def test_the_printer_of_the_tests_keeps_its_files_to_itself_and_takes_them_along(tmp_path: Path) -> None:
    try:
        with running_printer(tmp_path) as printer:
            private = printer.spool.parent
            assert private.stat().st_mode & 0o077 == 0
    except UnavailableError as error:
        pytest.skip(str(error))
    assert not private.exists()


def test_a_machine_without_the_programs_is_told_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnavailableError, match="dbus-daemon"), running_printer(tmp_path):
        pytest.fail("started")
