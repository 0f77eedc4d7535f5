"""The frames between kiosk and vault: nothing is lost on the way, nothing is without bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from certificates.domain.identifiers import OrderId
from certificates.errors import UnavailableError, WireError
from kiosk_client.printing.ports import PrintOutcome, PrintResult
from kiosk_client.vault.frames import (
    HEADER,
    Job,
    Tag,
    fault_from_bytes,
    fault_to_bytes,
    outcome_from_bytes,
    outcome_to_bytes,
    parse_header,
)
from kiosk_client.vault.pages import Promise, PromisedPage
from kiosk_client.vault.sealed import MAX_CIPHERTEXT, Sealed


def test_the_words_of_a_foreign_error_stay_inside() -> None:
    error = fault_from_bytes(fault_to_bytes(ValueError("氏名 甲野")), outcome_known=False)
    assert str(error) == "vault: internal fault ValueError"
    assert isinstance(error, UnavailableError)
    assert not error.outcome_known


@given(
    st.builds(
        PrintOutcome,
        result=st.sampled_from(PrintResult),
        reason=st.text(),
        impressions_completed=st.none() | st.integers(),
        sheets_completed=st.none() | st.integers(),
    )
)
def test_an_outcome_crosses_the_pipe_unchanged(outcome: PrintOutcome) -> None:
    assert outcome_from_bytes(outcome_to_bytes(outcome)) == outcome


PAGES = st.builds(
    PromisedPage,
    issue_number=st.text(),
    page=st.integers(),
    pages=st.integers(),
    sha256=st.binary(min_size=32, max_size=32),
)
PROMISES = st.builds(
    Promise, order=st.text().map(OrderId), pages=st.lists(PAGES, min_size=1, max_size=4).map(tuple)
)


@given(
    st.builds(
        Sealed,
        ephemeral_public=st.binary(min_size=32, max_size=32),
        nonce=st.binary(min_size=12, max_size=12),
        ciphertext=st.binary(min_size=17, max_size=99),
        info=st.binary(max_size=99),
        aad=st.binary(max_size=99),
        plaintext_sha256=st.binary(min_size=32, max_size=32),
        promise=st.none() | PROMISES,
    ),
    st.text(),
    st.integers(),
    st.booleans(),
)
def test_a_job_crosses_the_pipe_unchanged(sealed: Sealed, job_name: str, copies: int, duplex: bool) -> None:
    sent = Job(sealed=sealed, job_name=job_name, copies=copies, duplex=duplex)
    octets = sent.frames()
    tag, size = parse_header(octets[: HEADER.size])
    job, rest = octets[HEADER.size :][:size], octets[HEADER.size + size :]
    assert (tag, parse_header(rest[: HEADER.size])) == (Tag.JOB, (Tag.CIPHERTEXT, len(sealed.ciphertext)))
    assert Job.from_payloads(job, rest[HEADER.size :]) == sent


@given(st.binary(min_size=HEADER.size, max_size=HEADER.size))
def test_any_header_is_bounded_or_refused(octets: bytes) -> None:
    try:
        _, size = parse_header(octets)
    except WireError:
        return
    assert size <= MAX_CIPHERTEXT
