"""What is wrong with a profile: every fault with its file, its line and its reason in two languages."""

from __future__ import annotations

from dataclasses import dataclass

from certificates.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``line`` counts from 1; ``key`` as an operator writes it: ``signatories[2].since``."""

    source: str
    line: int
    key: str
    ja: str
    en: str

    def __str__(self) -> str:
        where = f"{self.key}: " if self.key else ""
        return f"{self.source}:{self.line}: {where}{self.ja} / {self.en}"


class ProfileError(ConfigurationError):
    """A profile that cannot be used; ``faults`` in the order of their lines, at least one."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        first, *others = faults
        reason = "\n".join([f"{first.ja} / {first.en}", *map(str, others)])
        where = f": {first.key}" if first.key else ""
        super().__init__(f"{first.source}:{first.line}{where}", reason)
        self.faults = faults
