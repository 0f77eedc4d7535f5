"""The words of the screen: one TOML table a language, all with the same keys."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from certificates.domain.clock import JST
from certificates.domain.kinds import CertificateKind
from certificates.domain.kinds.table import KINDS
from certificates.errors import ConfigurationError
from certificates.problems import MEANINGS, ProblemCode
from kiosk_client.session.screens import Language, Reason

_FOLDER: Final = Path(__file__).parent / "texts"


class Texts:
    """One language. Keys are ``screen.name``; a key that is missing is a bug and raises KeyError."""

    def __init__(self, language: Language, table: Mapping[str, str]) -> None:
        self.language = language
        self.table = table

    def __call__(self, key: str, **facts: str | int) -> str:
        return self.table[key].format(**facts)

    def optional(self, key: str) -> str:
        return self.table.get(key, "")

    def reason(self, reason: Reason) -> str:
        """Why a visit ended, in the customer's words; problem codes bring their own sentence."""
        if isinstance(reason, ProblemCode):
            meaning = MEANINGS[reason]
            return {Language.JA: meaning.ja, Language.EN: meaning.en}[self.language]
        return self(f"trouble.{reason.value}")

    def kind(self, kind: CertificateKind) -> str:
        """What a kind of certificate is called; like a problem code, it brings its own words."""
        found = KINDS[kind]
        return {Language.JA: found.title, Language.EN: found.title_en}[self.language]

    def moment(self, moment: datetime) -> str:
        """A day and a time in Japan, as they are read: 11月27日（金）6:30."""
        local = moment.astimezone(JST)
        weekday = self("refused.weekdays").split()[local.weekday()]
        time = f"{local.hour}:{local.minute:02d}"
        return self("refused.moment", month=local.month, day=local.day, weekday=weekday, time=time)

    def yen(self, amount: int) -> str:
        return self("chrome.yen", amount=f"{amount:,}")


def load_texts() -> dict[Language, Texts]:
    """Every language of the closed list. Raises ConfigurationError naming the file and what is wrong."""
    texts = {language: Texts(language, _load(_FOLDER / f"{language.value}.toml")) for language in Language}
    expected = set(texts[Language.JA].table)
    for language, found in texts.items():
        if difference := expected ^ set(found.table):
            raise ConfigurationError(
                f"{language.value}.toml", f"lacks or adds {', '.join(sorted(difference))}"
            )
    return texts


def _load(path: Path) -> dict[str, str]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(str(path), str(error)) from error
    return {f"{screen}.{name}": text for screen, table in content.items() for name, text in table.items()}
