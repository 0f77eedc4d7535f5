"""The vault prints the promised pages or nothing: whoever exchanged files on the way, even inside the centre."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from certificates.domain.identifiers import OrderId, order_id
from certificates.errors import BindingError, InvalidValueError
from certificates.pdf.fonts import Typeface
from certificates.pdf.writing import render
from kiosk_client.printing.ports import PrintResult
from kiosk_client.vault.locked import LockedMemory, MemoryKind
from kiosk_client.vault.pages import Promise, PromisedPage, load_reader, require_promise
from kiosk_client.vault.parent import Vault, VaultSettings
from kiosk_client.vault.sealed import Sealed
from tests.certificates.paper import family, mincho

Seal = Callable[[bytes, bytes], Sealed]
MINE, YOURS = order_id("a" * 32), order_id("b" * 32)
A4 = (595, 842)


@pytest.fixture(scope="module")
def face() -> Typeface:
    return mincho()


def delivered(order: OrderId, face: Typeface) -> tuple[bytes, Promise]:
    """Two sheets of a household of five, each with its back, and what the municipality promised of them."""
    rendered = render([replace(family(5), order=order)], face)
    promise = Promise(
        order=order,
        pages=tuple(
            PromisedPage(
                issue_number=str(page.issue_number),
                page=page.page,
                pages=page.pages,
                sha256=bytes.fromhex(page.sha256),
            )
            for page in rendered.pages
        ),
    )
    return assembled([(rendered.pdf, 0), (rendered.pdf, 1)]), promise


def assembled(fronts: Sequence[tuple[bytes, int]]) -> bytes:
    writer = PdfWriter()
    for pdf, index in fronts:
        writer.add_page(PdfReader(BytesIO(pdf)).pages[index])
        writer.add_blank_page(*A4)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def test_pages_that_were_promised_pass_and_all_others_do_not(face: Typeface) -> None:
    mine, promise = delivered(MINE, face)
    yours, _ = delivered(YOURS, face)
    other_digest = replace(promise.pages[1], sha256=bytes(32))
    read = load_reader()

    def check(document: bytes, promised: Promise) -> None:
        with LockedMemory(len(document), MemoryKind.LOCKED) as memory:
            memory.view[:] = document
            require_promise(memory, promised, read)

    check(mine, promise)
    for document, promised in [
        (yours, promise),  # the file of another visit
        (assembled([(mine, 0), (yours, 2)]), promise),  # page 2 of another paper
        (assembled([(mine, 2), (mine, 0)]), promise),  # pages exchanged
        (assembled([(mine, 0)]), promise),  # a page missing
        (assembled([(mine, 0), (mine, 2), (mine, 0)]), promise),  # a page too many
        (assembled([(mine, 0), (mine, 1)]), promise),  # a back in place of a front
        (mine, replace(promise, pages=(promise.pages[0], other_digest))),  # other words on the page
        (b"%PDF-1.7 is no document", promise),
    ]:
        with pytest.raises(BindingError):
            check(document, promised)


async def test_another_visit_s_file_is_not_printed_although_seal_and_digest_fit(
    output: Path, quick: VaultSettings, seal: Seal, face: Typeface
) -> None:
    _, promise = delivered(MINE, face)
    yours, _ = delivered(YOURS, face)
    async with Vault.open(output.as_uri(), quick) as vault:
        sealed = replace(seal(yours, vault.public_key), promise=promise)
        with pytest.raises(BindingError, match="promised"):
            await vault.print(sealed, job_name="ours", copies=1, duplex=True)
    assert not output.exists() or not list(output.iterdir())


async def test_the_promised_file_is_printed(
    output: Path, quick: VaultSettings, seal: Seal, face: Typeface
) -> None:
    mine, promise = delivered(MINE, face)
    async with Vault.open(output.as_uri(), quick) as vault:
        sealed = replace(seal(mine, vault.public_key), promise=promise)
        outcome = await vault.print(sealed, job_name="ours", copies=1, duplex=True)
    assert outcome.result is PrintResult.PRINTED
    assert (output / "ours.pdf").read_bytes() == mine


def test_a_promise_of_nothing_cannot_be_made() -> None:
    with pytest.raises(InvalidValueError):
        Promise(order=MINE, pages=())
    with pytest.raises(InvalidValueError):
        PromisedPage(issue_number="1", page=1, pages=1, sha256=b"short")
