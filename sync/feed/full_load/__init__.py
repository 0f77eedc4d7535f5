"""The full load (全件): a signed file of every current row, and loading it into a copy in one transaction.

Line 1 is a compact JWS over ``FullLoadHead``; then one record a line, ``{"kind":…,"record":…}`` in canonical JSON:
residents first, then seals, suppressions and cards. A file whose name ends in ``.gz`` is compressed (gzip, RFC 1952).
"""

from sync.feed.full_load.lines import FullLoadError, read_record, record_line
from sync.feed.full_load.loading import LoadReport, load_full
from sync.feed.full_load.writing import sign_full_load, write_full_load

__all__ = [
    "FullLoadError",
    "LoadReport",
    "load_full",
    "read_record",
    "record_line",
    "sign_full_load",
    "write_full_load",
]
