"""A bad profile is refused with the file, the line and the reason in two languages, all faults at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from certificates.errors import ConfigurationError
from certificates.pdf.fonts import Typeface
from certificates.pdf.glyph_gate import undrawable
from certificates.profiles.faults import Fault, ProfileError
from certificates.profiles.lines import Lines
from certificates.profiles.reading import load_profile, read_profile, shipped_profile
from certificates.profiles.seal_image import SealImageError, read_seal_image
from tests.certificates.paper import mincho

GOOD = shipped_profile("993212")
TEXT = GOOD.read_text("utf-8")
CORPUS: list[Mapping[str, str]] = tomllib.loads(
    (Path(__file__).parent / "bad_profiles.toml").read_text("utf-8")
)["bad"]


@pytest.fixture(scope="module")
def face() -> Typeface:
    return mincho()


def faults_of(text: str, face: Typeface | None = None) -> tuple[Fault, ...]:
    with pytest.raises(ProfileError) as refused:
        read_profile(
            text,
            source="town.toml",
            read_file=lambda name: (GOOD.parent / name).read_bytes(),
            undrawable=undrawable(face) if face is not None else None,
        )
    return refused.value.faults


def line_of(text: str, beginning: str, nth: int) -> int:
    found = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith(beginning)]
    return found[nth - 1]


@pytest.mark.parametrize("bad", CORPUS, ids=lambda bad: bad["name"])
def test_a_bad_profile_says_where_and_why(bad: Mapping[str, str], face: Typeface) -> None:
    assert bad["old"] in TEXT
    new = bad["new"].replace("; ", "\n") if bad.get("split") else bad["new"]
    text = TEXT.replace(bad["old"], new, 1)
    place = line_of(text, bad["at"], int(bad.get("nth", 1)))
    found = faults_of(text, face)
    assert len(found) == int(bad.get("faults", 1)), found  # one mistake is told once
    about = [fault for fault in found if (fault.line, fault.key) == (place, bad["key"])]
    assert about, found
    assert bad["says"] in about[0].en
    assert bad["ja"] in about[0].ja
    assert str(about[0]).startswith(f"town.toml:{place}: ")


def test_the_corpus_is_worth_its_name() -> None:
    assert len(CORPUS) >= 25
    assert len({bad["name"] for bad in CORPUS}) == len(CORPUS)


def test_all_faults_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = TEXT
    for old, new in (
        ("= 300\n", "= -1\n"),
        ('"person"', '"me"'),
        ('"町長"', '"市長"'),
        ("name_en", "nmae_en"),
    ):
        assert old in text
        text = text.replace(old, new)
    found = faults_of(text)
    assert len(found) >= 5
    assert [fault.line for fault in found] == sorted(fault.line for fault in found)
    error = ProfileError(found)
    assert isinstance(error, ConfigurationError)
    assert str(error).count("town.toml:") == len(found)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(ProfileError, match="cannot be read"):
            load_profile(path)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(ProfileError, match="UTF-8"):
        load_profile(binary)


def png(size: tuple[int, int] = (567, 567), mode: str = "L", ink: int = 300, colour: object = 0) -> bytes:
    image = Image.new(mode, size, 255 if mode != "RGB" else (255, 255, 255))
    image.paste(colour, (0, 0, ink, ink))  # type: ignore[arg-type]  # a number or a triple, by the mode
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def noise() -> bytes:
    file = BytesIO()
    Image.frombytes("L", (567, 567), Random(1).randbytes(567 * 567)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (png(mode="RGB", colour=(200, 0, 0)), "must be black and white or grey"),
        (png((567, 500)), "not a square"),
        (png((200, 200), ink=100), "not 300 to 1200 dots"),
        (png((1201, 1201)), "not 300 to 1200 dots"),
        (png(ink=10), "ink covers 0%"),
        (png(ink=567), "ink covers 100%"),
        (png()[:200], "not a PNG"),
        (noise(), "too speckled"),
        (b"\0" * 5_000_000, "larger than"),
    ],
)
def test_a_seal_that_is_no_clean_black_imprint_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(SealImageError, match=reason) as refused:
        read_seal_image(data, 24.0)
    assert refused.value.ja


def test_a_grey_scan_becomes_black_and_white_at_its_true_size() -> None:
    seal = read_seal_image(png(colour=90), 24.0)
    assert (seal.width, seal.height, seal.width_mm, seal.height_mm) == (567, 567, 24.0, 24.0)
    assert seal.rows[0] == 0xFF
    assert seal.rows[-1] == 0


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        ("a = 1\nb = 2\n", ("b",), 2),
        ('a = """\nb = 1\n"""\nb = 2', ("b",), 4),
        ("a = '''\nb = 1 # '''\nb = 2", ("b",), 3),
        ('a = [ # [\n  "b = 1 ]",\n  2,\n]\nb = 3', ("b",), 5),
        ('a = "[[["\nb = 3', ("b",), 2),
        ("[t] # c\nb = 1\n[u.v]\nb = 2", ("u", "v", "b"), 4),
        ('[[t]]\nb = 1\n[[t]]\n\n"b" = 2', ("t", 1, "b"), 5),
        ("[[t]]\n[t.u]\nb = 1\n[[t]]\n[t.u]\nb = 2", ("t", 1, "u", "b"), 6),
        ("[[t]]\n[[t.u]]\nb = 1\n[[t]]\n[[t.u]]\nb = 2", ("t", 1, "u", 0, "b"), 6),
        ("t.u . 'v w' = 1\n", ("t", "u", "v w"), 1),
        ("t = { b = 1 }", ("t", "b"), 1),
        ("[t]\nc = 1", ("t", "missing"), 1),
        ("\n[t]\nc = 1", ("missing",), 1),
        ("a = 1\n\n[t]", ("t",), 3),
    ],
)
def test_the_line_of_a_key(text: str, path: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(text)
    assert Lines(text).of(path) == line


@given(st.text(alphabet="ab.=[]{}\"'#\n\\, 1", max_size=60))
def test_the_scan_for_lines_takes_any_text(text: str) -> None:
    assert 1 <= Lines(text).of(("a", 0, "b")) <= max(1, text.count("\n") + 1)
