"""Printers that answer wrongly, late, halfway or not at all: each answer has one meaning and none is a crash."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk_client.printing.ipp import IppPrinter
from kiosk_client.printing.ipp_codec import (
    Attribute,
    Group,
    GroupTag,
    Message,
    Value,
    ValueTag,
    boolean,
    characters,
    decode,
    encode,
    integer,
)
from kiosk_client.printing.ipp_terms import Operation
from kiosk_client.printing.ipp_transport import MAX_ANSWER, Endpoint
from kiosk_client.printing.job_watch import Patience
from kiosk_client.printing.ports import PrintResult

_PATIENCE = Patience(
    connect=2, answer=2, busy=0.05, retry=0.01, stalled=0.1, contact=0.1, job=0.5, cancel=0.1, poll=0.001
)
Answer = Callable[[Message], bytes]


def http(body: bytes, status: str = "200 OK", kind: str = "application/ipp") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def ipp(code: int, *groups: Group) -> Answer:
    return lambda request: http(encode(Message(code=code, request_id=request.request_id, groups=groups)))


def raw(octets: bytes) -> Answer:
    return lambda request: octets


def enum(name: str, number: int) -> Attribute:
    return Attribute(name, (Value(ValueTag.ENUM, number.to_bytes(4, "big")),))


def job(state: int, *reasons: str, name: str = "ours", uuid: str = "urn:uuid:1") -> Answer:
    attributes = (
        characters(ValueTag.NAME, "job-name", name),
        characters(ValueTag.URI, "job-uuid", uuid),
        enum("job-state", state),
        characters(ValueTag.KEYWORD, "job-state-reasons", *(reasons or ("none",))),
        Attribute("job-impressions-completed", (Value(0x12, b""),)),
    )
    return ipp(0, Group(GroupTag.JOB, attributes))


ACCEPTED = ipp(0, Group(GroupTag.JOB, (integer("job-id", 1),)))
IDLE = ipp(0, Group(GroupTag.PRINTER, (characters(ValueTag.KEYWORD, "printer-state-reasons", "none"),)))


@dataclass
class ScriptedPrinter:
    """Answers each operation by a table, reading ``at_most`` so many octets of a request before."""

    answers: dict[Operation, Answer] = field(
        default_factory=lambda: {
            Operation.VALIDATE_JOB: ipp(0),
            Operation.PRINT_JOB: ACCEPTED,
            Operation.GET_PRINTER_ATTRIBUTES: IDLE,
            Operation.GET_JOB_ATTRIBUTES: job(9),
            Operation.CANCEL_JOB: ipp(0),
        }
    )
    at_most: int = 1 << 30
    heard: list[Operation] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        octets = b""
        while b"\r\n\r\n" not in octets:
            octets += connection.recv(65536)
        head, _, body = octets.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        while len(body) < min(length, self.at_most):
            if not (more := connection.recv(65536)):
                return
            body += more
        request, _ = decode(body)
        operation = Operation(request.code)
        self.heard.append(operation)
        connection.sendall(self.answers[operation](request))


@pytest.fixture
def scripted() -> ScriptedPrinter:
    return ScriptedPrinter()


@pytest.fixture
def endpoint(scripted: ScriptedPrinter) -> Iterator[Endpoint]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=scripted.serve, args=[listener])
        thread.start()
        yield Endpoint(host="127.0.0.1", port=listener.getsockname()[1], path="/ipp/print")
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def printer(endpoint: Endpoint) -> IppPrinter:
    return IppPrinter(endpoint, _PATIENCE)


def result(printer: IppPrinter, size: int = 200_000) -> tuple[PrintResult, str]:
    outcome = printer.print(memoryview(bytes(size)), job_name="ours", copies=1, duplex=True)
    return outcome.result, outcome.reason


def test_the_script_prints_when_nothing_is_wrong(printer: IppPrinter, scripted: ScriptedPrinter) -> None:
    assert result(printer) == (PrintResult.PRINTED, "none")
    assert scripted.heard[:2] == [Operation.VALIDATE_JOB, Operation.PRINT_JOB]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (ipp(0x040B), "attributes-unsupported"),
        (ipp(0x0001), "status-0001"),
        (ipp(0x0500), "status-0500"),
        (raw(http(b"", "401 Unauthorized")), "http-401"),
        (raw(http(b"", "500 Oops")), "http-500"),
        (raw(http(b"<html>", kind="text/html")), "not-ipp"),
        (raw(http(b"\2\0")), "not-ipp"),
        (raw(http(bytes(MAX_ANSWER + 1))), "not-ipp"),
        (
            lambda request: http(encode(Message(code=0, request_id=request.request_id + 1, groups=()))),
            "not-ipp",
        ),
        (raw(b""), "contact-lost"),
    ],
)
def test_what_is_refused_before_the_document_is_sent_has_failed_for_certain(
    printer: IppPrinter, scripted: ScriptedPrinter, answer: Answer, reason: str
) -> None:
    scripted.answers[Operation.VALIDATE_JOB] = answer
    assert result(printer) == (PrintResult.FAILED, reason)
    assert Operation.PRINT_JOB not in scripted.heard


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ipp(0x040A), (PrintResult.FAILED, "document-format-unsupported")),
        (ipp(0x0507), (PrintResult.FAILED, "busy")),
        (raw(http(b"", "403 Forbidden")), (PrintResult.FAILED, "http-403")),
        (raw(http(b"", "503 Later")), (PrintResult.UNKNOWN, "http-503")),
        (raw(http(b"<html>", kind="text/html")), (PrintResult.UNKNOWN, "not-ipp")),
        (raw(http(b"\2\0")), (PrintResult.UNKNOWN, "not-ipp")),
        (raw(b""), (PrintResult.UNKNOWN, "contact-lost")),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"), (PrintResult.UNKNOWN, "not-ipp")),
        (ipp(0), (PrintResult.UNKNOWN, "not-ipp")),  # accepted, and no job number
    ],
)
def test_after_the_document_only_a_plain_refusal_is_a_failure(
    printer: IppPrinter, scripted: ScriptedPrinter, answer: Answer, expected: tuple[PrintResult, str]
) -> None:
    scripted.answers[Operation.PRINT_JOB] = answer
    assert result(printer) == expected


def test_a_printer_that_refuses_before_it_has_read_the_document_is_heard(
    printer: IppPrinter, scripted: ScriptedPrinter
) -> None:
    scripted.at_most = 400
    scripted.answers[Operation.PRINT_JOB] = ipp(0x0506)
    # the refusal can drown when the printer resets the connection; it is never taken for a print
    heard, drowned = (PrintResult.FAILED, "not-accepting-jobs"), (PrintResult.UNKNOWN, "contact-lost")
    assert result(printer, size=30_000_000) in (heard, drowned)


def test_a_printer_that_stops_reading_leaves_the_outcome_unknown(
    endpoint: Endpoint, scripted: ScriptedPrinter
) -> None:
    hold = threading.Event()
    scripted.at_most = 400
    scripted.answers[Operation.PRINT_JOB] = lambda request: bytes(hold.wait(20))
    hasty = IppPrinter(endpoint, Patience(answer=0.2))
    assert result(hasty, size=30_000_000) == (PrintResult.UNKNOWN, "contact-lost")
    hold.set()


def test_a_job_taken_but_not_as_asked_is_cancelled(printer: IppPrinter, scripted: ScriptedPrinter) -> None:
    scripted.answers[Operation.PRINT_JOB] = ipp(0x0001, Group(GroupTag.JOB, (integer("job-id", 1),)))
    scripted.answers[Operation.GET_JOB_ATTRIBUTES] = job(7)
    assert result(printer) == (PrintResult.FAILED, "attributes-unsupported")
    assert Operation.CANCEL_JOB in scripted.heard


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ipp(0x0406), (PrintResult.UNKNOWN, "job-forgotten")),
        (ipp(0x0407), (PrintResult.UNKNOWN, "job-forgotten")),
        (job(9, name="theirs"), (PrintResult.UNKNOWN, "job-replaced")),
        (job(9, "queued-in-device"), (PrintResult.UNKNOWN, "queued-in-device")),
        (job(5), (PrintResult.UNKNOWN, "deadline")),
        (ipp(0x0500), (PrintResult.UNKNOWN, "contact-lost")),
        (ipp(0, Group(GroupTag.JOB, (enum("job-state", 9),))), (PrintResult.UNKNOWN, "contact-lost")),
        (raw(http(b"rubbish")), (PrintResult.UNKNOWN, "contact-lost")),
        (raw(b""), (PrintResult.UNKNOWN, "contact-lost")),
    ],
)
def test_an_accepted_job_that_is_lost_sight_of_is_unknown(
    printer: IppPrinter, scripted: ScriptedPrinter, answer: Answer, expected: tuple[PrintResult, str]
) -> None:
    scripted.answers[Operation.GET_JOB_ATTRIBUTES] = answer
    assert result(printer) == expected


def test_a_cancel_that_gets_lost_changes_nothing_but_the_wait(
    printer: IppPrinter, scripted: ScriptedPrinter
) -> None:
    scripted.answers[Operation.GET_JOB_ATTRIBUTES] = job(5)
    scripted.answers[Operation.CANCEL_JOB] = raw(b"")
    assert result(printer) == (PrintResult.UNKNOWN, "deadline")


_CAPABLE = (
    characters(ValueTag.MIME_MEDIA_TYPE, "document-format-supported", "image/urf", "application/pdf"),
    characters(ValueTag.KEYWORD, "media-supported", "iso_a4_210x297mm"),
    characters(ValueTag.KEYWORD, "sides-supported", "one-sided", "two-sided-long-edge"),
    characters(ValueTag.KEYWORD, "print-color-mode-supported", "color"),
    characters(ValueTag.KEYWORD, "print-scaling-supported", "none"),
)


def described(*reasons: str, state: int = 3, accepting: bool = True, capable: int = len(_CAPABLE)) -> Answer:
    attributes = (
        enum("printer-state", state),
        characters(ValueTag.KEYWORD, "printer-state-reasons", *reasons),
        boolean("printer-is-accepting-jobs", accepting),
        *_CAPABLE[:capable],
    )
    return ipp(0, Group(GroupTag.PRINTER, attributes))


@pytest.mark.parametrize(
    ("answer", "reasons"),
    [
        (described("none"), ()),
        (described("none", state=4), ()),
        (described("toner-low-warning", "media-low-report"), ()),
        (described("media-empty-report"), ("media-empty",)),
        (described("com.example.flux-error"), ("com.example.flux",)),
        (described("none", state=5), ("stopped",)),
        (described("none", accepting=False), ("not-accepting-jobs",)),
        (
            described("none", capable=2),
            ("sides-unsupported", "print-color-mode-unsupported", "print-scaling-unsupported"),
        ),
        (ipp(0x0503), ("status-0503",)),
        (raw(http(b"")), ("not-ipp",)),
        (raw(b""), ("contact-lost",)),
    ],
)
def test_a_printer_is_ready_only_when_nothing_stands_against_it(
    printer: IppPrinter, scripted: ScriptedPrinter, answer: Answer, reasons: tuple[str, ...]
) -> None:
    scripted.answers[Operation.GET_PRINTER_ATTRIBUTES] = answer
    assert printer.ready().reasons == reasons


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(target=st.sampled_from(list(Operation)), body=st.binary(max_size=300), wrapped=st.booleans())
def test_no_answer_however_broken_is_a_crash_or_a_print(
    printer: IppPrinter, scripted: ScriptedPrinter, target: Operation, body: bytes, wrapped: bool
) -> None:
    scripted.answers = ScriptedPrinter().answers | {Operation.GET_JOB_ATTRIBUTES: job(8)}
    scripted.answers[target] = raw(http(body) if wrapped else body)
    printer.ready()
    assert result(printer, size=100)[0] is not PrintResult.PRINTED
