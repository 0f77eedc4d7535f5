"""The identity oracle: what a paper says, held against the resident who asked, by other code than that which drew it.

The text is read with PDFium (the services use pypdf and reportlab). A paper that shows anybody else, or lacks a
value of the resident's, is the failure that this whole system exists to rule out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pypdfium2

from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.resident import Resident


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """``others`` are names of residents who must not appear: everybody else the oracle knows of."""

    kind: CertificateKind
    items: frozenset[OptionalItem] = frozenset()
    subjects: tuple[Resident, ...] = field(repr=False)
    others: frozenset[str] = field(repr=False)


_ITEM_OF = {
    "birth date": OptionalItem.BIRTH,
    "address": OptionalItem.ADDRESS,
    "sex": OptionalItem.SEX,
    "previous address": OptionalItem.PREVIOUS_ADDRESS,
}


class WrongPaperError(AssertionError):
    """The paper is not the one that was asked for; the message names the kind of difference, never a person."""


def text_of(pdf: bytes) -> str:
    """The text of the front pages, without white space; ``pdf`` alternates fronts and backs."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = []
        for index in range(0, len(document), 2):
            page = document[index]
            text_page = page.get_textpage()
            pages.append(text_page.get_text_bounded())
            text_page.close()
            page.close()
        return bare("".join(pages))
    finally:
        document.close()


def bare(text: str) -> str:
    return "".join(text.split())


def check(pdf: bytes, expected: Expected, *, issue_numbers: Iterable[str]) -> None:
    """Raises WrongPaperError."""
    text = text_of(pdf)
    for number in issue_numbers:
        if bare(number) not in text:
            raise WrongPaperError("an issue number of the delivery is not on the paper")
    for position, subject in enumerate(expected.subjects, start=1):
        for what, value in values_of(subject, expected.kind, expected.items):
            if bare(value) not in text:
                raise WrongPaperError(f"subject {position}: {what} is missing or different")
    if any(name in text for name in expected.others):
        raise WrongPaperError("somebody else's name is on the paper")


def values_of(
    subject: Resident, kind: CertificateKind, items: frozenset[OptionalItem] = frozenset()
) -> list[tuple[str, str]]:
    """What the paper must show of a subject: the name always, the rest by the kind and by what was asked for."""
    birth = subject.birth.western() if subject.foreign is not None else subject.birth.japanese()
    identity = [("birth date", birth), ("address", subject.address)]
    record = [("sex", subject.sex.value), ("previous address", subject.previous_address)]
    values: list[tuple[str, str | None]] = [
        ("name", subject.name),
        ("former surname", subject.former_surname),
        ("alias", subject.alias),
    ]
    if kind is not CertificateKind.SEAL_REGISTRATION:
        values.append(("reading", subject.name_kana))
    if kind is not CertificateKind.RESIDENT_ITEMS:
        values += identity
    if kind is CertificateKind.RESIDENT_RECORD:
        values += record
    if kind is CertificateKind.RESIDENT_ITEMS:
        values += [value for value in (*identity, *record) if _ITEM_OF[value[0]] in items]
    return [(what, value) for what, value in values if value is not None]
