"""二重確認: what one person alone may not do takes two names, of two people."""

from __future__ import annotations

from certificates.errors import InvalidValueError

LONGEST = 64


def two_people(act: str, first: str, second: str) -> tuple[str, str]:
    """Both names without space around them. Raises InvalidValueError (field ``act``) when the two are not two, or one
    has no name."""
    names = (first.strip(), second.strip())
    for name in names:
        if not 1 <= len(name) <= LONGEST or not name.isprintable():
            raise InvalidValueError(act, f"two people must give their names, 1 to {LONGEST} characters each")
    if names[0].casefold() == names[1].casefold():
        raise InvalidValueError(act, "the second person must be another one")
    return names
