"""Which real parts this machine offers: each replaced one is said in one line, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from certificates.errors import UnavailableError
from load_tests.servers.pcscd import READER_NAME, card_on_reader, private_pcscd
from load_tests.servers.printer import running_printer

PlaceCard = Callable[[Path], AbstractContextManager[None]]
"""The hand at one kiosk's reader: lays the card of a file on it, takes it off at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskParts:
    """``reader`` and ``printer`` as the kiosk's settings name them; ``printed`` is where sheets come out."""

    reader: str
    place: PlaceCard
    printer: str
    printed: Path
    environment: Mapping[str, str]
    replaced: tuple[str, ...] = field(default=())


@contextmanager
def kiosk_parts(folder: Path, *, real: bool) -> Iterator[KioskParts]:
    """Parts of one kiosk: with ``real``, pcscd and an IPP printer where they start, else what ships with the kiosk."""
    printed = folder / "printed"
    printed.mkdir(parents=True, exist_ok=True)
    replaced: list[str] = []
    with ExitStack() as stack:
        reader, place, environment = _software(folder)
        printer = f"file://{printed}"
        if real:
            try:
                server = stack.enter_context(private_pcscd())
            except UnavailableError as error:
                replaced.append(f"card reader: in-process card instead of PC/SC ({error})")
            else:
                reader, environment = f"pcsc:{READER_NAME}", server.environment
                place = lambda card: card_on_reader(server, card)  # noqa: E731 - one hand, one line
            try:
                printer = stack.enter_context(running_printer(printed)).url
            except UnavailableError as error:
                replaced.append(f"printer: a folder instead of IPP ({error})")
        yield KioskParts(
            reader=reader,
            place=place,
            printer=printer,
            printed=printed,
            environment=environment,
            replaced=tuple(replaced),
        )


def _software(folder: Path) -> tuple[str, PlaceCard, Mapping[str, str]]:
    slot = folder / "reader" / "card.json"
    slot.parent.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def place(card: Path) -> Iterator[None]:
        draft = slot.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_bytes(card.read_bytes())
        draft.replace(slot)
        try:
            yield
        finally:
            slot.unlink(missing_ok=True)

    return f"software:{slot}", place, {}
