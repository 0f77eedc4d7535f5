"""What one copy of a certificate prints: every value as text, decided before any paper is laid out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from certificates.domain.blocks import LEFT_OUT, Block, required, resident_block, seal_block
from certificates.domain.dates import japanese_date
from certificates.domain.entitlement import Entitlement
from certificates.domain.identifiers import MunicipalityCode, OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind, Form, OptionalItem
from certificates.domain.municipality import Municipality
from certificates.domain.seal import SealImprint
from certificates.errors import RefusedError
from certificates.problems import ProblemCode

_WHOLE = "この写しは、世帯全員の住民票の原本と相違ないことを証明する。"
_PART = "この写しは、世帯の一部の住民票の原本と相違ないことを証明する。"
_ONE = "この写しは、住民票の原本と相違ないことを証明する。"
_SEAL = "この写しは、登録された印影と相違ないことを証明する。"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateContent:
    """One copy: constant words, values and the resident's blocks. Values are canonical: nothing is left to the paper.

    ``address`` and ``head`` stand above the blocks; a seal registration certificate has no ``head``.
    """

    kind: CertificateKind
    form: Form | None  # None for a seal registration certificate
    order: OrderId
    issue_number: IssueNumber
    title: str
    municipality_code: MunicipalityCode
    municipality: str  # with its prefecture
    signatory: str  # 「見本県みほん市長」
    signatory_name: str
    seal_lettering: str  # 公印: 「みほん市長之印」
    statement: str  # 認証文, on the last page only
    issued: str  # 和暦
    address: str = field(repr=False)
    head: str | None = field(default=None, repr=False)
    blocks: tuple[Block, ...] = field(repr=False)
    imprint: SealImprint | None = field(default=None, repr=False)

    def values(self) -> tuple[str, ...]:
        """Every value on the paper, in the order of printing; labels and the title are not values."""
        head = () if self.head is None else (self.head,)
        boxes = tuple(line for block in self.blocks for entry in block.values() for line in entry.lines)
        foot = (self.statement, self.issued, self.signatory, self.signatory_name, str(self.issue_number))
        return (self.address, *head, *boxes, *foot)

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
    application = entitlement.application
    subjects = entitlement.subjects
    if not all(subject.is_current for subject in subjects):
        raise RefusedError(ProblemCode.NOT_RESIDENT, "a removed resident never appears on a certificate")
    signatory = municipality.signatory_on(issued_on)
    seal = application.kind is CertificateKind.SEAL_REGISTRATION
    if seal:
        if entitlement.seal is None:
            raise RefusedError(ProblemCode.NO_SEAL_REGISTRATION)
        statement, head = _SEAL, None
        blocks: tuple[Block, ...] = (seal_block(subjects[0]),)
    else:
        statement = _statement(entitlement)
        asked = OptionalItem.RELATION in application.items
        head = _agreed("世帯主", {subject.household_head for subject in subjects}) if asked else LEFT_OUT
        blocks = tuple(resident_block(subject, application.items) for subject in subjects)
    return CertificateContent(
        kind=application.kind,
        form=None if seal else application.form,
        order=order,
        issue_number=issue_number,
        title=application.kind.title,
        municipality_code=municipality.code,
        municipality=municipality.full_name,
        signatory=_office(municipality.full_name, signatory.title),
        signatory_name=signatory.name,
        seal_lettering=_seal_lettering(municipality.name, signatory.title),
        statement=statement,
        issued=japanese_date(issued_on),
        address=_agreed("住所", {subject.address for subject in subjects}),
        head=head,
        blocks=blocks,
        imprint=entitlement.seal.imprint if seal and entitlement.seal is not None else None,
    )


def _statement(entitlement: Entitlement) -> str:
    if entitlement.application.form is Form.INDIVIDUAL:
        return _ONE
    return _WHOLE if entitlement.whole_household else _PART


def _office(place: str, title: str) -> str:
    """「見本県みほん市」 and 「市長」 make 「見本県みほん市長」."""
    return place[:-1] + title if title.startswith(place[-1]) else place + title


def _seal_lettering(name: str, title: str) -> str:
    return name + ("長職務代理者之印" if "職務代理者" in title else "長之印")


def _agreed(label: str, found: set[str]) -> str:
    """The one value that everybody on the sheet shares; two would print one person's under another's name."""
    if len(found) != 1:
        raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, f"{label}: members of one household disagree")
    return required(label, found.pop())
