"""A municipality as data: its name, its mayor, what it offers, for what fee and under which policies."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import Enum
from typing import TypeVar

from certificates.domain.identifiers import MunicipalityCode, municipality_code
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.errors import ConfigurationError, InvalidValueError


class MovingOutPolicy(Enum):
    """Who is refused once a move-out (転出予定) has been notified."""

    PERSON = "person"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """市長 or 職務代理者 and the first day on which certificates carry the name."""

    title: str  # 「市長」, 「市長職務代理者 副市長」
    name: str
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The municipality's choices; ages in years, ``max_register_age_seconds`` in seconds."""

    minimum_age: int = 15
    moving_out: MovingOutPolicy = MovingOutPolicy.PERSON
    max_register_age_seconds: int = 600
    opens: time = time(6, 30)
    closes: time = time(23, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Municipality:
    """``prefecture`` and ``name`` are printed together: the certificate names both."""

    code: MunicipalityCode
    prefecture: str
    name: str
    signatories: tuple[Signatory, ...]  # by ``since``, the oldest first
    fees: Mapping[CertificateKind, int]  # yen a copy; a kind without a fee is not offered
    items: frozenset[OptionalItem]
    policy: Policy

    @property
    def full_name(self) -> str:
        return self.prefecture + self.name

    def signatory_on(self, day: date) -> Signatory:
        """Raises InvalidValueError when nobody is in office on that day."""
        for signatory in reversed(self.signatories):
            if signatory.since <= day:
                return signatory
        raise InvalidValueError("市区町村長", f"nobody is in office on {day.isoformat()}")


T = TypeVar("T")


def municipality_from_toml(text: str, *, source: str) -> Municipality:
    """Read a profile; ``source`` names the file in errors.

    Raises ConfigurationError naming the key that is missing or wrong.
    """
    try:
        data: dict[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(source, str(error)) from error

    def take(table: Mapping[str, object], where: str, key: str, kind: type[T]) -> T:
        value = table.get(key)
        if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
            raise ConfigurationError(f"{source}: {where}{key}", f"must be given as {kind.__name__}")
        return value

    def table(key: str) -> Mapping[str, object]:
        return take(data, "", key, dict)

    try:
        fees = {CertificateKind(kind): take(table("fees"), "fees.", kind, int) for kind in table("fees")}
        items = frozenset(OptionalItem(item) for item in take(data, "", "items", list))
        signatories = tuple(
            sorted(
                (
                    Signatory(
                        title=take(entry, "signatories.", "title", str),
                        name=take(entry, "signatories.", "name", str),
                        since=take(entry, "signatories.", "since", date),
                    )
                    for entry in take(data, "", "signatories", list)
                ),
                key=lambda signatory: signatory.since,
            )
        )
        policy = table("policy")
        unknown = set(data) - {"code", "prefecture", "name", "signatories", "fees", "items", "policy"}
        if unknown:
            raise ConfigurationError(f"{source}: {min(unknown)}", "is not a key of a profile")
        if not signatories:
            raise ConfigurationError(f"{source}: signatories", "needs at least one")
        if any(not 0 <= fee <= 10_000 for fee in fees.values()):
            raise ConfigurationError(f"{source}: fees", "must be 0 to 10,000 yen")
        return Municipality(
            code=municipality_code(take(data, "", "code", str)),
            prefecture=take(data, "", "prefecture", str),
            name=take(data, "", "name", str),
            signatories=signatories,
            fees=fees,
            items=items,
            policy=Policy(
                minimum_age=take(policy, "policy.", "minimum_age", int),
                moving_out=MovingOutPolicy(take(policy, "policy.", "moving_out", str)),
                max_register_age_seconds=take(policy, "policy.", "max_register_age_seconds", int),
                opens=take(policy, "policy.", "opens", time),
                closes=take(policy, "policy.", "closes", time),
            ),
        )
    except InvalidValueError as error:
        raise ConfigurationError(f"{source}: {error.field}", error.reason) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise ConfigurationError(source, str(error)) from error
