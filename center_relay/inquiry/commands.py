"""The site's other verb: ask about files on this machine, with the same limits and the same answer as the page."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from center_relay.inquiry.compose import load, opened
from center_relay.inquiry.ports import ExaminationError
from center_relay.inquiry.settings import MEGABYTE, InquirySettings
from center_relay.inquiry.usecases.conclusions import Conclusion
from center_relay.inquiry.usecases.inquire import Answer
from center_relay.inquiry.web.answer_json import answer_json
from center_relay.inquiry.web.standing_words import moment_words, standing_words
from center_relay.inquiry.web.texts import Language, Texts, load_texts
from center_relay.inquiry.web.troubles import EXAMINATION
from certificates.errors import ConfigurationError

EXIT = {
    Conclusion.CONFIRMED: 0,
    Conclusion.COMPARE: 0,
    Conclusion.RESCAN: 2,
    Conclusion.SUSPECT: 1,
    Conclusion.ALTERED: 1,
    Conclusion.FORGED: 1,
}
_WORST = (Conclusion.FORGED, Conclusion.ALTERED, Conclusion.SUSPECT, Conclusion.RESCAN)


def check_files(settings: InquirySettings, arguments: Sequence[str]) -> int:
    """Ask about scans in files. Exit codes: 0 genuine, 1 forged or doubtful, 2 cannot tell: scan again."""
    parser = argparse.ArgumentParser(
        prog="python -m center_relay.inquiry ask", description=check_files.__doc__
    )
    parser.add_argument("file", nargs="+", type=Path, help="PDF, PNG, JPEG or TIFF: a back, or both sides")
    parser.add_argument(
        "--json", action="store_true", help="the whole answer, with the restored front as PDF"
    )
    parser.add_argument("--language", choices=[language.value for language in Language], default="ja")
    options = parser.parse_args(arguments)
    texts = load_texts()[Language(options.language)]
    scans = [_read(path, settings) for path in options.file]
    try:
        answer = asyncio.run(_ask(settings, scans))
    except ExaminationError as error:
        print(texts(f"trouble.{EXAMINATION[error.trouble].value}"), file=sys.stderr)
        return EXIT[Conclusion.RESCAN]
    if options.json:
        print(json.dumps(answer_json(answer), ensure_ascii=False, indent=1))
    else:
        for line in _lines(texts, answer):
            print(line)
    found = {sheet.conclusion for sheet in answer.sheets} or {Conclusion.RESCAN}
    return EXIT[next((worst for worst in _WORST if worst in found), Conclusion.CONFIRMED)]


async def _ask(settings: InquirySettings, scans: Sequence[bytes]) -> Answer:
    async with opened(settings, load(settings)) as site:
        return await site.inquire(scans)


def _read(path: Path, settings: InquirySettings) -> bytes:
    try:
        if path.stat().st_size > settings.file_megabytes * MEGABYTE:
            raise ConfigurationError(str(path), f"is larger than {settings.file_megabytes} MB")
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be read: {error.strerror}") from error


def _lines(texts: Texts, answer: Answer) -> Iterator[str]:
    if not answer.sheets:
        yield texts("result.none")
    for sheet in answer.sheets:
        yield f"{sheet.back.file}:{sheet.back.page}: {texts(f'conclusion.{sheet.conclusion.value}')}"
        yield f"  {texts(f'reason.{sheet.verdict.reason.name.lower()}')}"
        yield from (f"  {texts(f'doubt.{doubt.value}')}" for doubt in sheet.doubts)
        if sheet.verdict.sheet is not None:
            yield f"  {texts('result.issue_number')}: {sheet.verdict.sheet.issue_number}"
            yield f"  {texts('result.issued_at')}: {moment_words(sheet.verdict.sheet.issued_at)}"
            yield f"  {texts('result.standing')}: {standing_words(texts, sheet.told)}"
