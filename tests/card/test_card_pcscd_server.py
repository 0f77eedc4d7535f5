"""The private pcscd: where it cannot start it says why, and it is always taken down."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from certificates.errors import UnavailableError
from load_tests.servers import pcscd as module
from load_tests.servers.pcscd import PrivatePcscd, asked_from_this_process, card_on_reader, private_pcscd


def children() -> list[str]:
    return [process.name() for process in psutil.Process().children() if process.status() != "zombie"]


def test_a_missing_driver_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "_DRIVER", tmp_path / "missing.so")
    with pytest.raises(UnavailableError, match="vsmartcard-vpcd"), private_pcscd():
        pass


def test_a_run_folder_that_cannot_be_made_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pcscd: PrivatePcscd
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(module, "_RUN_FOLDER", tmp_path / "file" / "pcscd")
    with pytest.raises(UnavailableError, match="pcscd"), private_pcscd():
        pass


def test_nothing_is_left_when_the_start_fails_halfway(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pcscd: PrivatePcscd
) -> None:
    before = children()
    program, asked = tmp_path / "pcscd", tmp_path / "asked"
    program.write_text(f'#!/bin/sh\necho "$3" >{asked}\necho no reader today\nexit 3\n')
    program.chmod(0o755)
    monkeypatch.setattr(module, "find_program", lambda *names: str(program))
    with pytest.raises(UnavailableError, match="no reader today"), private_pcscd():
        pass
    assert children() == before
    readers = Path(asked.read_text().strip())
    assert readers.parent.name.startswith("kofu-pcscd-")
    assert not readers.parent.exists()


def test_nothing_is_left_after_use_whatever_happened(pcscd: PrivatePcscd, card_file: Path) -> None:
    before, folders = children(), list[Path]()
    environment = dict(os.environ)

    def use() -> None:
        with private_pcscd() as server, card_on_reader(server, card_file):
            folders.append(server.folder)
            assert server.folder.exists()
            assert len(children()) == len(before) + 2
            raise KeyError("the test's own trouble")

    with pytest.raises(KeyError):
        use()
    assert children() == before
    assert not folders[0].exists()
    assert dict(os.environ) == environment


def test_two_of_them_do_not_see_one_another_s_cards(pcscd: PrivatePcscd, card_file: Path) -> None:
    with private_pcscd() as other, card_on_reader(other, card_file):
        assert other.port != pcscd.port
        assert other.shows(present=True, timeout=0)
        assert pcscd.shows(present=False, timeout=0)


def test_a_stopped_one_can_be_started_again(card_file: Path, pcscd: PrivatePcscd) -> None:
    with private_pcscd() as server, card_on_reader(server, card_file):
        server.stop()
        assert not server.shows(present=True, timeout=0)
        assert not server.shows(present=False, timeout=0)
        server.start()
        assert server.shows(present=True, timeout=10)


def test_one_process_asks_only_one_of_them(pcscd: PrivatePcscd) -> None:
    with asked_from_this_process(pcscd):
        pass
    with (
        private_pcscd() as other,
        pytest.raises(UnavailableError, match="another one before"),
        asked_from_this_process(other),
    ):
        pass
