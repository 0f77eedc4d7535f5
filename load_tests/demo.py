"""``make demo`` and ``make town``: a day of コンビニ交付 on this machine, with invented residents."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
from cryptography.x509 import ReasonFlags

from certificates.errors import KofuError
from certificates.pdf.fonts import Typeface, find_mincho
from kiosk_client.session.screens import Language
from kiosk_client.web.texts import load_texts
from load_tests import oracle
from load_tests.logs import keep_logs
from load_tests.people import People, profile
from load_tests.receiving import Line, Receiving
from load_tests.town import settings
from load_tests.town.folder import PIN
from load_tests.town.process import run_command
from load_tests.town.running import KioskAtWork, RunningTown, Say, running_town
from load_tests.town.screen import Experience, Wish, customer
from load_tests.visits import (
    AFTER_MOVE,
    BEFORE_MOVE,
    NEW_ADDRESS,
    PLAN,
    PlannedVisit,
    change_that_cannot_be_applied,
    move,
)
from sync.change.events import Change
from sync.registry.files import CHANGES
from sync.registry.state import RegisterState
from sync.town import Scenario, Town
from sync.town.day import day_of_changes

CHANGES_A_DAY = 60
PNG_SCALE = 110 / 72  # 110 dpi
PNG_COLOURS = 64  # cyan ground, black ink and what lies between


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 everything ended as it must, 1 something did not, 2 the machine lacks what is indispensable."""
    parser = argparse.ArgumentParser(prog="python -m load_tests.demo", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out"), help="where the sheets go (PDF and PNG)")
    parser.add_argument("--residents", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1, help="the same seed invents the same town")
    parser.add_argument("--stay", action="store_true", help="leave the town running and print the addresses")
    parser.add_argument("--embedded", action="store_true", help="embedded defaults only: no pcscd, no IPP")
    given = parser.parse_args(arguments)
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"  {time.monotonic() - started:5.1f} s  {line}", flush=True)

    try:
        face = Typeface.load(find_mincho())
    except KofuError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    root = Path(tempfile.mkdtemp(prefix="kofu-town-"))
    try:
        return asyncio.run(_run(given, root, face, say))
    except KofuError as error:
        print(f"error: {error}", file=sys.stderr)
        print(f"the services' logs are in {keep_logs(root, given.out)}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(root, ignore_errors=True)


async def _run(given: argparse.Namespace, root: Path, face: Typeface, say: Say) -> int:
    say("見本県みほん市 is being invented")
    async with running_town(
        root,
        residents=given.residents,
        seed=given.seed,
        face=face,
        # the bench beside the screen, with cards to put on, goes with the reader in the process
        real_parts=not (given.embedded or given.stay),
        inquiry=True,
        changes=_day,
        say=say,
    ) as town:
        say("registry, issuance server, centre and kiosk are up, on loopback with mutual TLS")
        if given.stay:
            return await _stay(town)
        play = Play(town, given.out, face)
        await play.apply_the_day()
        say(f"a day of {play.changes_applied} changes is applied")
        for planned in PLAN:
            say(await play.visit(planned))
        for told in await play.moving():
            say(told)
        for told in await play.receive():
            say(told)
        play.summary()
        return 0 if all(line.good for line in play.lines) else 1


def _day(town: Town) -> tuple[Change, ...]:
    return day_of_changes(town, CHANGES_A_DAY)


class Play:
    """The visits of the day, one after the other, at the first kiosk."""

    def __init__(self, town: RunningTown, out: Path, face: Typeface) -> None:
        self.town = town
        self.lines: list[Line] = []
        self.changes_applied = 0
        self._out = out
        self._face = face
        self._kiosk: KioskAtWork = town.kiosks[0]
        self._state = RegisterState(town.town.records())
        self._texts = load_texts()[Language.JA]
        self._seen: set[Path] = set()
        self._visits = 0
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)

    async def apply_the_day(self) -> None:
        """The registry's clerks enter the file of changes; one change comes that the copy cannot apply."""
        folder = self.town.folder
        await run_command(
            "sync.registry",
            "enter",
            str(folder.path("registry", CHANGES)),
            settings=settings.registry(folder),
            log=folder.log("registry"),
        )
        await self.town.enter(change_that_cannot_be_applied(self._state, self.town.town))
        self.changes_applied = await self.town.settled()
        person = self.town.town.person(Scenario.WITHOUT_SEAL)
        folder.revoke([(person.serial, ReasonFlags.key_compromise)])

    async def moving(self) -> list[str]:
        """A certificate, the 転居 at the counter, and the next certificate."""
        before = await self.visit(BEFORE_MOVE)
        await self.town.enter(move(self._state, self.town.town))
        await self.town.settled()
        return [before, await self.visit(AFTER_MOVE)]

    async def visit(self, planned: PlannedVisit) -> str:
        person = self.town.town.person(planned.scenario)
        card = self.town.folder.card_file(person.serial, planned.scenario.value)
        wish = Wish(
            card=planned.scenario.value,
            pins=planned.pins,
            kind=planned.kind,
            members=planned.members,
            items=planned.items,
        )
        async with customer(self._kiosk.screen, wish, lambda _: self._kiosk.parts.place(card)) as visitor:
            experience = await visitor.visit()
        try:
            result = self._judge(planned, experience)
            good = True
        except oracle.WrongPaperError as error:
            result, good = f"WRONG: {error}", False
        line = Line(title=planned.title, result=result, seconds=experience.seconds, good=good)
        self.lines.append(line)
        self._visits += 1
        return f"{planned.title}: {result}"

    def _judge(self, planned: PlannedVisit, experience: Experience) -> str:
        """What happened against what must; raises WrongPaperError."""
        papers = sorted(set(self._kiosk.parts.printed.glob("*.pdf")) - self._seen)
        self._seen.update(papers)
        if planned.refusal is not None or planned.wrong_pin:
            if papers or experience.issued:
                raise oracle.WrongPaperError("a certificate came out although it had to be refused")
            if planned.wrong_pin:
                return "no certificate: " + " / ".join(experience.notes[:1])
            assert planned.refusal is not None
            expected = self._texts.reason(planned.refusal)
            if experience.refusal != expected:
                raise oracle.WrongPaperError(f"the screen said {experience.refusal!r}, not {expected!r}")
            return f"refused: {expected}"
        if len(papers) != 1:
            raise oracle.WrongPaperError(
                f"{len(papers)} sheets came out; the screen said {experience.refusal!r}"
            )
        pdf = papers[0].read_bytes()
        people = People.of(
            self._state.residents.values(),
            {card.serial: card.resident for card in self.town.town.cards},
            profile(self.town.town.municipality),
        )
        person = self.town.town.person(planned.scenario)
        household = people.household(person.resident.number)
        members = (
            None
            if planned.members is None
            else [household.members[index].number for index in planned.members]
        )
        oracle.check(
            pdf, people.expected(person.serial, planned.kind, members, planned.items), issue_numbers=()
        )
        moved = f", 住所 {NEW_ADDRESS}" if oracle.bare(NEW_ADDRESS) in oracle.text_of(pdf) else ""
        return f"issued{moved}, {self._draw(planned, pdf)}"

    def _draw(self, planned: PlannedVisit, pdf: bytes) -> str:
        """The sheet as PDF and PNG under ``out``."""
        stem = f"{len(self.lines) + 1:02d}-{planned.slug}"
        (self._out / f"{stem}.pdf").write_bytes(pdf)
        document = pypdfium2.PdfDocument(pdf)
        for index in range(len(document)):
            side = "back" if index % 2 else "front"
            image = document[index].render(scale=PNG_SCALE).to_pil().quantize(PNG_COLOURS)
            image.save(self._out / f"{stem}-{index // 2 + 1}-{side}.png")
        document.close()
        return str(self._out / f"{stem}.pdf")

    async def receive(self) -> list[str]:
        """What receivers of the day's certificates are told."""
        receiving = Receiving(self.town, self._out, self._face)
        told = [*await receiving.first_sheet(), await receiving.exchanged()]
        self.lines += told
        return [f"{line.title}: {line.result}" for line in told]

    def summary(self) -> None:
        print()
        for number, line in enumerate(self.lines, start=1):
            mark = "ok " if line.good else "BAD"
            print(f"  {mark} {number:2d}  {line.seconds:4.1f} s  {line.title}  →  {line.result}")
        for replaced in self.town.replaced:
            print(f"  note: {replaced}")
        if self._kiosk.parts.reader.startswith("pcsc:") and not self.town.replaced:
            print("  note: card over PC/SC (pcscd, virtual reader), sheets over IPP (ippeveprinter)")
        bad = sum(not line.good for line in self.lines)
        print(f"  {self._visits} visits, {len(self._seen)} certificates, {bad} wrong; sheets in {self._out}/")


async def _stay(town: RunningTown) -> int:
    for scenario, person in town.town.people.items():
        town.folder.card_file(person.serial, scenario.value)
    print("\n  open in a browser:")
    for kiosk in town.kiosks:
        print(f"    {kiosk.screen}/   kiosk {kiosk.kiosk} with cards of invented residents (PIN {PIN})")
        print(f"      its sheets come out in {kiosk.parts.printed}")
    if town.inquiry is not None:
        print(
            f"    {town.inquiry.address('inquiry')}/   inquiry site: give it the sheets' scans, or the PDFs themselves"
        )
    print("  services, mutual TLS:")
    for service in (town.registry, town.issuance, town.centre):
        print(f"    {next(iter(service.addresses.values()))}   {service.module}")
    print(f"  files, keys and logs: {town.folder.root}\n  Ctrl-C ends the town and removes them.", flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
