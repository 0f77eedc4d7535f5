"""The folder that stands in for a printer."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from kiosk_client.printing.file import FilePrinter
from kiosk_client.printing.ports import PrintResult


def test_only_the_owner_can_read_what_was_printed_and_no_part_is_left(tmp_path: Path) -> None:
    FilePrinter(tmp_path / "new" / "folder").print(memoryview(b"%PDF"), job_name="a", copies=1, duplex=True)
    (file,) = (tmp_path / "new" / "folder").iterdir()
    assert file.name == "a.pdf"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_job_name_that_was_used_never_overwrites_the_earlier_paper(tmp_path: Path) -> None:
    printer = FilePrinter(tmp_path)
    printer.print(memoryview(b"first"), job_name="a", copies=1, duplex=True)
    outcome = printer.print(memoryview(b"second"), job_name="a", copies=1, duplex=True)
    assert (outcome.result, outcome.reason) == (PrintResult.FAILED, "job-name-used")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"first"]


def test_a_folder_that_cannot_be_is_said_before_and_after(tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file")
    printer = FilePrinter(tmp_path / "occupied" / "folder")
    assert printer.ready().reasons == ("folder-not-writable",)
    outcome = printer.print(memoryview(b"%PDF"), job_name="a", copies=1, duplex=True)
    assert (outcome.result, outcome.reason) == (PrintResult.FAILED, "folder-not-writable")


def test_a_folder_without_write_permission_is_not_ready() -> None:
    # /proc takes no files, not even from root
    assert FilePrinter(Path("/proc/self")).ready().reasons == ("folder-not-writable",)
    outcome = FilePrinter(Path("/proc/self")).print(memoryview(b"%PDF"), job_name="a", copies=1, duplex=True)
    assert outcome.result is PrintResult.FAILED


def test_it_says_once_a_folder_that_it_protects_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        FilePrinter(tmp_path)
        FilePrinter(tmp_path)
    assert [record.message for record in caplog.records] == ["printer.file.protects-nothing"]
