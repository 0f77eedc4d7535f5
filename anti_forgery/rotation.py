"""Successors and retirement: which key seals next, and how long the one before it may go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from anti_forgery.key_files import Owner, load_folder, owner_of, write_key
from anti_forgery.keys import CentrePrivateKey, Key, KeyId, PrivateKey, SitePrivateKey, Term
from certificates.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What was done: ``old`` as it is now, with its end and its successor ``new``."""

    old: PrivateKey
    new: PrivateKey


def rotate(
    folder: Path, *, begins: datetime, valid_for: timedelta, overlap: timedelta, now: datetime
) -> tuple[Rotation, ...]:
    """Make a successor for the newest key of every owner whose private key is in the folder.

    The successor seals from ``begins`` on; the old key may seal for ``overlap`` more, in which the public halves reach
    the other side, and verifies what it sealed for ever. The successor is on disk before the old key's term is cut.
    Raises ConfigurationError when there is no private key, when a successor is waiting already, and when the old key
    would end before the new one begins.
    """
    present = load_folder(folder)
    holdings: tuple[Sequence[PrivateKey], ...] = (present.site_private, present.centre_private)
    newest = [max(keys, key=lambda key: key.term.not_before) for keys in holdings if keys]
    if not newest:
        raise ConfigurationError(
            str(folder), "holds no private key to be followed; make the first with: keys new"
        )
    for old in newest:
        if old.term.not_before > now:
            raise ConfigurationError(
                f"key {old.id}", f"is a successor already, and begins only on {old.term.not_before:%F %T %Z}"
            )
        if now < old.term.not_after < begins:
            raise ConfigurationError(
                f"key {old.id}", f"ends on {old.term.not_after:%F %T %Z}, before its successor would begin"
            )
    done = []
    for old in newest:
        new = _successor(old, Term(not_before=begins, not_after=begins + valid_for))
        write_key(folder, new)
        write_key(folder, new.public_key)
        term = Term(
            not_before=old.term.not_before,
            not_after=min(old.term.not_after, begins + overlap),
            successor=new.id,
        )
        _write_halves(folder, [key for key in present.all if key.id == old.id], term)
        done.append(Rotation(old=replace(old, term=term), new=new))
    return tuple(done)


def retire(folder: Path, name: KeyId, *, now: datetime, without_successor: bool = False) -> Term:
    """End a key's term now, in both halves; what it sealed before verifies for ever. Returns the term as it is now.

    Raises ConfigurationError when the key is not there, has not begun or is over, and, unless ``without_successor``,
    when no other key of its owner could seal now.
    """
    present = load_folder(folder)
    halves = [key for key in present.all if key.id == name]
    if not halves:
        known = ", ".join(sorted({key.id for key in present.all})) or "none"
        raise ConfigurationError(f"key {name}", f"is not in {folder}; there are: {known}")
    old = halves[0]
    if old.term.not_after <= now:
        raise ConfigurationError(f"key {name}", f"was retired on {old.term.not_after:%F %T %Z}")
    if now <= old.term.not_before:
        raise ConfigurationError(f"key {name}", "has not begun; remove its files instead")
    if not without_successor and not _others(present.all, owner_of(old), name, now):
        raise ConfigurationError(
            f"key {name}",
            "is the only one that may seal now: make its successor first (keys rotate), or say --without-successor, "
            "and nothing can be issued",
        )
    term = replace(old.term, not_after=now)
    _write_halves(folder, halves, term)
    return term


def _others(keys: Sequence[Key], owner: Owner, name: KeyId, now: datetime) -> list[Key]:
    return [key for key in keys if owner_of(key) is owner and key.id != name and key.term.covers(now)]


def _successor(old: PrivateKey, term: Term) -> PrivateKey:
    if isinstance(old, SitePrivateKey):
        return SitePrivateKey(private=X25519PrivateKey.generate(), term=term)
    return CentrePrivateKey(private=ec.generate_private_key(ec.SECP256R1()), term=term)


def _write_halves(folder: Path, halves: Sequence[Key], term: Term) -> None:
    for key in halves:
        write_key(folder, replace(key, term=term))
