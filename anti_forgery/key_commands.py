"""``python -m anti_forgery keys new | list | rotate | retire``: the keys of a folder, looked after by hand."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from anti_forgery.key_files import load_folder, new_keys, owner_of
from anti_forgery.keys import Key, PrivateKey, Term, key_id
from anti_forgery.rotation import retire, rotate
from certificates.errors import ConfigurationError, InvalidValueError

MOST_DAYS = 3660


def add_key_commands(keys: argparse.ArgumentParser) -> None:
    actions = keys.add_subparsers(dest="action", required=True)
    new = actions.add_parser("new", help="make a site and a centre key that follow the ones in the folder")
    new.add_argument("--out", type=Path, required=True, metavar="DIR", dest="keys")
    new.add_argument("--days", type=_days(1), default=365, help="length of the term (default 365)")
    new.set_defaults(act=_new)
    listing = actions.add_parser("list", help="every key with its term, its state and its successor")
    listing.set_defaults(act=_list)
    turn = actions.add_parser(
        "rotate", help="make a successor of the newest site and centre key whose private halves are here"
    )
    turn.add_argument("--days", type=_days(1), default=365, help="length of its term (default 365)")
    turn.add_argument("--in-days", type=_days(0), default=0, help="when it begins (default 0: now)")
    turn.add_argument(
        "--overlap-days", type=_days(0), default=14, help="how long the old key goes on (default 14)"
    )
    turn.set_defaults(act=_rotate)
    end = actions.add_parser("retire", help="end a key's term now; it still verifies what it sealed")
    end.add_argument("id", help="16 hexadecimal digits, as listed")
    end.add_argument(
        "--without-successor", action="store_true", help="even if nothing can be sealed afterwards"
    )
    end.set_defaults(act=_retire)
    for action in (listing, turn, end):
        action.add_argument("--keys", type=Path, required=True, metavar="DIR")


def run_key_command(options: argparse.Namespace) -> int:
    """Raises ConfigurationError with what is wrong and what to do."""
    act: Callable[[argparse.Namespace, datetime], None] = options.act
    act(options, datetime.now(UTC))
    return 0


def _new(options: argparse.Namespace, now: datetime) -> None:
    site, centre = new_keys(options.keys, now=now, valid_for=timedelta(days=options.days))
    print(f"site {site.id}\ncentre {centre.id}")


def _list(options: argparse.Namespace, now: datetime) -> None:
    found = load_folder(options.keys).all
    if not found:
        raise ConfigurationError(str(options.keys), "holds no key; make the first with: keys new")
    private = {key.id for key in found if isinstance(key, PrivateKey)}
    once = {key.id: key for key in found}.values()
    print("owner   id                half     seals from           until                state    successor")
    for key in sorted(once, key=lambda key: (owner_of(key).value, key.term.not_before)):
        print(_row(key, "private" if key.id in private else "public", now))


def _row(key: Key, half: str, now: datetime) -> str:
    term = key.term
    begin, end = (f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}Z" for moment in (term.not_before, term.not_after))
    return (
        f"{owner_of(key).value:<6}  {key.id}  {half:<7}  {begin:<19}  {end:<19}  {_state(term, now):<7}  "
        f"{term.successor or '-'}"
    )


def _state(term: Term, now: datetime) -> str:
    if term.covers(now):
        return "seals"
    return "waits" if now < term.not_before else "retired"


def _rotate(options: argparse.Namespace, now: datetime) -> None:
    done = rotate(
        options.keys,
        begins=now + timedelta(days=options.in_days),
        valid_for=timedelta(days=options.days),
        overlap=timedelta(days=options.overlap_days),
        now=now,
    )
    for rotation in done:
        print(
            f"{owner_of(rotation.new).value} {rotation.new.id} follows {rotation.old.id}, "
            f"which seals until {rotation.old.term.not_after:%F %T %Z}"
        )
    print("hand the *.public.json files to the other side; services that run take keys up within seconds")


def _retire(options: argparse.Namespace, now: datetime) -> None:
    try:
        name = key_id(options.id)
    except InvalidValueError as error:
        raise ConfigurationError(f"key {options.id}", error.reason) from error
    term = retire(options.keys, name, now=now, without_successor=options.without_successor)
    print(f"{name} has sealed its last sheet at {term.not_after:%F %T %Z}; it verifies what it sealed before")


def _days(least: int) -> Callable[[str], int]:
    def days(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= MOST_DAYS:
            raise argparse.ArgumentTypeError(f"must be {least} to {MOST_DAYS} days, is {text!r}")
        return int(text)

    return days
