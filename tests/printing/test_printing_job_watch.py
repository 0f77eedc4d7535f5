"""Following a job: which reports mean printed, failed or unknown, and that it always ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk_client.printing.job_watch import (
    STOPPING_REASONS,
    JobReport,
    JobState,
    JobWatch,
    Patience,
    Step,
    stopping,
    stripped,
)
from kiosk_client.printing.ports import PrintOutcome, PrintResult

_PATIENCE = Patience(stalled=10, contact=10, job=100, cancel=10)
_STOPPING_NOW = frozenset({"processing-to-stop-point"})


def watch() -> JobWatch:
    return JobWatch(job_name="ours", patience=_PATIENCE, now=0)


def report(
    state: JobState = JobState.PROCESSING, *reasons: str, printer: str = "", name: str = "ours"
) -> JobReport:
    return JobReport(
        name=name,
        uuid="urn:uuid:1",
        state=state,
        job_reasons=frozenset(reasons),
        printer_reasons=frozenset(printer.split()),
        impressions_completed=2,
        sheets_completed=1,
    )


def outcome(result: PrintResult, reason: str) -> PrintOutcome:
    return PrintOutcome(result=result, reason=reason, impressions_completed=2, sheets_completed=1)


def test_severity_is_no_part_of_a_reason_and_free_text_never_gets_through() -> None:
    said = [
        "media-empty-warning",
        "cover-open-error",
        "toner-low-report",
        "none",
        "氏名 甲野",
        "media jam",
        "",
    ]
    assert stripped(said) == {"media-empty", "cover-open", "toner-low", "other"}


def test_the_most_telling_reason_is_named() -> None:
    assert stopping(frozenset({"media-needed", "media-empty", "toner-low"})) == "media-empty"
    assert stopping(frozenset({"toner-low", "media-low"})) is None


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (report(JobState.COMPLETED, "job-completed-successfully"), outcome(PrintResult.PRINTED, "none")),
        (report(JobState.COMPLETED, printer="media-empty"), outcome(PrintResult.PRINTED, "none")),
        (report(JobState.COMPLETED, "queued-in-device"), outcome(PrintResult.UNKNOWN, "queued-in-device")),
        (
            report(JobState.COMPLETED, "job-completed-with-errors"),
            outcome(PrintResult.UNKNOWN, "job-completed-with-errors"),
        ),
        (report(JobState.ABORTED, "aborted-by-system"), outcome(PrintResult.FAILED, "aborted")),
        (report(JobState.ABORTED, printer="media-jam"), outcome(PrintResult.FAILED, "media-jam")),
        (report(JobState.CANCELED, "job-canceled-at-device"), outcome(PrintResult.FAILED, "canceled")),
    ],
)
def test_how_a_job_ended_is_read_from_its_state_and_reasons(last: JobReport, expected: PrintOutcome) -> None:
    watching = watch()
    assert watching.saw(report(JobState.PENDING), 1) is Step.LOOK_AGAIN
    assert watching.saw(last, 2) == expected


def test_a_job_that_still_goes_to_its_stop_point_has_not_ended() -> None:
    assert watch().saw(report(JobState.CANCELED, "processing-to-stop-point"), 1) is Step.LOOK_AGAIN


def test_paper_out_is_waited_for_then_cancelled_and_named() -> None:
    watching = watch()
    empty = report(printer="media-empty media-needed")
    assert watching.saw(empty, 1) is Step.LOOK_AGAIN
    assert watching.saw(empty, 10) is Step.LOOK_AGAIN
    assert watching.saw(empty, 11) is Step.CANCEL
    assert watching.saw(empty, 12) is Step.CANCEL  # not heard: asked again
    assert watching.saw(report(JobState.PROCESSING, "processing-to-stop-point"), 13) is Step.LOOK_AGAIN
    assert watching.saw(report(JobState.CANCELED), 14) == outcome(PrintResult.FAILED, "media-empty")


def test_paper_that_is_put_in_starts_the_waiting_anew() -> None:
    watching = watch()
    watching.saw(report(printer="media-empty"), 1)
    watching.saw(report(), 9)
    assert watching.saw(report(printer="media-empty"), 12) is Step.LOOK_AGAIN
    assert watching.saw(report(printer="media-empty"), 21) is Step.LOOK_AGAIN
    assert watching.saw(report(printer="media-empty"), 22) is Step.CANCEL


def test_a_job_that_takes_too_long_is_cancelled_and_may_still_turn_out_printed() -> None:
    watching = watch()
    assert watching.saw(report(), 100) is Step.CANCEL
    assert watching.saw(report(JobState.COMPLETED), 101) == outcome(PrintResult.PRINTED, "none")


def test_a_cancel_that_is_never_confirmed_leaves_the_outcome_unknown() -> None:
    watching = watch()
    assert watching.saw(report(), 100) is Step.CANCEL
    assert watching.silent(105) is Step.LOOK_AGAIN
    assert watching.saw(report(JobState.PROCESSING, "processing-to-stop-point"), 109) is Step.LOOK_AGAIN
    assert watching.silent(110) == outcome(PrintResult.UNKNOWN, "deadline")


def test_a_success_of_a_job_that_was_not_taken_as_asked_is_not_believed() -> None:
    watching = watch()
    assert watching.distrust("attributes-unsupported", 0) is Step.CANCEL
    assert watching.saw(report(JobState.COMPLETED), 1) == outcome(
        PrintResult.UNKNOWN, "attributes-unsupported"
    )


def test_silence_is_unknown_only_when_it_lasts() -> None:
    watching = watch()
    assert watching.silent(1) is Step.LOOK_AGAIN
    assert watching.saw(report(), 10) is Step.LOOK_AGAIN
    assert watching.silent(11) is Step.LOOK_AGAIN
    assert watching.silent(20) is Step.LOOK_AGAIN
    assert watching.silent(21) == outcome(PrintResult.UNKNOWN, "contact-lost")


def test_contact_lost_before_the_first_look_has_nothing_to_count() -> None:
    watching = watch()
    watching.silent(0)
    assert watching.silent(10) == PrintOutcome(result=PrintResult.UNKNOWN, reason="contact-lost")


@pytest.mark.parametrize(
    "other",
    [
        report(JobState.COMPLETED, name="somebody-elses"),
        JobReport(name="ours", uuid="urn:uuid:2", state=JobState.COMPLETED),
        JobReport(name="ours", uuid=None, state=JobState.COMPLETED),
    ],
)
def test_another_job_under_our_number_is_never_taken_for_ours(other: JobReport) -> None:
    watching = watch()
    watching.saw(report(), 1)
    assert watching.saw(other, 2) == outcome(PrintResult.UNKNOWN, "job-replaced")


_REPORTS = st.builds(
    JobReport,
    name=st.sampled_from(["ours", "ours", "ours", "another"]),
    uuid=st.sampled_from(["u", "u", "u", "v"]),
    state=st.sampled_from([3, 4, 5, 5, 6, 7, 8, 9, 99]),
    job_reasons=st.sampled_from([frozenset(), _STOPPING_NOW, frozenset({"queued-in-device"})]),
    printer_reasons=st.frozensets(st.sampled_from([*STOPPING_REASONS[:6], "toner-low"]), max_size=2),
)


@given(st.lists(st.tuples(st.floats(0, 30), st.one_of(st.none(), _REPORTS)), max_size=40))
def test_printed_is_said_only_of_our_own_completed_job(steps: list[tuple[float, JobReport | None]]) -> None:
    watching, now, first = watch(), 0.0, None
    for pause, seen in steps:
        now += pause
        step = watching.silent(now) if seen is None else watching.saw(seen, now)
        first = first or seen
        if isinstance(step, PrintOutcome):
            if step.result is PrintResult.PRINTED:
                assert seen is not None
                assert first is not None
                assert (seen.name, seen.uuid, seen.state) == ("ours", first.uuid, JobState.COMPLETED)
            if step.result is PrintResult.FAILED:
                assert seen is not None, "silence is never a failure"
            return


@given(st.lists(st.one_of(st.none(), _REPORTS), min_size=1))
def test_every_job_comes_to_an_end(seen: list[JobReport | None]) -> None:
    watching = watch()
    for second in range(0, 200, 5):
        what = seen[second // 5 % len(seen)]
        step = watching.silent(second) if what is None else watching.saw(what, second)
        if isinstance(step, PrintOutcome):
            return
    pytest.fail("still waiting after 200 seconds of at most 100 + 10 + 10")
