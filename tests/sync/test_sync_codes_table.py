"""A vendor's numeric 異動事由コード: every one means what its table says, and a doubtful table is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from certificates.errors import ConfigurationError, InvalidValueError
from sync.change.codes import EXAMPLE, ReasonCodes
from sync.change.reasons import Reason

_TABLE = """["異動事由"]
"01" = "国内転入"
"1A" = "国内転入"
"1" = "死亡"
"""


def codes(text: str = _TABLE) -> ReasonCodes:
    return ReasonCodes.from_toml(text, source="vendor.toml")


def test_several_codes_may_mean_one_reason_and_the_first_is_written() -> None:
    table = codes()
    assert table.reason("01") is table.reason("1A") is Reason.MOVE_IN
    assert table.code(Reason.MOVE_IN) == "01"


def test_leading_zeros_count() -> None:
    assert codes().reason("1") is Reason.DEATH
    assert codes().reason("01") is not Reason.DEATH


def test_the_example_has_a_code_for_every_reason() -> None:
    table = ReasonCodes.from_file(EXAMPLE)
    for reason in Reason:
        assert table.reason(table.code(reason)) is reason


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('["異動事由"]\n"01" = "国内転入"\n"01" = "出生"\n', 3, "twice"),
        ('["異動事由"]\n"01" = "国内転入"\n\n"02" = "引越し"\n', 4, "code 02"),
        ('["異動事由"]\n"01" = 1\n', 2, "code 01"),
        ('["異動事由"]\n"０１" = "出生"\n', 2, "ASCII"),
        ('["異動事由"]\n"123456789" = "出生"\n', 2, "1 to 8"),
        ('["異動事由"]\n"" = "出生"\n', 2, "1 to 8"),
        ('["異動事由"]\n01.a = "出生"\n', 2, "code 01"),
        ('["異動事由"]\n"01" = "出生\n', 2, "character"),
        ('["異動事由"]\n["異動事由"]\n', 2, "declare"),
    ],
)
def test_a_doubtful_line_is_named(text: str, line: int, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason) as caught:
        codes(text)
    assert caught.value.setting == f"vendor.toml, line {line}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        '["異動事由"]\n',
        '["reasons"]\n"01" = "出生"\n',
        '"異動事由" = "出生"\n',
        'a = 1\n["異動事由"]\n"01" = "出生"\n',
    ],
)
def test_anything_but_one_table_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="one table"):
        codes(text)


def test_an_unknown_code_is_refused_with_the_table_to_mend() -> None:
    with pytest.raises(InvalidValueError, match=r"77 is not in vendor\.toml"):
        codes().reason("77")


def test_what_is_no_code_is_not_repeated() -> None:
    with pytest.raises(InvalidValueError) as caught:
        codes().reason("見本　太郎")
    assert "見本" not in str(caught.value)


def test_a_reason_without_a_code_cannot_be_written() -> None:
    with pytest.raises(InvalidValueError, match="出生"):
        codes().code(Reason.BIRTH)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    absent = tmp_path / "none.toml"
    with pytest.raises(ConfigurationError, match=r"none\.toml"):
        ReasonCodes.from_file(absent)
    wrong = tmp_path / "sjis.toml"
    wrong.write_bytes('["異動事由"]'.encode("shift_jis"))
    with pytest.raises(ConfigurationError, match="UTF-8"):
        ReasonCodes.from_file(wrong)
