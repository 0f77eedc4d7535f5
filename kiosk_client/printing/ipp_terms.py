"""What the kiosk asks of an IPP printer and how it reads the answers (RFC 8011, PWG 5100.14)."""

from __future__ import annotations

from enum import IntEnum

from certificates.errors import WireError
from kiosk_client.printing.ipp_codec import (
    Attribute,
    GroupTag,
    Message,
    ValueTag,
    boolean,
    characters,
    integer,
)
from kiosk_client.printing.job_watch import JobReport, stopping, stripped


class Operation(IntEnum):
    """RFC 8011 section 5.4.15."""

    PRINT_JOB = 0x0002
    VALIDATE_JOB = 0x0004
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_PRINTER_ATTRIBUTES = 0x000B


OK = 0x0000
FIRST_ERROR = 0x0400
GONE = frozenset({0x0406, 0x0407})  # client-error-not-found, client-error-gone
BUSY = 0x0507
_REFUSALS = {
    0x0401: "not-authorized",
    0x0402: "not-authorized",
    0x0403: "not-authorized",
    0x040A: "document-format-unsupported",
    0x040B: "attributes-unsupported",
    0x0504: "device-error",
    0x0506: "not-accepting-jobs",
    BUSY: "busy",
    0x0508: "canceled",
}
# What a certificate needs: duplex and colour for the marks, no scaling so that the seal keeps its true size.
_NEEDED = {
    "document-format-supported": "application/pdf",
    "media-supported": "iso_a4_210x297mm",
    "sides-supported": "two-sided-long-edge",
    "print-color-mode-supported": "color",
    "print-scaling-supported": "none",
}
_STOPPED = 5  # printer-state (RFC 8011 section 5.4.11)
PRINTER_ATTRIBUTES = ("printer-state", "printer-state-reasons", "printer-is-accepting-jobs", *_NEEDED)
JOB_ATTRIBUTES = (
    "job-name",
    "job-uuid",
    "job-state",
    "job-state-reasons",
    "job-impressions-completed",
    "job-media-sheets-completed",
)


def requesting_user() -> Attribute:
    return characters(ValueTag.NAME, "requesting-user-name", "kiosk")


def submission(job_name: str) -> tuple[Attribute, ...]:
    """With fidelity the printer must refuse what it cannot do, e.g. a simplex one (RFC 8011 section 4.2.1.1)."""
    return (
        requesting_user(),
        characters(ValueTag.NAME, "job-name", job_name),
        boolean("ipp-attribute-fidelity", True),
        characters(ValueTag.MIME_MEDIA_TYPE, "document-format", "application/pdf"),
    )


def job_template(copies: int, duplex: bool) -> tuple[Attribute, ...]:
    return (
        integer("copies", copies),
        characters(ValueTag.KEYWORD, "sides", "two-sided-long-edge" if duplex else "one-sided"),
        characters(ValueTag.KEYWORD, "media", "iso_a4_210x297mm"),
        characters(ValueTag.KEYWORD, "print-color-mode", "color"),
        characters(ValueTag.KEYWORD, "print-scaling", "none"),
    )


def objections(answer: Message) -> list[str]:
    """Everything in a printer's description that stands against sending a job."""

    def words(name: str) -> list[str]:
        return [value.text() for value in answer.values(GroupTag.PRINTER, name)]

    said = words("printer-state-reasons")
    trouble = stopping(stripped(said))
    found = [trouble] if trouble else sorted(stripped(word for word in said if word.endswith("-error")))
    states = [value.integer() for value in answer.values(GroupTag.PRINTER, "printer-state")]
    if not found and (not states or _STOPPED in states):
        found.append("stopped")
    accepting = [value.boolean() for value in answer.values(GroupTag.PRINTER, "printer-is-accepting-jobs")]
    if accepting != [True]:
        found.append("not-accepting-jobs")
    lacking = (name for name, need in _NEEDED.items() if need not in words(name))
    return found + [f"{name.removesuffix('-supported')}-unsupported" for name in lacking]


def job_report(about_job: Message, about_printer: Message) -> JobReport:
    """Raises WireError when the answer does not say which job it is about and how it stands."""

    def words(name: str) -> list[str]:
        return [value.text() for value in about_job.values(GroupTag.JOB, name)]

    def count(name: str) -> int | None:
        """None where the printer says nothing, or says ``unknown`` (an out-of-band value)."""
        return next((v.integer() for v in about_job.values(GroupTag.JOB, name) if len(v.octets) == 4), None)

    state, name = count("job-state"), next(iter(words("job-name")), None)
    if state is None or name is None:
        raise WireError("the printer does not say how the job stands")
    said = [value.text() for value in about_printer.values(GroupTag.PRINTER, "printer-state-reasons")]
    return JobReport(
        name=name,
        uuid=next(iter(words("job-uuid")), None),
        state=state,
        job_reasons=stripped(words("job-state-reasons")),
        printer_reasons=stripped(said),
        impressions_completed=count("job-impressions-completed"),
        sheets_completed=count("job-media-sheets-completed"),
    )


def refusal(status: int) -> str:
    return _REFUSALS.get(status, f"status-{status:04x}")
