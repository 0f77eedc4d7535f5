"""How old a resident must be: never guessed from a date that is recorded as unknown."""

from __future__ import annotations

from datetime import date

from certificates.domain.dates import age_on
from certificates.domain.resident import Resident
from certificates.errors import InvalidValueError, RefusedError
from certificates.problems import ProblemCode


def require_age(resident: Resident, least: int, today: date) -> None:
    """Raises RefusedError: UNDER_AGE below ``least`` years, DATE_UNKNOWN when not even the year of birth is known."""
    try:
        age = age_on(resident.birth, today)
    except InvalidValueError as error:
        raise RefusedError(ProblemCode.DATE_UNKNOWN, error.field) from error
    if age < least:
        raise RefusedError(ProblemCode.UNDER_AGE)
