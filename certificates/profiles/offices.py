"""Who signs, and with which official seal: ``[seals.…]`` and ``[[signatories]]``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from certificates.domain.municipality import Signatory
from certificates.domain.official_seal import MAX_SIDE, MIN_SIDE, OfficialSeal, SealLettering
from certificates.profiles.seal_image import SealImageError, read_seal_image
from certificates.profiles.tables import Table

ReadFile = Callable[[str], bytes]
"""The bytes of a file that the profile names, beside it. Raises OSError."""
LONGEST_OFFICE, LONGEST_NAME = 24, 13
"""Characters that the foot of the forms holds of 「見本県みほん市長」 and of the name beside it."""
_STAND_IN = SealLettering(text="印")
_SIDE = 21.0  # millimetres, when none is given


def read_seals(seals: Table, read_file: ReadFile) -> Mapping[str, OfficialSeal]:
    """Seals by the name that signatories use."""
    found: dict[str, OfficialSeal] = {}
    for name in seals.names():
        table = seals.table(name)
        found[name] = _seal(table, read_file)
        table.close()
    if not found:
        seals.fault("", "公印が1つもありません", "needs at least one seal")
    return found


def _seal(table: Table, read_file: ReadFile) -> OfficialSeal:
    side = table.number("side_mm", MIN_SIDE, MAX_SIDE, _SIDE)
    lettering = table.text("lettering", longest=25, default="")
    image = table.text("image", longest=200, default="")
    if ("image" in table) is ("lettering" in table):
        table.fault("", "image か lettering の一方を指定してください", "needs either image or lettering")
        return _STAND_IN
    if not image:
        return SealLettering(text=lettering, side=side) if lettering else _STAND_IN
    try:
        return read_seal_image(read_file(image), side)
    except OSError as error:
        table.fault("image", f"{image} を読めません", f"{image} cannot be read: {error.strerror or error}")
    except SealImageError as error:
        table.fault("image", f"{image}: {error.ja}", f"{image}: {error.en}")
    return _STAND_IN


def read_signatories(
    entries: Sequence[Table], seals: Mapping[str, OfficialSeal], municipality: str
) -> tuple[Signatory, ...]:
    """By ``since``, the oldest first; ``municipality`` is its whole name, on which every title follows."""
    found = [_signatory(entry, seals, municipality) for entry in entries]
    begins = Counter(signatory.since for signatory in found)
    for entry, signatory in zip(entries, found, strict=True):
        if begins[signatory.since] > 1:
            entry.fault("since", "同じ日に始まる任期が2つあります", "two periods begin on this day")
    held = date.min
    for signatory, entry in sorted(zip(found, entries, strict=True), key=lambda pair: pair[0].since):
        if date.min < held < date.max and signatory.since > held + timedelta(days=1):
            entry.fault(
                "since",
                f"{held}の翌日からこの日まで市区町村長がいません",
                f"nobody is in office after {held} until this day",
            )
        held = max(held, signatory.until or date.max)
    return tuple(sorted(found, key=lambda signatory: signatory.since))


def _signatory(entry: Table, seals: Mapping[str, OfficialSeal], municipality: str) -> Signatory:
    # its first character is the last of the municipality's name
    title = entry.text("title", longest=max(2, LONGEST_OFFICE + 1 - len(municipality)))
    if municipality and title and not title.startswith(municipality[-1]):
        entry.fault(
            "title",
            f"{municipality}の職名は「{municipality[-1]}」で始めてください",
            f"a title in {municipality} begins with {municipality[-1]}",
        )
    seal = entry.text("seal")
    if seal and seal not in seals:
        entry.fault("seal", f"[seals.{seal}] がありません", f"there is no [seals.{seal}]")
    since = entry.take("since", date, date.min)
    until = entry.take("until", date, date.max) if "until" in entry else None
    if until is not None and until < since:
        entry.fault("until", "since より前の日です", "is before since")
        until = None
    name = entry.text("name", longest=LONGEST_NAME)
    entry.close()
    return Signatory(title=title, name=name, since=since, until=until, seal=seals.get(seal))
