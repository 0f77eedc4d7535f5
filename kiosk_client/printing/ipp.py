"""Prints over IPP/2.0 (RFC 8011): validates, sends, and follows the job to its end."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

from certificates.errors import WireError
from kiosk_client.printing.ipp_codec import (
    Attribute,
    Group,
    GroupTag,
    Message,
    ValueTag,
    characters,
    decode,
    encode,
    integer,
)
from kiosk_client.printing.ipp_terms import (
    BUSY,
    FIRST_ERROR,
    GONE,
    JOB_ATTRIBUTES,
    OK,
    PRINTER_ATTRIBUTES,
    Operation,
    job_report,
    job_template,
    objections,
    refusal,
    requesting_user,
    submission,
)
from kiosk_client.printing.ipp_transport import ContactError, Endpoint, exchange
from kiosk_client.printing.job_watch import JobWatch, Patience, Step
from kiosk_client.printing.ports import PrinterState, PrintOutcome, PrintResult, check_request


class IppPrinter:
    """One printer; each call opens and closes its own connections."""

    def __init__(
        self,
        endpoint: Endpoint,
        patience: Patience,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._endpoint = endpoint
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        self._request_ids = itertools.count(1)

    def ready(self) -> PrinterState:
        try:
            answer = self._ask(Operation.GET_PRINTER_ATTRIBUTES, _requested(*PRINTER_ATTRIBUTES))
            if answer.code >= FIRST_ERROR:
                return PrinterState(reasons=(refusal(answer.code),))
            return PrinterState(reasons=tuple(objections(answer)))
        except ContactError as error:
            return PrinterState(reasons=(error.reason,))
        except WireError:
            return PrinterState(reasons=("not-ipp",))

    def print(self, document: memoryview, *, job_name: str, copies: int, duplex: bool) -> PrintOutcome:
        check_request(size=len(document), job_name=job_name, copies=copies)
        job = job_template(copies, duplex)
        try:
            checked = self._ask(Operation.VALIDATE_JOB, *submission(job_name), job=job)
            if checked.code not in (OK, BUSY):
                return _failed(refusal(checked.code))
            accepted = self._submit(document, job_name, job)
        except ContactError as error:
            result = PrintResult.FAILED if error.outcome_known else PrintResult.UNKNOWN
            return PrintOutcome(result=result, reason=error.reason)
        except WireError:
            return _failed("not-ipp")
        if isinstance(accepted, PrintOutcome):
            return accepted
        return self._follow(accepted, job_name)

    def _submit(
        self, document: memoryview, job_name: str, job: tuple[Attribute, ...]
    ) -> Message | PrintOutcome:
        """Print-Job until the printer is free; a refusal is known, an answer that is not IPP leaves all open."""
        give_up = self._clock() + self._patience.busy
        while True:
            try:
                answer = self._ask(Operation.PRINT_JOB, *submission(job_name), job=job, document=document)
            except WireError as error:
                raise ContactError("not-ipp", outcome_known=False) from error
            if answer.code < FIRST_ERROR:
                return answer
            if answer.code != BUSY or self._clock() >= give_up:
                return _failed(refusal(answer.code))
            self._sleep(self._patience.retry)

    def _follow(self, accepted: Message, job_name: str) -> PrintOutcome:
        watch = JobWatch(job_name=job_name, patience=self._patience, now=self._clock())
        try:
            (job_id,) = (value.integer() for value in accepted.values(GroupTag.JOB, "job-id"))
        except (WireError, ValueError):
            return PrintOutcome(result=PrintResult.UNKNOWN, reason="not-ipp")
        step: PrintOutcome | Step = Step.LOOK_AGAIN
        if accepted.code != OK:
            step = watch.distrust("attributes-unsupported", self._clock())
        while not isinstance(step, PrintOutcome):
            if step is Step.CANCEL:
                self._cancel(job_id)
            self._sleep(self._patience.poll)
            step = self._look(watch, job_id)
        return step

    def _look(self, watch: JobWatch, job_id: int) -> PrintOutcome | Step:
        try:
            about_printer = self._ask(Operation.GET_PRINTER_ATTRIBUTES, _requested("printer-state-reasons"))
            about_job = self._ask(
                Operation.GET_JOB_ATTRIBUTES,
                integer("job-id", job_id),
                requesting_user(),
                _requested(*JOB_ATTRIBUTES),
            )
            if about_job.code in GONE:
                return watch.forgotten()
            return watch.saw(job_report(about_job, about_printer), self._clock())
        except (ContactError, WireError):
            return watch.silent(self._clock())

    def _cancel(self, job_id: int) -> None:
        """Ask for it; only the next looks say whether it was heard."""
        try:
            self._ask(Operation.CANCEL_JOB, integer("job-id", job_id), requesting_user())
        except (ContactError, WireError):
            return

    def _ask(
        self,
        operation: Operation,
        *attributes: Attribute,
        job: tuple[Attribute, ...] = (),
        document: memoryview | None = None,
    ) -> Message:
        """One operation; charset, language and target come first, in this order (RFC 8011 section 4.1.4)."""
        request_id = next(self._request_ids)
        head = (
            characters(ValueTag.CHARSET, "attributes-charset", "utf-8"),
            characters(ValueTag.NATURAL_LANGUAGE, "attributes-natural-language", "en"),
            characters(ValueTag.URI, "printer-uri", self._endpoint.uri),
        )
        groups = [Group(GroupTag.OPERATION, head + attributes)]
        if job:
            groups.append(Group(GroupTag.JOB, job))
        request = Message(code=operation, request_id=request_id, groups=tuple(groups))
        octets = exchange(
            self._endpoint,
            encode(request),
            document,
            connect=self._patience.connect,
            answer=self._patience.answer,
        )
        answer, _ = decode(octets)
        if answer.request_id != request_id:
            raise WireError("the printer answers another request")
        return answer


def _failed(reason: str) -> PrintOutcome:
    return PrintOutcome(result=PrintResult.FAILED, reason=reason)


def _requested(*names: str) -> Attribute:
    return characters(ValueTag.KEYWORD, "requested-attributes", *names)
