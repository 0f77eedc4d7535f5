"""The command line: one exit code for each outcome, and a sentence for each page."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfWriter

from anti_forgery.__main__ import USAGE, main
from anti_forgery.examination import (
    EXIT_CANNOT_TELL,
    EXIT_DIFFERS,
    EXIT_INDETERMINATE,
    examine,
    exit_code_of,
    worst,
)
from anti_forgery.key_files import write_key
from anti_forgery.scan_trouble import ScanError, ScanTrouble
from anti_forgery.scans import Scan, Side
from load_tests.scans.qualities import Family
from load_tests.scans.sheets import back as printed_back
from load_tests.scans.sheets import front, typeface
from load_tests.scans.sheets import keys as known_keys
from load_tests.tamper.forging import date
from tests.anti_forgery.conftest import drawn_page
from tests.anti_forgery.marks_world import CENTRE, SITE, fronts, sealer, sheets


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    folder.mkdir()
    write_key(folder, SITE)
    write_key(folder, CENTRE.public_key)
    return folder


@pytest.fixture
def scan(tmp_path: Path, back_200: Image.Image) -> Path:
    back_200.save(tmp_path / "back.png")
    return tmp_path / "back.png"


def test_a_genuine_back_ends_with_0(scan: Path, keys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(scan), "--keys", str(keys)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("page 1: passed")
    assert "992011-0000001234-3, 1/2" in printed
    assert "見本" not in printed


def test_the_text_of_the_front_is_shown_on_request(
    scan: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(scan), "--keys", str(keys), "--show"]) == 0
    assert "見本" in capsys.readouterr().out


def test_every_back_of_a_marked_pdf_is_checked(
    marked: bytes, tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "marked.pdf").write_bytes(marked)
    # another municipality's front is sealed as words: a person must compare it
    assert main(["verify", str(tmp_path / "marked.pdf"), "--keys", str(keys)]) == EXIT_CANNOT_TELL
    *printed, together = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert together == "together: 2 passed with a front that cannot be told"
    assert [line.split(":")[0] for line in printed] == [
        "page 2",
        "front on page 1",
        "page 4",
        "front on page 3",
    ]


def test_a_pdf_with_an_odd_number_of_pages_holds_backs_alone(scan: Path, tmp_path: Path, keys: Path) -> None:
    with Image.open(scan) as picture:
        picture.save(tmp_path / "scan.pdf", resolution=200)
    assert main(["verify", str(tmp_path / "scan.pdf"), "--keys", str(keys)]) == 0


def test_a_forged_back_ends_with_1_even_beside_a_genuine_one(
    tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from anti_forgery.back import code_grid

    payload = bytearray(sealer().seal(sheets(1)[0]))
    payload[-1] ^= 1
    modules, _ = code_grid(bytes(payload))
    forged = Image.fromarray(~modules).convert("L").resize((1200, 1200), Image.Resampling.NEAREST)
    page = Image.new("L", drawn_page(1, 200).size, 255)
    page.paste(forged, (200, 500))
    # three pages: all are backs
    genuine = drawn_page(1, 200).convert("L")
    page.save(tmp_path / "scan.pdf", resolution=200, save_all=True, append_images=[genuine, genuine])
    assert main(["verify", str(tmp_path / "scan.pdf"), "--keys", str(keys)]) == 1
    printed = capsys.readouterr().out
    assert "page 1: failed: the code was changed" in printed
    assert "page 2: passed" in printed


def test_what_cannot_be_read_ends_with_2(
    tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("L", (1000, 1400), 255).save(tmp_path / "white.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "white.png").read_bytes()[:100])
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    (tmp_path / "empty").write_bytes(b"")
    for name in ("white.png", "cut.png", "broken.pdf", "empty", "missing.png"):
        assert main(["verify", str(tmp_path / name), "--keys", str(keys)]) == 2, name
    assert capsys.readouterr().out.count("indeterminate") == 5
    missing = str(tmp_path / "missing.png")
    assert main(["verify", missing, "--keys", str(keys), "--json"]) == 2
    said = f"{missing} cannot be opened; look at its name and at who may read it (No such file or directory)"
    assert json.loads(capsys.readouterr().out) == {
        "examination": 1,
        "exit_code": 2,
        "sheets": [],
        "unread": [{"file": missing, "page": None, "trouble": "not-opened", "error": said}],
        "error": said,
    }


def locked_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.encrypt("secret", algorithm="AES-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_stack_gets_every_verdict_and_is_told_which_files_could_not_be_read(
    scan: Path, tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    troubles = {
        "photo.heic": (b"\0\0\0\x24ftypheic" + b"\0" * 64, "heic", "save it as JPEG"),
        "locked.pdf": (locked_pdf(), "locked", "save it without one"),
        "empty.png": (b"", "empty", "scan or send it again"),
        "cut.png": (scan.read_bytes()[:9000], "damaged", "scan or send it again"),
        "letter.docx": (b"PK\3\4 a letter", "unknown-format", "save it as PDF, PNG, JPEG or TIFF"),
    }
    for name, (content, _, _) in troubles.items():
        (tmp_path / name).write_bytes(content)
    files = [str(scan), *(str(tmp_path / name) for name in troubles), str(scan)]
    assert main(["verify", *files, "--keys", str(keys)]) == EXIT_INDETERMINATE
    printed = capsys.readouterr().out
    assert printed.count("page 1 of back.png: passed") == 2
    for name, (_, _, remedy) in troubles.items():
        (line,) = (line for line in printed.splitlines() if name in line)
        assert line.startswith("indeterminate: ")
        assert remedy in line
    assert printed.endswith("together: 2 passed, 5 indeterminate\n")
    assert main(["verify", *files, "--keys", str(keys), "--json"]) == EXIT_INDETERMINATE
    answer = json.loads(capsys.readouterr().out)
    assert [one["outcome"] for one in answer["sheets"]] == ["passed", "passed"]
    assert [(one["file"], one["trouble"]) for one in answer["unread"]] == [
        (str(tmp_path / name), word) for name, (_, word, _) in troubles.items()
    ]
    assert answer["error"] == answer["unread"][0]["error"]


def _page(name: str, picture: Image.Image, side: Side = Side.EITHER) -> Scan:
    return Scan(Path(name), 1, side, picture)


def _said(*pages: Scan | ScanError) -> tuple[list[str], int]:
    found = list(examine(pages, [SITE], [CENTRE.public_key], typeface))
    said = []
    for one in found:
        if isinstance(one, ScanError):
            said.append(f"{one.file}: unread")
        else:
            front = "" if one.front is None else f" + {one.front.file}"
            said.append(f"{one.back.file}: {one.verdict.outcome.value}{front}")
    return said, worst({exit_code_of(one) for one in found})


def test_no_picture_of_a_stack_is_left_out_and_no_front_taken_across_a_file_that_was_not_read(
    back_200: Image.Image,
) -> None:
    white = Image.new("RGB", (900, 1300), "white")
    back = _page("b", back_200)
    unread = ScanError(ScanTrouble.DAMAGED, file=Path("x"))
    # what may be a back that is not read never hides behind one that passed
    assert _said(back, unread, _page("f", white)) == (["b: passed", "x: unread", "f: indeterminate"], 2)
    assert _said(_page("f", white), unread, back) == (["f: indeterminate", "x: unread", "b: passed"], 2)
    assert _said(back, back, unread) == (["b: passed", "b: passed", "x: unread"], 2)
    # a file whose sheets lie back before front, and one of backs alone with an even number of pages
    turned = _page("b", back_200, Side.FRONT), _page("f", white, Side.BACK)
    assert _said(*turned) == (["b: passed + f"], EXIT_CANNOT_TELL)
    assert _said(_page("b1", back_200, Side.FRONT), _page("b2", back_200, Side.BACK)) == (
        ["b1: passed", "b2: passed"],
        0,
    )
    assert _said() == ([], 2)


def test_a_file_out_of_proportion_ends_with_2(tmp_path: Path, keys: Path) -> None:
    (tmp_path / "wide.pdf").write_bytes(fronts(1, size=(14_000, 14_000)))
    (tmp_path / "long.pdf").write_bytes(fronts(101))
    Image.new("1", (10_000, 8_500)).save(tmp_path / "large.png")
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(70 * 1024 * 1024)
    for name in ("wide.pdf", "long.pdf", "large.png", "huge.png"):
        assert main(["verify", str(tmp_path / name), "--keys", str(keys)]) == 2, name


def test_keys_that_cannot_be_used_end_with_64(
    scan: Path, tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(scan), "--keys", str(tmp_path / "nowhere")]) == USAGE
    next(keys.glob("site-*.private.json")).unlink()
    assert main(["verify", str(scan), "--keys", str(keys)]) == USAGE
    assert "private key of the inquiry site" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["verify"],
        ["keys"],
        ["keys", "new"],
        ["keys", "new", "--out", "x", "--days", "0"],
        ["keys", "retire"],
    ],
)
def test_wrong_arguments_end_with_64_and_not_with_the_code_for_indeterminate(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == USAGE


def test_the_module_runs_as_a_command(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "anti_forgery", "verify", "x", "--keys", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == USAGE
    assert "is not a folder" in done.stderr


def test_a_front_beside_its_back_is_compared_and_a_forged_one_ends_with_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts, back = printed_back(20, 200, Family.TUNING)
    folder = tmp_path / "keys"
    folder.mkdir()
    write_key(folder, known_keys().site)
    write_key(folder, known_keys().centre.public_key)
    forgery = date(facts.front, random.Random(1))
    assert forgery is not None
    back.save(tmp_path / "b.png")
    for name, drawing, code in (("genuine", facts.front, 0), ("forged", forgery.front, EXIT_DIFFERS)):
        front(drawing, 200, Family.TUNING).save(tmp_path / f"{name}.png")
        files = [str(tmp_path / f"{name}.png"), str(tmp_path / "b.png")]
        assert main(["verify", *files, "--keys", str(folder), "--json"]) == code
        answer = json.loads(capsys.readouterr().out)
        (sheet,) = answer["sheets"]
        assert (answer["exit_code"], sheet["outcome"]) == (code, "passed")
        assert sheet["sealed"]["issue_number"] == facts.issue_number
        assert len(sheet["comparison"]["differences"]) == (0 if code == 0 else 1)
    (place,) = sheet["comparison"]["differences"]
    assert (place["expected"], place["seems"]) == ("1", "2")
    assert main(["verify", *files, "--keys", str(folder)]) == EXIT_DIFFERS
    assert "  changed in 令和8年11月21日 (40, 250 mm): 1 → 2\n" in capsys.readouterr().out
