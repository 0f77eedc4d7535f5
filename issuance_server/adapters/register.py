"""The register's copy as the use cases see it."""

from __future__ import annotations

from certificates.domain.entitlement import RecordView, Watermark
from certificates.domain.identifiers import CardSerial
from certificates.errors import InvalidValueError, RefusedError, WireError
from certificates.problems import ProblemCode
from sync.copy.register import RegisterCopy


class StoredRegister:
    """See ``ports.Register``. A row that cannot be read is the record's fault, not that of the centre's message.

    The refusal's detail names the item, such as 印影 of a size that no imprint has; a value is never in it.
    """

    def __init__(self, copy: RegisterCopy) -> None:
        self._copy = copy

    async def view(self, serial: CardSerial, issuer: bytes) -> RecordView | None:
        try:
            return await self._copy.view(serial, issuer)
        except (WireError, InvalidValueError) as error:
            raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, f"stored {error}") from error

    async def watermark(self) -> Watermark | None:
        return await self._copy.watermark()
