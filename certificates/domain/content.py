"""What one copy of a certificate prints: every value as text, decided before any paper is laid out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from certificates.domain.blocks import Block
from certificates.domain.dates import japanese_date
from certificates.domain.entitlement import Entitlement
from certificates.domain.identifiers import MunicipalityCode, OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind
from certificates.domain.kinds.kind import FormName
from certificates.domain.kinds.table import KINDS
from certificates.domain.municipality import Municipality
from certificates.domain.official_seal import OfficialSeal
from certificates.domain.seal import SealImprint
from certificates.domain.variation import canonical, has_sequence
from certificates.domain.wording import worded
from certificates.errors import RefusedError
from certificates.problems import ProblemCode


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateContent:
    """One copy: constant words, values and the residents' blocks. Values are canonical: nothing is left to the paper.

    ``head`` stands once a sheet, above the blocks; there may be none.
    """

    kind: CertificateKind
    form: FormName
    order: OrderId
    issue_number: IssueNumber
    title: str
    municipality_code: MunicipalityCode
    municipality: str  # with its prefecture
    signatory: str  # 「見本県みほん市長」
    signatory_name: str
    official_seal: OfficialSeal
    seal_note: str  # under the seal, or nothing
    statement: str  # 認証文, on the last page only
    issued: str  # 和暦
    head: Block = field(repr=False)
    blocks: tuple[Block, ...] = field(repr=False)
    imprint: SealImprint | None = field(default=None, repr=False)

    def values(self) -> tuple[str, ...]:
        """Every value on the paper, in the order of printing; labels and the title are not values."""
        boxes = tuple(
            line for block in (self.head, *self.blocks) for entry in block.values() for line in entry.lines
        )
        foot = (self.statement, self.issued, self.signatory, self.signatory_name, str(self.issue_number))
        return (*boxes, *foot)

    def missing_from(self, text: str) -> tuple[str, ...]:
        """The values that ``text``, read back from a PDF, does not hold; white space is not compared.

        An extractor turns every gap into a space and every line into a line, so spaces prove nothing.
        """
        haystack = bare(text)
        return tuple(value for value in self.values() if bare(value) not in haystack)


def bare(text: str) -> str:
    """``text`` without white space; variation selectors and compatibility characters stay as they are."""
    return "".join(text.split())


def certificate_content(
    entitlement: Entitlement,
    municipality: Municipality,
    issue_number: IssueNumber,
    order: OrderId,
    issued_on: date,
) -> CertificateContent:
    """The content of the copy ``issue_number``; ``issued_on`` is the day in JST.

    Raises RefusedError(LEGAL_ITEM_MISSING, the item) when the record lacks what the law prints (住民基本台帳法7条,
    30条の45), and RefusedError(NOT_RESIDENT) when a removed resident is among the subjects.
    """
    kind = KINDS[entitlement.application.kind]
    if not all(subject.is_current for subject in entitlement.subjects):
        raise RefusedError(ProblemCode.NOT_RESIDENT, "a removed resident never appears on a certificate")
    signatory = municipality.signatory_on(issued_on)
    body, words = kind.body(entitlement.granted), municipality.words
    return CertificateContent(
        kind=kind.kind,
        form=body.form,
        order=order,
        issue_number=issue_number,
        title=kind.title,
        municipality_code=municipality.code,
        municipality=municipality.full_name,
        signatory=_office(municipality.full_name, signatory.title),
        signatory_name=signatory.name,
        official_seal=municipality.seal_of(signatory),
        seal_note=words.seal_note,
        statement=municipality.statement(kind.kind, body.scope),
        issued=japanese_date(issued_on),
        head=_canonical(worded(body.head, words)),
        blocks=tuple(_canonical(worded(block, words)) for block in body.blocks),
        imprint=body.imprint,
    )


def _canonical(block: Block) -> Block:
    """``block`` with the variation sequences that the typeface has: here the record's text becomes the paper's."""
    if not has_sequence("".join([line for entry in block.values() for line in entry.lines])):
        return block
    return {slot: replace(entry, lines=tuple(map(canonical, entry.lines))) for slot, entry in block.items()}


def _office(place: str, title: str) -> str:
    """「見本県みほん市」 and 「市長」 make 「見本県みほん市長」."""
    return place[:-1] + title if title.startswith(place[-1]) else place + title
