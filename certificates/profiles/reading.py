"""Reading a municipality's profile: every fault at once, with its line."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from certificates.domain.identifiers import MunicipalityCode, municipality_code
from certificates.domain.kinds import STAFF_DESK_ITEMS, WITHHELD, CertificateKind, OptionalItem
from certificates.domain.municipality import MovingOutPolicy, Municipality, Policy
from certificates.errors import InvalidValueError
from certificates.profiles.faults import Fault, ProfileError
from certificates.profiles.lines import Lines
from certificates.profiles.offices import ReadFile, read_seals, read_signatories
from certificates.profiles.tables import Reading, Table, Undrawable
from certificates.profiles.times import read_hours
from certificates.profiles.words import read_paper_words, read_statements

_HIGHEST_FEE = 10_000  # yen
_STAND_IN = MunicipalityCode("000000")
_LINE = re.compile(r"at line (\d+)")
_PREFECTURE = re.compile(r".{2,3}[都道府県]")
_NAME = re.compile(r".+[市区町村]")
_WITHIN = re.compile(r".+[郡市]")


def shipped_profile(code: str) -> Path:
    """The file of one of the invented municipalities that ship: 992011, 993212, 981010."""
    return Path(__file__).parent / f"{code}.toml"


def load_profile(path: Path, *, undrawable: Undrawable | None = None) -> Municipality:
    """Read a profile and the seal images beside it. With ``undrawable`` what is printed must have glyphs.

    Raises ProfileError with all faults that were found.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise _failed(str(path), 1, "ファイルを読めません", f"cannot be read: {reason}") from error

    def read_file(name: str) -> bytes:
        return (path.parent / name).read_bytes()

    return read_profile(text, source=str(path), read_file=read_file, undrawable=undrawable)


def read_profile(
    text: str, *, source: str, read_file: ReadFile, undrawable: Undrawable | None = None
) -> Municipality:
    """``source`` names the file in faults. Raises ProfileError."""
    try:
        values: dict[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else max(1, len(text.splitlines()))
        raise _failed(source, line, "TOMLの書式に誤りがあります", f"is not TOML: {error}") from error
    reading = Reading(source=source, lines=Lines(text), undrawable=undrawable)
    municipality = _municipality(Table(reading, (), values), read_file)
    reading.finish()
    return municipality


def _failed(source: str, line: int, ja: str, en: str) -> ProfileError:
    return ProfileError((Fault(source=source, line=line, key="", ja=ja, en=en),))


def _municipality(profile: Table, read_file: ReadFile) -> Municipality:
    prefecture = _place(profile, "prefecture", _PREFECTURE, "「都」「道」「府」「県」", "都, 道, 府 or 県")
    within = _place(profile, "within", _WITHIN, "「郡」「市」", "郡 or 市") if "within" in profile else ""
    name = _place(profile, "name", _NAME, "「市」「区」「町」「村」", "市, 区, 町 or 村")
    seals = read_seals(profile.table("seals"), read_file)
    signatories = profile.tables("signatories")
    if not signatories:
        profile.fault("signatories", "市区町村長がいません", "needs at least one")
    municipality = Municipality(
        code=_code(profile),
        prefecture=prefecture,
        within=within,
        name=name,
        name_en=profile.text("name_en"),
        signatories=read_signatories(signatories, seals, prefecture + within + name if name else ""),
        fees=_fees(profile.table("fees")),
        items=profile.choices("items", OptionalItem, WITHHELD - STAFF_DESK_ITEMS),
        policy=_policy(profile.table("policy")),
        hours=read_hours(profile),
        statements=read_statements(profile.table("statements", required=False)),
        words=read_paper_words(profile.table("paper", required=False)),
    )
    profile.close()
    return municipality


def _code(profile: Table) -> MunicipalityCode:
    text = profile.text("code")
    try:
        return municipality_code(text) if text else _STAND_IN
    except InvalidValueError as error:
        profile.fault("code", "6桁の全国地方公共団体コード（検査数字つき）ではありません", f"{error.reason}")
    return _STAND_IN


def _place(profile: Table, key: str, form: re.Pattern[str], ja: str, en: str) -> str:
    """A name that ends as such names do, or "" after a fault."""
    value = profile.text(key, longest=20)
    if value and not form.fullmatch(value):
        profile.fault(key, f"{ja}のどれかで終わる名称にしてください", f"must end in {en}")
        return ""
    return value


def _fees(table: Table) -> dict[CertificateKind, int]:
    """Yen a copy; a kind that is not named is not offered."""
    fees = {kind: table.whole(kind.value, 0, _HIGHEST_FEE) for kind in CertificateKind if kind.value in table}
    if not fees:
        table.fault("", "取り扱う証明書がありません", "needs a fee for at least one kind")
    table.close(*[kind.value for kind in CertificateKind])
    return fees


def _policy(table: Table) -> Policy:
    policy = Policy(
        minimum_age=table.whole("minimum_age", 0, 130),
        moving_out=table.choice("moving_out", MovingOutPolicy),
        max_register_age_seconds=table.whole("max_register_age_seconds", 1, 86_400),
    )
    table.close()
    return policy
