"""The closed table of kinds."""

from __future__ import annotations

from collections.abc import Mapping

from certificates.domain.kinds import CertificateKind
from certificates.domain.kinds.kind import Kind
from certificates.domain.kinds.moving_out import MOVING_OUT
from certificates.domain.kinds.resident_items import RESIDENT_ITEMS
from certificates.domain.kinds.resident_record import RESIDENT_RECORD
from certificates.domain.kinds.seal_registration import SEAL_REGISTRATION

KINDS: Mapping[CertificateKind, Kind] = {
    CertificateKind.RESIDENT_RECORD: RESIDENT_RECORD,
    CertificateKind.RESIDENT_ITEMS: RESIDENT_ITEMS,
    CertificateKind.SEAL_REGISTRATION: SEAL_REGISTRATION,
    CertificateKind.MOVING_OUT: MOVING_OUT,
}
