"""Every kind of certificate in every shape it takes, drawn: ``python -m certificates.pdf.gallery --out docs/pictures``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

from PIL import Image

from certificates.domain.application import Application
from certificates.domain.content import CertificateContent
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.kinds.table import KINDS
from certificates.domain.resident import Resident
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.gallery_people import large_family, long_values, moving, student
from certificates.pdf.sample_people import draw_seal, family, foreigner
from certificates.pdf.samples import ITEMS, sample_content, sample_contents, write_pictures

_RECORD, _ITEMS = CertificateKind.RESIDENT_RECORD, CertificateKind.RESIDENT_ITEMS
_SEAL, _MOVING = CertificateKind.SEAL_REGISTRATION, CertificateKind.MOVING_OUT
_EVERYTHING = frozenset(OptionalItem)
_ACROSS = 5  # pictures in a row of the contact sheet
_THUMB = (260, 368)  # dots


def gallery(face: Typeface) -> Mapping[str, CertificateContent]:
    """The samples and all other shapes: part of a household, several pages, everything left out, 通称, long values."""
    people, alone, many = family(), student(), large_family()
    some = tuple(one.number for one in people[:2])
    withheld = KINDS[_RECORD].items
    cases: Mapping[str, tuple[Sequence[Resident], Application]] = {
        "household-part": (people, Application(kind=_RECORD, members=some, items=ITEMS)),
        "household-left-out": (people, Application(kind=_RECORD)),
        "household-pages": (many, Application(kind=_RECORD, items=ITEMS)),
        "household-long": (long_values(), Application(kind=_RECORD, items=ITEMS)),
        "individual-staff-desk": (
            people,
            Application(kind=_RECORD, members=some[:1], items=withheld - {OptionalItem.FOREIGN}),
        ),
        "individual-foreign": ((alone,), Application(kind=_RECORD, members=(alone.number,), items=ITEMS)),
        "items-usual": (people, Application(kind=_ITEMS, members=some[:1], items=KINDS[_ITEMS].usual)),
        "items-pages": (many, Application(kind=_ITEMS, items=_EVERYTHING)),
        "items-foreign": (
            (foreigner(),),
            Application(kind=_ITEMS, items=KINDS[_ITEMS].usual | {OptionalItem.FOREIGN}),
        ),
        "moving-out": (
            (*moving(people[:3]), people[3]),
            Application(kind=_MOVING, members=tuple(one.number for one in people[:3])),
        ),
        "moving-out-foreign": (moving([alone]), Application(kind=_MOVING)),
    }
    found = {
        name: sample_content(tuple(rows), application, serial)
        for serial, (name, (rows, application)) in enumerate(cases.items(), start=10)
    }
    for serial, (name, holder, lettering) in enumerate(
        (
            ("seal-former-surname", replace(people[1], relation="世帯主"), "花子"),
            ("seal-foreign", foreigner(), "見本麻里亜"),
        ),
        start=40,
    ):
        registered = draw_seal(holder, lettering, face)
        found[name] = sample_content((holder,), Application(kind=_SEAL), serial, registered)
    shown = {**sample_contents(face), **found}
    return {**shown, **plain_sheets(face, set(KINDS) - {one.kind for one in shown.values()})}


def plain_sheets(face: Typeface, kinds: Set[CertificateKind]) -> Mapping[str, CertificateContent]:
    """One sheet of each kind that has no shape of its own to show."""
    found = {}
    for serial, one in enumerate(sorted(kinds, key=attrgetter("value")), start=60):
        kind = KINDS[one]
        rows = moving(family()) if kind.movers else family()
        seal = draw_seal(rows[0], "𠮷見一郎", face) if kind.needs_seal else None
        found[one.value] = sample_content(rows, Application(kind=one, items=kind.usual), serial, seal)
    return found


def contact_sheet(pictures: Sequence[Path]) -> Image.Image:
    """All pictures, small, in the order given."""
    width, height = _THUMB
    rows = -(-len(pictures) // _ACROSS)
    sheet = Image.new("L", (_ACROSS * (width + 8) + 8, rows * (height + 8) + 8), 176)
    for place, path in enumerate(pictures):
        with Image.open(path) as picture:
            thumb = picture.convert("L").resize(_THUMB, Image.Resampling.LANCZOS)
        down, across = divmod(place, _ACROSS)
        sheet.paste(thumb, (8 + across * (width + 8), 8 + down * (height + 8)))
    return sheet


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m certificates.pdf.gallery", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--font", type=Path, help="path of ipamjm.ttf when it is not at a standard place")
    options = parser.parse_args(arguments)
    face = Typeface.load(find_mincho(options.font))
    pictures = write_pictures(gallery(face), face, options.out)
    contact_sheet(pictures).quantize(16).save(options.out / "certificates.png", optimize=True)


if __name__ == "__main__":
    main()
