"""Every certificate of every household by both writers, and what each reader makes of it."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from certificates.domain.application import Application
from certificates.domain.content import CertificateContent, bare, certificate_content
from certificates.domain.entitlement import Entitlement, Watermark
from certificates.domain.household import Household
from certificates.domain.identifiers import order_id
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds.kind import Kind
from certificates.domain.kinds.table import KINDS
from certificates.domain.municipality import Municipality
from certificates.domain.resident import ResidencyStatus, Resident
from certificates.domain.seal import SealImprint, SealRegistration
from certificates.errors import InvalidValueError, RefusedError
from certificates.pdf.fonts import Typeface, clusters
from certificates.pdf.quick.reading import OwnReader
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.reading import PageTag, read_pages
from certificates.pdf.samples import sample_municipality
from certificates.pdf.writing import Rendered, render
from load_tests.read_back.people import Repertoire, households
from load_tests.read_back.readers import READERS, at_hand, qpdf_complaint

_DAY = date(2026, 11, 21)
_IMPRINT = SealImprint(width=240, height=240, dots_per_mm=24, rows=bytes(30 * 240))
WRITERS = ("quick", "reference")


@dataclass(slots=True)
class Tally:
    """What was read; ``wrong`` names certificate, writer, reader and what is wrong, never a value."""

    residents: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    characters: Counter[str] = field(default_factory=Counter)  # of names and addresses, by sort
    refused: Counter[str] = field(default_factory=Counter)  # by code
    read: Counter[str] = field(default_factory=Counter)  # files, by "writer, reader"
    skipped: tuple[str, ...] = ()
    wrong: list[str] = field(default_factory=list)


def read_back(face: Typeface, residents: int, seed: int, progress: Callable[[int, int], None]) -> Tally:
    """Until so many residents are on paper; each household in one certificate of each kind that it can have."""
    tally = Tally()
    readers = at_hand()
    qpdf = shutil.which("qpdf") is not None
    tally.skipped = (*sorted(READERS.keys() - set(readers)), *(() if qpdf else ("qpdf",)))
    quick, own = QuickWriter(face), OwnReader(face)
    writers: Mapping[str, Callable[[CertificateContent], Rendered]] = {
        "quick": lambda content: quick.render([content]),
        "reference": lambda content: render([content], face),
    }
    chance = random.Random(seed)  # noqa: S311 - which certificate whom
    for members in households(Repertoire.of(face.fonts[0]), seed):
        if tally.residents >= residents:
            return tally
        tally.residents += len(members)
        _count(members, tally)
        for content in _certificates(members, chance, tally):
            tally.kinds[content.kind.value] += 1
            for name in WRITERS:
                label = f"{content.kind.value} {content.issue_number}, {name}"
                try:
                    rendered = writers[name](content)
                except RefusedError as error:
                    tally.refused[f"{name}: {error.code.value}"] += 1
                    continue
                tally.pages += len(rendered.pages)
                _look(content, rendered, label, tally, own if name == "quick" else None, readers, name)
                if qpdf:
                    tally.read[f"{name}, qpdf --check"] += 1
                    if complaint := qpdf_complaint(rendered.pdf):
                        tally.wrong.append(f"{label}, qpdf: {complaint}")
        progress(min(tally.residents, residents), residents)
    raise AssertionError("households have no end")


def _look(
    content: CertificateContent,
    rendered: Rendered,
    label: str,
    tally: Tally,
    own: OwnReader | None,
    readers: tuple[str, ...],
    writer: str,
) -> None:
    """All values are there, and every reader finds the same characters, as often: none lost, none more, none instead."""
    tags = read_pages(rendered.pdf)
    expected = Counter(bare("".join(tag.text for tag in tags)))
    if [_stated(tag)[1:] for tag in tags] != [
        (page.issue_number, page.page, page.pages, page.sha256) for page in rendered.pages
    ]:
        tally.wrong.append(f"{label}, tags")
    if own is not None:
        tally.read[f"{writer}, own reader"] += 1
        found = own.read(rendered.pdf)
        if [_stated(tag) for tag in found] != [_stated(tag) for tag in tags]:
            tally.wrong.append(f"{label}, own reader: other tags")
        _compare(content, "\n".join(tag.text for tag in found), expected, f"{label}, own reader", tally)
    for reader in readers:
        tally.read[f"{writer}, {reader}"] += 1
        _compare(content, READERS[reader](rendered.pdf), expected, f"{label}, {reader}", tally)


def _stated(tag: PageTag) -> tuple[object, ...]:
    """What two readers of a tag must agree on."""
    return tag.order, tag.issue_number, tag.page, tag.pages, tag.sha256


def _compare(
    content: CertificateContent, text: str, expected: Counter[str], label: str, tally: Tally
) -> None:
    if missing := content.missing_from(text):
        tally.wrong.append(f"{label}: {len(missing)} values missing")
    elif Counter(bare(text)) != expected:
        tally.wrong.append(f"{label}: other characters beside the values")


def _count(members: tuple[Resident, ...], tally: Tally) -> None:
    for resident in members:
        for cluster in clusters(resident.name + resident.address + (resident.alias or "")):
            if len(cluster) == 2:
                tally.characters["variation sequences"] += 1
            elif ord(cluster) > 0xFFFF:
                tally.characters["beyond U+FFFF"] += 1
            elif 0xF900 <= ord(cluster) < 0xFB00:
                tally.characters["compatibility ideographs"] += 1


def _certificates(
    members: tuple[Resident, ...], chance: random.Random, tally: Tally
) -> Iterator[CertificateContent]:
    municipality = sample_municipality()
    for serial, kind in enumerate(KINDS.values(), 1):
        try:
            yield _content(members, kind, municipality, 10 * tally.residents + serial, chance)
        except RefusedError as error:
            tally.refused[f"{kind.kind.value}: {error.code.value}"] += 1
        except InvalidValueError as error:
            tally.refused[f"{kind.kind.value}: {error.field}"] += 1


def _content(
    members: tuple[Resident, ...], kind: Kind, municipality: Municipality, serial: int, chance: random.Random
) -> CertificateContent:
    if kind.movers:
        members = tuple(
            replace(
                member,
                status=ResidencyStatus.MOVING_OUT,
                removed_on=_DAY + timedelta(days=9),
                planned_destination=members[0].address.replace("見本県", "架空県"),
            )
            for member in members
        )
    household = Household.of(members)
    chosen = None
    if kind.members and chance.random() < 0.5:
        some = chance.sample(household.members, chance.randint(1, len(household.members)))
        chosen = tuple(member.number for member in household.members if member in some)
    items = frozenset(
        item for item in sorted(kind.items, key=lambda item: item.value) if chance.random() < 0.7
    )
    holder = household.members[0]
    seal = None
    if kind.needs_seal:
        seal = SealRegistration(
            resident=holder.number, history=1, registration_number="1", registered_on=_DAY, imprint=_IMPRINT
        )
    subjects = household.members if kind.members else (holder,)
    if chosen is not None:
        subjects = tuple(member for member in household.members if member.number in chosen)
    for subject in subjects:
        kind.require(subject, _DAY)
    entitlement = Entitlement(
        application=Application(kind=kind.kind, members=chosen, items=items),
        holder=holder,
        household=household,
        subjects=subjects,
        seal=seal,
        watermark=Watermark(applied=1, known=1, heard_at=datetime(2026, 11, 21, tzinfo=UTC)),
    )
    number = IssueNumber(municipality=municipality.code, serial=serial)
    return certificate_content(entitlement, municipality, number, order_id(f"{serial:032x}"), _DAY)
