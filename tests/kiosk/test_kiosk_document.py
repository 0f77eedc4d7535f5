"""What docs/kiosk.md says of the protocol and the settings is what the code does."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from kiosk_client.settings import KioskSettings
from kiosk_client.web.commands import _VERBS
from tests.kiosk.test_kiosk_texts import SCREENS, view_of

DOCUMENT = (Path(__file__).parents[2] / "docs" / "kiosk.md").read_text(encoding="utf-8")


def test_every_command_and_its_fields_are_in_the_table() -> None:
    table = DOCUMENT.partition("### What a screen says")[2]
    rows = dict(re.findall(r"^\| `([a-z-]+)`(?:, `cancel`)? \|([^|]*)\|", table, re.MULTILINE))
    del rows["do"]  # the table's head
    rows["cancel"] = rows["back"]
    assert set(rows) == set(_VERBS)
    for verb, (fields, _) in _VERBS.items():
        assert [name for name in fields if name != "at" and f"`{name}`" not in rows[verb]] == [], verb


def test_every_screen_and_every_field_of_a_view_is_named() -> None:
    for screen in SCREENS:
        view = view_of(screen)
        assert view["screen"] in DOCUMENT
        assert [name for name in view if f"`{name}`" not in DOCUMENT] == []


def test_every_setting_is_named() -> None:
    for field in dataclasses.fields(KioskSettings):
        variable = field.metadata["variable"]
        short = "_" + variable.removeprefix("KOFU_KIOSK_")
        assert f"`{variable}`" in DOCUMENT or f"`{short}`" in DOCUMENT, variable
