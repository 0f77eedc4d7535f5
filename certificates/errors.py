"""The one hierarchy of errors.

KofuError
├── ConfigurationError        a setting is missing or wrong; names the setting and the choices
│   └── ProfileError          … all faults of a municipality's profile, with their lines (certificates.profiles.faults)
├── InvalidValueError         a value that cannot be built; names the field, never the personal value
├── WireError                 bytes from outside that are not one of our messages
│   └── SignatureError        … or whose signature, key or algorithm is not accepted
├── RefusedError              the application is understood and refused; carries a ProblemCode
├── BindingError              a message, file or page belongs to another order: stop the line
└── UnavailableError          a part that is needed cannot be reached; carries whether the outcome is known
"""

from __future__ import annotations

from datetime import datetime

from certificates.problems import ProblemCode


class KofuError(Exception):
    """Anything this system raises on purpose."""


class ConfigurationError(KofuError):
    """A setting is missing or wrong.

    ``setting`` is the name the operator knows (environment variable, file and line).
    """

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(f"{setting}: {reason}")
        self.setting = setting
        self.reason = reason


class InvalidValueError(KofuError):
    """A value object was given something it cannot be; the message never repeats personal data."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class WireError(KofuError):
    """Bytes from outside are not a message of ours."""

    def __init__(self, reason: str, *, code: ProblemCode = ProblemCode.MALFORMED_MESSAGE) -> None:
        super().__init__(reason)
        self.code = code


class SignatureError(WireError):
    """A signature, its key id or its algorithm is not accepted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, code=ProblemCode.WRONG_SIGNATURE)


class RefusedError(KofuError):
    """The application is understood and refused.

    ``code`` decides what the resident reads; ``detail`` is for the operator's log and holds no personal data.
    ``opens_at`` is when the service opens, for OUTSIDE_SERVICE_HOURS, where it is known.
    """

    def __init__(self, code: ProblemCode, detail: str = "", *, opens_at: datetime | None = None) -> None:
        super().__init__(f"{code.value}: {detail}" if detail else code.value)
        self.code = code
        self.detail = detail
        self.opens_at = opens_at


class BindingError(KofuError):
    """A message, file or page belongs to another order than the one at hand: nothing may be handed out."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class UnavailableError(KofuError):
    """A part that is needed cannot be reached.

    ``outcome_known`` is False when the request may have taken effect all the same.
    """

    def __init__(self, part: str, reason: str, *, outcome_known: bool) -> None:
        super().__init__(f"{part}: {reason}")
        self.part = part
        self.outcome_known = outcome_known
