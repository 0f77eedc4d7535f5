"""IPP messages as bytes and back (RFC 8010 section 3), with values kept as they came until somebody asks."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from certificates.errors import WireError


class GroupTag(IntEnum):
    """Delimiter tags (RFC 8010 section 3.5.1)."""

    OPERATION = 0x01
    JOB = 0x02
    PRINTER = 0x04
    UNSUPPORTED = 0x05


END_OF_ATTRIBUTES = 0x03
_FIRST_VALUE_TAG = 0x10


class ValueTag(IntEnum):
    """The value tags that are written or looked into here (RFC 8010 section 3.5.2)."""

    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    TEXT_WITH_LANGUAGE = 0x35
    NAME_WITH_LANGUAGE = 0x36
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    NATURAL_LANGUAGE = 0x48
    MIME_MEDIA_TYPE = 0x49


_CHARACTER_TAGS = range(0x40, 0x60)
_WITH_LANGUAGE = frozenset({ValueTag.TEXT_WITH_LANGUAGE, ValueTag.NAME_WITH_LANGUAGE})
_FOUR_OCTETS = frozenset({ValueTag.INTEGER, ValueTag.ENUM})


@dataclass(frozen=True, slots=True)
class Value:
    """One value: its tag and its octets.

    A collection is the flat run of values it is on the wire (begCollection, memberAttrName, …, endCollection;
    RFC 8010 section 3.1.6): we never read one, and a flat run survives the round trip unchanged.
    """

    tag: int
    octets: bytes

    def text(self) -> str:
        """A text, name, keyword, URI … without its language. Raises WireError for any other kind."""
        octets = self.octets
        if self.tag in _WITH_LANGUAGE:
            reader = _Reader(octets)
            reader.sized()
            octets = reader.sized()
        elif self.tag not in _CHARACTER_TAGS:
            raise WireError(f"IPP value of tag 0x{self.tag:02x} where text was due")
        try:
            return octets.decode("utf-8")
        except UnicodeDecodeError:
            raise WireError("IPP text is not UTF-8") from None

    def integer(self) -> int:
        """A signed 32-bit integer or enum. Raises WireError for any other kind."""
        if self.tag not in _FOUR_OCTETS or len(self.octets) != 4:
            raise WireError(f"IPP value of tag 0x{self.tag:02x} where an integer was due")
        return int.from_bytes(self.octets, "big", signed=True)

    def boolean(self) -> bool:
        """A boolean. Raises WireError for any other kind, and for octets other than 00 and 01."""
        if self.tag != ValueTag.BOOLEAN or self.octets not in (b"\x00", b"\x01"):
            raise WireError(f"IPP value of tag 0x{self.tag:02x} where a boolean was due")
        return self.octets == b"\x01"


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        if not self.name or not self.values:
            raise WireError("an IPP attribute has a name and at least one value")


@dataclass(frozen=True, slots=True)
class Group:
    tag: int
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request (``code`` is the operation) or a response (``code`` is the status)."""

    code: int
    request_id: int
    groups: tuple[Group, ...]
    version: tuple[int, int] = (2, 0)

    def values(self, group: GroupTag, name: str) -> tuple[Value, ...]:
        """Every value of an attribute in every group of that tag; real printers repeat attributes."""
        return tuple(
            value
            for each in self.groups
            if each.tag == group
            for attribute in each.attributes
            if attribute.name == name
            for value in attribute.values
        )


def characters(tag: ValueTag, name: str, *texts: str) -> Attribute:
    """An attribute of any of the character kinds."""
    return Attribute(name, tuple(Value(tag, text.encode()) for text in texts))


def integer(name: str, number: int) -> Attribute:
    return Attribute(name, (Value(ValueTag.INTEGER, struct.pack(">i", number)),))


def boolean(name: str, flag: bool) -> Attribute:
    return Attribute(name, (Value(ValueTag.BOOLEAN, b"\x01" if flag else b"\x00"),))


def encode(message: Message) -> bytes:
    """The message in octets, up to and including end-of-attributes; the document follows it on the wire."""
    parts = [struct.pack(">BBHi", *message.version, message.code, message.request_id)]
    for group in message.groups:
        parts.append(bytes((group.tag,)))
        for attribute in group.attributes:
            name = attribute.name.encode("ascii")
            for value in attribute.values:
                parts.append(struct.pack(">BH", value.tag, len(name)) + name)
                parts.append(struct.pack(">H", len(value.octets)) + value.octets)
                name = b""  # an additional value has no name (RFC 8010 section 3.1.5)
    parts.append(bytes((END_OF_ATTRIBUTES,)))
    return b"".join(parts)


def decode(octets: bytes) -> tuple[Message, bytes]:
    """The message and whatever data follows it. Raises WireError for anything that is not one."""
    reader = _Reader(octets)
    major, minor, code, request_id = struct.unpack(">BBHi", reader.take(8))
    groups: list[tuple[int, list[tuple[str, list[Value]]]]] = []
    while (tag := reader.take(1)[0]) != END_OF_ATTRIBUTES:
        if tag < _FIRST_VALUE_TAG:
            groups.append((tag, []))
            continue
        name, value = reader.sized(), Value(tag, reader.sized())
        if not groups:
            raise WireError("an IPP attribute stands outside any group")
        attributes = groups[-1][1]
        if name:
            attributes.append((_name(name), [value]))
        elif attributes:
            attributes[-1][1].append(value)
        else:
            raise WireError("an additional IPP value stands before any attribute")
    return Message(
        version=(major, minor),
        code=code,
        request_id=request_id,
        groups=tuple(
            Group(tag, tuple(Attribute(name, tuple(values)) for name, values in attributes))
            for tag, attributes in groups
        ),
    ), reader.rest()


def _name(octets: bytes) -> str:
    try:
        return octets.decode("ascii")
    except UnicodeDecodeError:
        raise WireError("an IPP attribute's name is not ASCII") from None


class _Reader:
    """Takes octets from the front and refuses to go past the end."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._octets):
            raise WireError("an IPP message ends too early")
        taken, self._at = self._octets[self._at : end], end
        return taken

    def sized(self) -> bytes:
        (size,) = struct.unpack(">H", self.take(2))
        return self.take(size)

    def rest(self) -> bytes:
        return self._octets[self._at :]
