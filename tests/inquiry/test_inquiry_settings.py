"""A site that is set up wrongly does not start, and says what is wrong; the words of both languages are complete."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest

from anti_forgery.comparison.verdict import Doubt as Unsure
from anti_forgery.comparison.verdict import Kind
from anti_forgery.copy_evidence import Ground
from anti_forgery.key_files import write_key
from anti_forgery.scan_trouble import ScanTrouble
from anti_forgery.verification import Reason
from center_relay.inquiry.__main__ import SERVICE
from center_relay.inquiry.compose import check
from center_relay.inquiry.ports import Match
from center_relay.inquiry.settings import PREFIX, InquirySettings
from center_relay.inquiry.usecases.conclusions import Conclusion, Doubt
from center_relay.inquiry.web.texts import Language, chosen, load_texts
from center_relay.inquiry.web.troubles import EXAMINATION, STATUS, SiteTrouble
from certificates.errors import ConfigurationError
from certificates.service.command import run
from certificates.wire.order import Standing
from tests.anti_forgery.marks_world import CENTRE
from tests.inquiry.inquiry_world import back_file, certificate, forged_file

Spoil = Callable[[InquirySettings], InquirySettings]


def _secret(text: str, mode: int = 0o600) -> Spoil:
    def spoil(settings: InquirySettings) -> InquirySettings:
        settings.secret.write_text(text)
        settings.secret.chmod(mode)
        return settings

    return spoil


def _with_the_centres_key(settings: InquirySettings) -> InquirySettings:
    write_key(settings.mark_keys, CENTRE)
    return settings


def _without_keys(settings: InquirySettings) -> InquirySettings:
    for path in settings.mark_keys.glob("site-*"):
        path.unlink()
    return settings


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_secret("5e" * 31), "must hold 32 bytes"),
        (_secret("secret"), "openssl rand -hex 32"),
        (_secret("5e" * 32, 0o644), "chmod 600"),
        (lambda settings: replace(settings, secret=settings.secret.with_name("none")), "cannot be read"),
        (_with_the_centres_key, "must not make them"),
        (_without_keys, "private key of the inquiry site"),
        (lambda settings: replace(settings, recall="sqlite://"), "memory://, redis://"),
        (lambda settings: replace(settings, processes=2), "would look new"),
        (lambda settings: replace(settings, tls_key=""), "belong together"),
        (lambda settings: replace(settings, tls_certificate="", tls_key="", host="0.0.0.0"), "loopback"),
        (lambda settings: replace(settings, centre="https://x"), "LINE_CERTIFICATE"),
        (
            lambda settings: replace(
                settings, centre="http://x", line_certificate="a", line_key="b", line_authority="c"
            ),
            "must begin with https",
        ),
        (lambda settings: replace(settings, files=13), "between 1 and 12"),
        (lambda settings: replace(settings, font="/nowhere.ttf"), "KOFU_INQUIRY_FONT"),
    ],
)
def test_what_is_wrong_is_named(settings: InquirySettings, spoil: Spoil, sentence: str) -> None:
    check(settings)
    with pytest.raises(ConfigurationError, match=sentence):
        check(spoil(settings))


def test_every_word_is_there_in_both_languages() -> None:
    keys = load_texts()[Language.JA].keys
    wanted = {
        *(f"conclusion.{one.value}" for one in Conclusion),
        *(f"conclusion.{one.value}_text" for one in Conclusion),
        *(f"doubt.{one.value}" for one in Doubt),
        *(f"standing.{one.value}" for one in Standing),
        *(f"ground.{one.value}" for one in Ground),
        *(f"match.{one.value}" for one in Match),
        *(f"kind.{one.value}" for one in Kind),
        *(f"unsure.{one.name.lower()}" for one in Unsure),
        *(f"reason.{one.name.lower()}" for one in Reason),
        *(f"scan.{one.value}" for one in ScanTrouble),
        *(f"trouble.{one.value}" for one in SiteTrouble),
    }
    assert wanted - keys == set()
    assert set(STATUS) == set(SiteTrouble)
    assert set(EXAMINATION.values()) <= set(SiteTrouble)


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        (None, "", "ja"),
        ("en", "ja", "en"),
        (None, "fr, en-GB;q=0.8, ja;q=0.5", "en"),
        ("xx", "ja-JP", "ja"),
        (None, "zh", "ja"),
    ],
)
def test_the_language_is_the_one_asked_for(query: str | None, accepted: str, language: str) -> None:
    assert chosen(query, accepted).value == language


def test_the_command_answers_as_the_page_does(
    settings: InquirySettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def environment() -> None:
        # they are read once, and taken out of the environment when the examiners start
        for one in fields(InquirySettings):
            value = getattr(settings, one.name)
            if value not in ("", one.default):
                monkeypatch.setenv(one.metadata["variable"], str(value))

    assert all(one.metadata["variable"].startswith(PREFIX) for one in fields(InquirySettings))
    (tmp_path / "back.jpg").write_bytes(back_file())
    (tmp_path / "front.jpg").write_bytes(forged_file())
    back, front = str(tmp_path / "back.jpg"), str(tmp_path / "front.jpg")
    environment()
    assert run(SERVICE, ["ask", back, "--language", "en"]) == 0
    printed = capsys.readouterr().out
    assert f"{back}:1: The back is genuine: compare the front" in printed
    assert certificate()[0].issue_number in printed
    environment()
    assert run(SERVICE, ["ask", front, back, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["sheets"][0]["conclusion"] == "altered"
    environment()
    nowhere, empty = str(tmp_path / "none"), str(tmp_path / "empty")
    Path(empty).touch()
    assert run(SERVICE, ["ask", nowhere, back, empty, "--language", "en"]) == 2
    printed = capsys.readouterr().out
    assert f"{back}:1: The back is genuine: compare the front" in printed
    assert f"{nowhere}:1: The file cannot be opened" in printed
    assert f"{empty}:1: The file is empty" in printed
    environment()
    assert run(SERVICE, ["ask", nowhere, front, back, "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["loose"] == [{"place": {"file": 1, "page": 1}, "trouble": "not-opened"}]
