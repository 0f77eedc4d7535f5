"""A town that runs: registry, issuance server, centre and kiosks as processes, and hands to play with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from certificates.domain.identifiers import KioskId
from certificates.domain.resident import Resident
from certificates.domain.seal import SealImprint
from certificates.errors import KofuError, UnavailableError
from certificates.pdf.fonts import Typeface
from certificates.pdf.imprint import draw_imprint
from certificates.service.tls import client_context
from certificates.wire.codec import decode
from load_tests.ports import free_port
from load_tests.scene import HolderOf, KioskFiles, Scene
from load_tests.town import settings
from load_tests.town.folder import TownFolder
from load_tests.town.parts import KioskParts, kiosk_parts
from load_tests.town.process import ServiceProcess, run_command, service_process
from sync.change.events import Change
from sync.registry.files import write_changes, write_register
from sync.registry.wire import ChangeAccepted, FeedPosition, write_change
from sync.town import Town, invent
from sync.town.town import plain_imprint

SYNC_SECONDS = 20.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskAtWork:
    kiosk: KioskId
    process: ServiceProcess
    parts: KioskParts = field(repr=False)

    @property
    def screen(self) -> str:
        return self.process.address("screen")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTown:
    """Everything is up while this is in hand; ``replaced`` says which real parts this machine did not have."""

    folder: TownFolder
    town: Town
    registry: ServiceProcess
    issuance: ServiceProcess
    centre: ServiceProcess
    inquiry: ServiceProcess | None
    kiosks: tuple[KioskAtWork, ...]
    replaced: tuple[str, ...]

    async def enter(self, *changes: Change) -> int:
        """Enter changes at the registry's desk; returns the last one's number."""
        sequence = 0
        async with self._operator() as session:
            for change in changes:
                address = self.registry.address("registry") + "/v1/changes"
                headers = {"Content-Type": "application/json"}
                async with session.post(address, data=write_change(change), headers=headers) as answer:
                    body = await answer.read()
                    if answer.status != 200:
                        raise UnavailableError("registry", f"HTTP {answer.status}", outcome_known=True)
                    sequence = decode(body, ChangeAccepted).sequence
        return sequence

    async def settled(self) -> int:
        """Wait until the issuance server has acknowledged everything that the registry holds."""
        async with self._operator() as session, asyncio.timeout(SYNC_SECONDS):
            while True:
                async with session.get(self.registry.address("registry") + "/v1/position") as answer:
                    position = decode(await answer.read(), FeedPosition)
                if position.acknowledged == position.position:
                    return position.position
                await asyncio.sleep(0.02)

    @asynccontextmanager
    async def _operator(self) -> AsyncIterator[aiohttp.ClientSession]:
        context = client_context(self.folder.parties.operator.tls)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
            yield session

    def scene(self, holders: tuple[HolderOf, ...]) -> Scene:
        """What a load process needs; ``holders`` are the ones whose visits end with a certificate."""
        return Scene(
            centre=self.centre.address("centre"),
            municipality=self.folder.municipality,
            authority=str(self.folder.transport.certificate),
            trusted=str(self.folder.transport.trusted),
            cards=str(self.folder.path("jpki")),
            kiosks=tuple(
                KioskFiles(kiosk=kiosk, certificate=str(files.tls.certificate), key=str(files.tls.key))
                for kiosk, files in self.folder.parties.kiosks
            ),
            residents=self.town.residents,
            holders=holders,
        )


def imprints(face: Typeface) -> Callable[[Resident], SealImprint]:
    """Seals with the surname in this typeface; a surname that it cannot draw gets a plain one."""
    drawn: dict[str, SealImprint] = {}

    def draw(resident: Resident) -> SealImprint:
        lettering = resident.name.split("　")[0]
        if lettering not in drawn:
            try:
                drawn[lettering] = draw_imprint(lettering, face)
            except KofuError:
                return plain_imprint(resident)
        return drawn[lettering]

    return draw


@asynccontextmanager
async def running_town(
    root: Path,
    *,
    residents: int,
    seed: int,
    face: Typeface | None = None,
    kiosks: int = 1,
    enrolled: int | None = None,
    real_parts: bool = True,
    database: str | None = None,
    store: str = "memory://",
    inquiry: bool = False,
    changes: Callable[[Town], tuple[Change, ...]] | None = None,
    say: Say = lambda line: None,
) -> AsyncIterator[RunningTown]:
    """Invent a town, load it and start everything under ``root``.

    ``kiosks`` processes are started and ``enrolled`` (at least as many) have keys, for load that plays kiosks itself.
    ``inquiry`` starts the inquiry site too, whose address is then on every back.
    ``changes`` makes the day's change data, written as the registry's own file.
    Raises UnavailableError when a service does not start.
    """
    draw = plain_imprint if face is None else imprints(face)
    town = await asyncio.to_thread(invent, seed, residents, draw=draw)
    folder = await asyncio.to_thread(
        TownFolder, root, municipality=town.municipality, kiosks=enrolled or kiosks, now=datetime.now(UTC)
    )
    files = folder.path("registry")
    files.mkdir()
    await asyncio.to_thread(write_register, files, town.records())
    if changes is not None:
        await asyncio.to_thread(write_changes, files, changes(town))
    say(f"invented {len(town.residents):,} residents, {len(town.seals):,} seals, {len(town.cards):,} cards")
    await _load(folder, database)
    say("the registry's full load is in the issuance server's copy")
    async with AsyncExitStack() as stack:
        # each of the two needs the other's address: the registry gets a port that is free now
        port = free_port()
        issuance = await stack.enter_async_context(
            service_process(
                "issuance_server",
                settings=settings.issuance(folder, database=database, registry=f"https://localhost:{port}"),
                listeners=1,
                log=folder.log("issuance"),
            )
        )
        issuance_address = issuance.address("issuance-server")
        registry = await stack.enter_async_context(
            service_process(
                "sync.registry",
                settings=settings.registry(folder, target=issuance_address, port=port),
                listeners=1,
                log=folder.log("registry"),
            )
        )
        site_port = free_port() if inquiry else 0
        centre = await stack.enter_async_context(
            service_process(
                "center_relay",
                settings=settings.centre(
                    folder,
                    issuance_address=issuance_address,
                    store=store,
                    inquiry_address=f"http://localhost:{site_port}" if inquiry else "",
                ),
                listeners=1,
                log=folder.log("centre"),
            )
        )
        site: ServiceProcess | None = None
        if inquiry:
            site = await stack.enter_async_context(
                service_process(
                    "center_relay.inquiry",
                    settings=settings.inquiry(
                        folder, centre_address=centre.address("centre"), port=site_port
                    ),
                    listeners=1,
                    log=folder.log("inquiry"),
                )
            )
        at_work = [
            await stack.enter_async_context(
                kiosk_at_work(folder, number, centre_address=centre.address("centre"), real=real_parts)
            )
            for number in range(kiosks)
        ]
        running = RunningTown(
            folder=folder,
            town=town,
            registry=registry,
            issuance=issuance,
            centre=centre,
            inquiry=site,
            kiosks=tuple(at_work),
            replaced=tuple(line for kiosk in at_work for line in kiosk.parts.replaced),
        )
        await running.settled()
        yield running


async def _load(folder: TownFolder, database: str | None) -> None:
    full = str(folder.path("registry", "full.jsonl"))
    await run_command(
        "sync.registry", "export", full, settings=settings.registry(folder), log=folder.log("registry")
    )
    await run_command(
        "issuance_server",
        "load-full",
        full,
        settings=settings.issuance(folder, database=database),
        log=folder.log("issuance"),
    )


@asynccontextmanager
async def kiosk_at_work(
    folder: TownFolder, number: int, *, centre_address: str, real: bool
) -> AsyncIterator[KioskAtWork]:
    """The ``number``-th enrolled kiosk as a process, with its reader and printer."""
    kiosk, files = folder.parties.kiosks[number]
    # starting a private server blocks for a moment; nobody waits for this loop yet
    with kiosk_parts(folder.path(kiosk), real=real) as parts:
        environment = settings.kiosk(folder, kiosk, files, centre_address=centre_address, parts=parts)
        async with service_process(
            "kiosk_client", settings=environment, listeners=1, log=folder.log(kiosk)
        ) as process:
            yield KioskAtWork(kiosk=kiosk, process=process, parts=parts)
