"""Errands at the other counters: seals, suppressions, cards."""

from __future__ import annotations

from datetime import timedelta

from certificates.domain.dates import age_on
from certificates.domain.resident import Resident
from certificates.domain.suppression import Suppression, SuppressionReason
from sync.registry import side_streams
from sync.town import numbers
from sync.town.desk import Desk

_SEAL_AGE = 15  # 印鑑登録証明事務処理要領


def register_seal(desk: Desk) -> None:
    """印鑑登録, or 改印 where there is one."""
    _register(desk, _adult(desk))


def change_seal(desk: Desk) -> None:
    """改印."""
    _register(desk, desk.person(lambda row: _has_seal(desk, row)))


def _register(desk: Desk, person: Resident | None) -> None:
    if person is not None:
        registration = numbers.seal_registration(desk.new_number())
        imprint = desk.imprint(person)
        desk.enter(side_streams.register_seal(desk.state, person.number, registration, imprint, desk.entry()))


def abolish_seal(desk: Desk) -> None:
    person = desk.person(lambda row: _has_seal(desk, row))
    if person is not None:
        desk.end_seal(person.number)


def _has_seal(desk: Desk, row: Resident) -> bool:
    seal = desk.state.seals.get(row.number)
    return seal is not None and seal.is_valid


def _adult(desk: Desk) -> Resident | None:
    today = desk.today
    old_enough = (
        row for row in desk.members() if row.birth.year is not None and age_on(row.birth, today) >= _SEAL_AGE
    )
    return next(old_enough, None)


def suppress(desk: Desk) -> None:
    """支援措置 of one person, of a person with others of the household, or of a household as a whole."""
    members = desk.members()
    if not members:
        return
    entry = desk.entry()
    key = f"W{entry.id[:12]}"
    kind = desk.rng.random()
    reason = desk.rng.choice(tuple(SuppressionReason))
    until = entry.on + timedelta(days=365) if desk.rng.random() < 0.5 else None
    some = members[:1] if kind < 0.5 else members
    rows = [
        Suppression(key=f"{key}-{place}", reason=reason, since=entry.on, resident=member.number, until=until)
        for place, member in enumerate(some)
    ]
    if kind > 0.8:
        rows.append(
            Suppression(key=f"{key}-H", reason=reason, since=entry.on, household=members[0].household)
        )
    desk.enter(side_streams.suppress_together(rows, entry))
    desk.suppressed.append(tuple(row.key for row in rows))


def release(desk: Desk) -> None:
    if desk.suppressed:
        keys = desk.suppressed.popleft()
        desk.enter(side_streams.release_together(desk.state, keys, desk.entry()))


def renew_card(desk: Desk) -> None:
    if members := desk.members():
        number = desk.rng.choice(members).number
        desk.enter(side_streams.register_card(desk.state, number, desk.serial(number), desk.entry()))


def return_card(desk: Desk) -> None:
    """The certificate on a lost or returned card is removed."""
    person = desk.person(lambda row: bool(desk.state.cards_of(row.number)))
    if person is not None:
        serial = desk.state.cards_of(person.number)[0].serial
        desk.enter(side_streams.remove_card(desk.state, serial, desk.entry()))
