"""Errands of people who come, move and go: 転入, 転居, 転出, and what is taken back of it."""

from __future__ import annotations

from dataclasses import replace

from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import ResidentNumber
from certificates.domain.resident import ResidencyStatus, Resident, Sex
from sync.change.reasons import Reason
from sync.registry import given_numbers, moves, side_streams
from sync.town import numbers, places
from sync.town.desk import Desk
from sync.town.families import Role, family
from sync.town.people import any_surname, foreign_household, japanese_household, setting


def newcomers(desk: Desk, roles: list[Role], household: int, *, foreign: bool) -> list[Resident]:
    """Rows of people who never lived here, as of today."""
    today = desk.today
    where = replace(
        setting(desk.rng, household, desk.new_people(len(roles)), today), moved_in=today, moved_within=None
    )
    rows = (
        foreign_household(desk.rng, roles, where)
        if foreign
        else japanese_household(desk.rng, roles, where, any_surname(desk.rng))
    )
    return [replace(row, history=1, notified=RecordedDate.of(today)) for row in rows]


def move_in(desk: Desk) -> None:
    _family_comes(desk, abroad=False)


def move_in_from_abroad(desk: Desk) -> None:
    _family_comes(desk, abroad=True)


def _family_comes(desk: Desk, *, abroad: bool) -> None:
    foreign = desk.rng.random() < (0.6 if abroad else 0.04)
    roles = family(desk.rng)
    rows = newcomers(desk, roles, desk.new_household(), foreign=foreign)
    if abroad:
        rows = [replace(row, previous_address="外国", resident_code=None) for row in rows]
    desk.enter(moves.move_in(desk.state, rows, desk.entry(), abroad=abroad))
    head = rows[0].number
    if abroad:
        code = numbers.resident_code(desk.new_number())
        reason = Reason.RESIDENT_CODE_ENTERED
        desk.enter(given_numbers.give_resident_code(desk.state, head, code, reason, desk.entry()))
    desk.enter(side_streams.register_card(desk.state, head, desk.serial(head), desk.entry()))


def join(desk: Desk) -> None:
    """国内転入 into a household that lives here already."""
    members = desk.members()
    if not members:
        return
    head = members[0]
    role = Role("同居人", desk.rng.choice((Sex.MALE, Sex.FEMALE)), desk.rng.randint(18, 80))
    (row,) = newcomers(desk, [role], 0, foreign=False)
    desk.enter(moves.move_in(desk.state, [housed(row, head)], desk.entry()))


def housed(row: Resident, head: Resident) -> Resident:
    """``row`` as that of a lodger in the household of ``head``."""
    return replace(
        row,
        household=head.household,
        relation="同居人",
        household_head=head.name,
        address=head.address,
    )


def come_back(desk: Desk) -> None:
    """国内転入 of somebody who had moved out, into a household of their own, under the same 宛名番号."""
    if not desk.gone:
        return
    number = desk.gone[desk.rng.randrange(len(desk.gone))]
    desk.gone.remove(number)
    row = desk.state.residents[number]
    if row.status is not ResidencyStatus.MOVED_OUT:
        return
    today = RecordedDate.of(desk.today)
    back = replace(
        row,
        household=numbers.household(desk.new_household()),
        status=ResidencyStatus.RESIDENT,
        removed_on=None,
        planned_destination=None,
        confirmed_destination=None,
        relation="世帯主",
        household_head=row.name,
        address=places.address(desk.rng),
        previous_address=places.elsewhere(desk.rng),
        became_resident=today,
        address_since=today,
        notified=today,
    )
    desk.enter(moves.move_in(desk.state, [back], desk.entry()))


def move_within(desk: Desk) -> None:
    members = desk.members()
    if members:
        everybody = [member.number for member in members]
        address = places.address(desk.rng)
        desk.enter(moves.move_within(desk.state, everybody, address, desk.entry()))


def move_apart(desk: Desk) -> None:
    """転居 of some of a household into one of their own, the head among them or not."""
    members = desk.members()
    if len(members) < 2:
        return
    some = members[-1:] if desk.rng.random() < 0.7 else members[:1]
    new = numbers.household(desk.new_household())
    movers = [member.number for member in some]
    address = places.address(desk.rng)
    desk.enter(moves.move_within(desk.state, movers, address, desk.entry(), new_household=new))


def plan_move_out(desk: Desk) -> None:
    _plan(desk, abroad=False)


def plan_move_abroad(desk: Desk) -> None:
    _plan(desk, abroad=True)


def _plan(desk: Desk, *, abroad: bool) -> None:
    leaving = [member.number for member in desk.members() if member.status is ResidencyStatus.RESIDENT]
    if not leaving:
        return
    if desk.rng.random() < 0.5:
        leaving = [desk.rng.choice(leaving)]
    entry = desk.entry()
    day = entry.on.fromordinal(entry.on.toordinal() + desk.rng.randint(1, 14))
    to = "外国" if abroad else places.elsewhere(desk.rng)
    desk.enter(moves.plan_move_out(desk.state, leaving, day, entry, abroad=abroad, destination=to))
    desk.planned.extend(leaving)


def move_out(desk: Desk) -> None:
    """転出 of those whose planned day has come; else of a household that goes today."""
    if desk.planned and (leaving := _due(desk, desk.planned.popleft())):
        _go(desk, leaving)
    else:
        _go(desk, desk.members())


def _due(desk: Desk, number: ResidentNumber) -> list[Resident]:
    """Everybody of the person's household whose planned day has come, where theirs has; they wait on otherwise."""
    row = desk.state.residents[number]
    if row.status is not ResidencyStatus.MOVING_OUT or row.removed_on is None:
        return []
    if row.removed_on > desk.today:
        desk.planned.append(number)
        return []
    return [
        member
        for member in desk.state.household(row.household)
        if member.status is ResidencyStatus.MOVING_OUT
        and member.removed_on is not None
        and member.removed_on <= desk.today
    ]


def move_abroad(desk: Desk) -> None:
    _go(desk, desk.members()[-1:], abroad=True)


def _go(desk: Desk, rows: list[Resident] | tuple[Resident, ...], *, abroad: bool = False) -> None:
    if not rows:
        return
    leaving = [row.number for row in rows]
    desk.enter(moves.move_out(desk.state, leaving, desk.entry(), abroad=abroad))
    for number in leaving:
        desk.leave(number)
    if not abroad:
        desk.gone.extend(leaving)


def cancel_move_out(desk: Desk) -> None:
    """異動の取消し（増）of a 転出予定: they stay after all."""
    if desk.planned:
        number = desk.planned.pop()
        if desk.state.residents[number].status is ResidencyStatus.MOVING_OUT:
            desk.enter(moves.cancel_move_out(desk.state, [number], desk.entry()))


def confirm_move_out(desk: Desk) -> None:
    """転入通知 from the municipality to which somebody has gone."""
    if desk.gone:
        number = desk.gone.popleft()
        if desk.state.residents[number].status is ResidencyStatus.MOVED_OUT:
            to = places.elsewhere(desk.rng)
            desk.enter(moves.confirm_move_out(desk.state, number, to, desk.entry()))
