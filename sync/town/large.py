"""A town too large to be held: its full load written by several processes, some hundred households at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from itertools import islice
from pathlib import Path

from certificates.wire.jose import SigningKey
from sync.change.events import Record
from sync.change.records import Kind
from sync.feed.full_load.lines import is_compressed, packed, record_line
from sync.feed.full_load.writing import digest_of, sign_full_load
from sync.feed.wire import NO_CHAIN, FullLoadHead
from sync.processes import Processes
from sync.town import numbers
from sync.town.drawing import draw_with
from sync.town.files import taken_at, write_index
from sync.town.homes import Draw, Plot, build, plots
from sync.town.scenarios import Scenario
from sync.town.town import Person, person_of, plain_imprint, require_size

HOUSEHOLDS_AT_ONCE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What decides a town besides its size. ``font``: a Mincho font for the seals; plain rings without."""

    seed: int
    today: date
    font: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The rows of some households as they will stand in the file; ``counts`` are of lines."""

    residents: int
    counts: Mapping[Kind, int]
    lines: Mapping[Kind, bytes] = field(repr=False)


def write_large_town(
    path: Path,
    site: Site,
    residents: int,
    key: SigningKey,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    processes: int = 0,
    households: int = HOUSEHOLDS_AT_ONCE,
) -> FullLoadHead:
    """Write the full load of ``invent(seed, residents)`` at number 0, and its index beside it.

    ``processes``: how many invent at the same time (0: this one alone); each is given so many ``households`` at
    once. ``progress`` is told how many residents of how many are written. Raises InvalidValueError,
    ConfigurationError when the font cannot be read, UnavailableError.
    """
    require_size(residents)
    draw = draw_for(site.font)
    parts = {kind: path.with_name(f"{path.name}.{kind.value}{path.suffix}") for kind in Kind}
    work = partial(piece_of, site, compressed=is_compressed(path))
    counts = dict.fromkeys(Kind, 0)
    try:
        with ExitStack() as stack:
            outputs = {kind: stack.enter_context(part.open("wb")) for kind, part in parts.items()}
            done = 0
            for piece in _pieces(work, _portions(plots(site.seed, residents), households), processes):
                for kind, lines in piece.lines.items():
                    outputs[kind].write(lines)
                    counts[kind] += piece.counts[kind]
                done += piece.residents
                progress(done, residents)
        head = FullLoadHead(
            municipality=numbers.MUNICIPALITY,
            sequence=0,
            count=sum(counts.values()),
            sha256=digest_of(parts.values()),
            taken_at=taken_at(site.today),
            chain=NO_CHAIN,
        )
        sign_full_load(path, [*parts.values()], head, key)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    people: dict[Scenario, Person] = {}
    for plot in plots(site.seed, residents):
        if plot.scenario is None:  # the cast comes first
            break
        people[plot.scenario] = person_of(plot, build(plot, site.seed, site.today, draw))
    write_index(path.parent, site.seed, site.today, residents, people)
    return head


@cache
def draw_for(font: Path | None) -> Draw:
    """How seals look. Raises ConfigurationError when the font cannot be read."""
    return draw_with(font) if font is not None else plain_imprint


def piece_of(site: Site, plots: tuple[Plot, ...], *, compressed: bool) -> Piece:
    """The households of these plots."""
    draw = draw_for(site.font)
    homes = [build(plot, site.seed, site.today, draw) for plot in plots]
    rows: dict[Kind, list[Record]] = {
        Kind.RESIDENT: [row for home in homes for row in home.residents],
        Kind.SEAL: [row for home in homes for row in home.seals],
        Kind.SUPPRESSION: [row for home in homes for row in home.suppressions],
        Kind.CARD: [row for home in homes for row in home.cards],
    }
    return Piece(
        residents=len(rows[Kind.RESIDENT]),
        counts={kind: len(records) for kind, records in rows.items() if records},
        lines={
            kind: packed(b"".join(map(record_line, records)), compressed=compressed)
            for kind, records in rows.items()
            if records
        },
    )


def _portions(plots: Iterable[Plot], size: int) -> Iterator[tuple[Plot, ...]]:
    source = iter(plots)
    while portion := tuple(islice(source, size)):
        yield portion


def _pieces(
    work: Callable[[tuple[Plot, ...]], Piece], portions: Iterator[tuple[Plot, ...]], processes: int
) -> Iterator[Piece]:
    if not processes:
        yield from map(work, portions)
        return
    with Processes(work, processes) as inventing:
        yield from inventing.in_order(portions)
