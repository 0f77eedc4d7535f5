"""The site's other verb: ask about files on this machine, with the same limits and the same answer as the page."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from anti_forgery.scan_trouble import ScanTrouble
from center_relay.inquiry.compose import load, opened, stated_by
from center_relay.inquiry.ports import ExaminationError, Place, Seen
from center_relay.inquiry.settings import MEGABYTE, InquirySettings
from center_relay.inquiry.usecases.conclusions import Conclusion
from center_relay.inquiry.usecases.inquire import Answer
from center_relay.inquiry.web.answer_json import answer_json, refusal_json
from center_relay.inquiry.web.standing_words import moment_words, standing_words
from center_relay.inquiry.web.texts import Language, Texts, load_texts
from center_relay.inquiry.web.troubles import EXAMINATION

EXIT_GENUINE, EXIT_DOUBTFUL, EXIT_SCAN_AGAIN = range(3)
_DOUBTFUL = frozenset((Conclusion.FORGED, Conclusion.ALTERED, Conclusion.SUSPECT))


def check_files(settings: InquirySettings, arguments: Sequence[str]) -> int:
    """Ask about scans in files. Exit codes: 1 a sheet is forged, altered or doubtful; else 2 a sheet cannot be told or a
    file was not checked: scan again; else 0 every sheet is genuine."""
    parser = argparse.ArgumentParser(
        prog="python -m center_relay.inquiry ask", description=check_files.__doc__
    )
    parser.add_argument("file", nargs="+", type=Path, help="PDF, PNG, JPEG or TIFF: a back, or both sides")
    parser.add_argument(
        "--json", action="store_true", help="the whole answer, with the restored front as PDF"
    )
    parser.add_argument("--language", choices=[language.value for language in Language], default="ja")
    options = parser.parse_args(arguments)
    texts = load_texts()
    language = texts[Language(options.language)]
    facts = stated_by(settings).facts
    scans = [_read(path, settings) for path in options.file]
    try:
        answer = asyncio.run(_ask(settings, scans))
    except ExaminationError as error:
        trouble = EXAMINATION[error.trouble]
        if options.json:
            print(json.dumps(refusal_json(trouble, texts, facts), ensure_ascii=False, indent=1))
        else:
            print(language(f"trouble.{trouble.value}", **facts), file=sys.stderr)
        return EXIT_SCAN_AGAIN
    if options.json:
        print(json.dumps(answer_json(answer), ensure_ascii=False, indent=1))
    else:
        for line in _lines(language, answer, options.file, facts):
            print(line)
    return exit_code(answer)


def exit_code(answer: Answer) -> int:
    """What accuses comes first; genuine needs every sheet, and every picture to belong to one."""
    found = {sheet.conclusion for sheet in answer.sheets}
    if found & _DOUBTFUL:
        return EXIT_DOUBTFUL
    return EXIT_SCAN_AGAIN if not found or answer.loose or Conclusion.RESCAN in found else EXIT_GENUINE


async def _ask(settings: InquirySettings, scans: Sequence[bytes | ScanTrouble]) -> Answer:
    """A file that could not be read keeps its number, and its trouble stands beside what is said of the others."""
    async with opened(settings, load(settings)) as site:
        answer = await site.inquire([b"" if isinstance(scan, ScanTrouble) else scan for scan in scans])
    return replace(answer, loose=tuple(_with_trouble(one, scans[one.place.file - 1]) for one in answer.loose))


def _with_trouble(seen: Seen, scan: bytes | ScanTrouble) -> Seen:
    return replace(seen, trouble=scan) if isinstance(scan, ScanTrouble) else seen


def _read(path: Path, settings: InquirySettings) -> bytes | ScanTrouble:
    try:
        if path.stat().st_size > settings.file_megabytes * MEGABYTE:
            return ScanTrouble.TOO_LARGE
        return path.read_bytes()
    except OSError:
        return ScanTrouble.NOT_OPENED


def _lines(texts: Texts, answer: Answer, files: Sequence[Path], facts: Mapping[str, int]) -> Iterator[str]:
    def where(place: Place) -> str:
        return f"{files[place.file - 1]}:{place.page}"

    if not answer.sheets:
        yield texts("result.none")
    for sheet in answer.sheets:
        yield f"{where(sheet.back)}: {texts(f'conclusion.{sheet.conclusion.value}')}"
        yield f"  {texts(f'reason.{sheet.verdict.reason.name.lower()}')}"
        yield from (f"  {texts(f'doubt.{doubt.value}')}" for doubt in sheet.doubts)
        if sheet.verdict.sheet is not None:
            yield f"  {texts('result.issue_number')}: {sheet.verdict.sheet.issue_number}"
            yield f"  {texts('result.issued_at')}: {moment_words(sheet.verdict.sheet.issued_at)}"
            yield f"  {texts('result.standing')}: {standing_words(texts, sheet.told)}"
    for one in answer.loose:
        if one.trouble is not None:
            yield f"{where(one.place)}: {texts(f'scan.{one.trouble.value}', **facts)}"
        elif answer.sheets:
            yield f"{where(one.place)}: {texts('result.loose_front')}"
