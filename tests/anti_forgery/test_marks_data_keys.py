"""Data keys: one for a municipality's day and a process, found again by the site alone, never a nonce twice."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

import pytest

from anti_forgery.data_keys import WRAPPED_BYTES
from anti_forgery.keys import Term
from anti_forgery.sealed import HEADER_BYTES, NONCE, BackSealer
from anti_forgery.verification import Outcome, verify_back
from tests.anti_forgery.marks_world import CENTRE, NOW, SITE, sheet

PROCESSES, SHEETS = 3, 20


@pytest.fixture
def sealing() -> BackSealer:
    return BackSealer(centre=CENTRE, site=SITE.public_key)


def wrapped(payload: bytes) -> bytes:
    return payload[NONCE.start - WRAPPED_BYTES : NONCE.start]


def nonce(payload: bytes) -> bytes:
    return payload[NONCE]


def test_sheets_of_one_municipality_and_day_share_a_data_key_and_never_a_nonce(sealing: BackSealer) -> None:
    payloads = [sealing.seal(sheet()) for _ in range(50)]
    assert len({wrapped(payload) for payload in payloads}) == 1
    assert len({nonce(payload) for payload in payloads}) == len(payloads)


def test_another_municipality_another_key_and_another_day_have_data_keys_of_their_own(
    sealing: BackSealer,
) -> None:
    late = datetime(2026, 3, 27, 14, 59, 59, tzinfo=UTC)  # a second before midnight in Japan
    later = replace(SITE, term=Term(not_before=NOW, not_after=NOW + timedelta(days=9)))
    sheets = [sheet(), sheet(municipality="131016"), sheet(issued_at=late + timedelta(seconds=1))]
    payloads = [sealing.seal(each) for each in sheets]
    assert len({wrapped(payload) for payload in payloads}) == 3
    assert wrapped(sealing.seal(sheet(issued_at=late))) not in {wrapped(payload) for payload in payloads[1:]}
    for payload, each in zip(payloads, sheets, strict=True):
        assert verify_back(payload, [later], [CENTRE.public_key]).sheet == each


def test_the_data_key_of_one_sheet_does_not_open_the_sheet_of_another_header(sealing: BackSealer) -> None:
    one, other = sealing.seal(sheet()), sealing.seal(sheet(copy=2))
    spliced = one[:HEADER_BYTES] + other[HEADER_BYTES:]
    assert verify_back(spliced, [SITE], [CENTRE.public_key]).outcome is Outcome.FAILED


def _seal_some(sealing: BackSealer, answers: Connection) -> None:
    answers.send([sealing.seal(sheet()) for _ in range(SHEETS)])


def test_a_forked_process_makes_its_own_data_key_and_repeats_no_nonce(sealing: BackSealer) -> None:
    payloads = [sealing.seal(sheet())]
    forking = multiprocessing.get_context("fork")
    for _ in range(PROCESSES):
        mine, theirs = forking.Pipe(duplex=False)
        child = forking.Process(target=_seal_some, args=(sealing, theirs))
        child.start()
        payloads += mine.recv()
        child.join()
    assert len({wrapped(payload) for payload in payloads}) == 1 + PROCESSES
    assert len({nonce(payload) for payload in payloads}) == 1 + PROCESSES * SHEETS
    assert all(verify_back(payload, [SITE], [CENTRE.public_key]).sheet == sheet() for payload in payloads)
