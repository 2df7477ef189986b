"""Extracts: what a room may see of other fonds, as the hub's signed tables.

An extract is no operation: it is a copy of what was shown, with its provenance and its
end. Its head says of which parts it is made, each part is signed by itself; what is
signed names the machine that may read it, so it proves nothing to another
(docs/protocol.md, Extracts).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from protocol.canonical import Canonical, decode, encode
from protocol.errors import MalformedFrame
from protocol.exchange_limits import (
    EXTRACT_CONTENT_LIMIT_BYTES,
    EXTRACT_PARTS_LIMIT,
    EXTRACTS_LIMIT,
    NAME_LIMIT_BYTES,
    TITLE_LIMIT_BYTES,
)
from protocol.identity import digest_128
from protocol.row_reader import RowReader, bounded, read_row
from protocol.signing import SIGNATURE_BYTES, sign, verify

EXTRACT_ID_BYTES: Final = 8
PART_ID_BYTES: Final = 8
_HEAD: Final = 1
_PART: Final = 2
_HEAD_TAG: Final = "dangyi/extract/1"
_PART_TAG: Final = "dangyi/extractpart/1"
_PART_ID_TAG: Final = "dangyi/extractid/1"


class ExtractKind(IntEnum):
    """What the parts of an extract hold."""

    CATALOGUE = 1
    """Rows of a catalogue (protocol/extract_rows.py)."""
    DIGESTS = 2
    """The list of what is digitised; its parts joined are one sequence of bytes."""


@dataclass(frozen=True, slots=True)
class ExtractHead:
    """One edition of an extract: where it comes from, until when, of which parts."""

    extract: bytes
    """Id of the agreement, 8 bytes."""
    kind: int
    serial: int
    """Rises with every edition; the newest counts."""
    until: int
    """Hub time at which it is dropped; 0: the agreement has ended."""
    made_at: int
    """Hub time."""
    hub: str
    fonds: str
    """Code of the fonds that it comes from."""
    title: str
    """Title of that fonds."""
    parts: tuple[bytes, ...]
    """Ids of its parts, in order; each once."""
    signature: bytes = b""


@dataclass(frozen=True, slots=True)
class ExtractPart:
    """Some of what an extract holds; the same part may stand in many editions."""

    extract: bytes
    content: bytes
    signature: bytes = b""

    @property
    def id(self) -> bytes:
        """What names the part in a head: made of its content."""
        return part_id(self.content)


@dataclass(frozen=True, slots=True)
class Held:
    """What a room has of one extract."""

    extract: bytes
    serial: int
    """Of the edition that it has whole; 0 none."""
    coming: int = 0
    """Serial of a newer edition of which parts are still to come; 0 none."""
    parts: int = 0
    """So many parts of that edition, from the first on, are there."""


def part_id(content: bytes) -> bytes:
    """The id of a part with this content."""
    return digest_128(_PART_ID_TAG, content)[:PART_ID_BYTES]


def sign_head(head: ExtractHead, reader: bytes, seed: bytes) -> ExtractHead:
    """The head with the hub's signature for one reader."""
    signature = sign(seed, _HEAD_TAG, reader + encode(_head_row(head)))
    return replace(head, signature=signature)


def sign_part(part: ExtractPart, reader: bytes, seed: bytes) -> ExtractPart:
    """The part with the hub's signature for one reader."""
    signature = sign(seed, _PART_TAG, reader + encode(_part_row(part)))
    return replace(part, signature=signature)


def verify_extract(
    found: ExtractHead | ExtractPart, reader: bytes, hub_key: bytes
) -> None:
    """Return if the hub signed it for the machine with the key *reader*.

    Raises:
        BadSignature: it did not.
    """
    if isinstance(found, ExtractHead):
        tag, row = _HEAD_TAG, _head_row(found)
    else:
        tag, row = _PART_TAG, _part_row(found)
    verify(hub_key, tag, reader + encode(row), found.signature)


def encode_extract(found: ExtractHead | ExtractPart) -> bytes:
    """The canonical bytes of a head or a part."""
    row = _head_row(found) if isinstance(found, ExtractHead) else _part_row(found)
    return encode((*row, found.signature))


def decode_extract(data: bytes) -> ExtractHead | ExtractPart:
    """The head or part that *data* is; its signature is not checked here.

    Raises:
        RemoteProtocolError: it is neither.
    """
    reader = read_row(data, "extract")
    found: ExtractHead | ExtractPart
    match reader.number(255, least=1):
        case 1:
            found = _read_head(reader)
        case 2:
            found = ExtractPart(
                reader.fixed(EXTRACT_ID_BYTES),
                reader.blob(EXTRACT_CONTENT_LIMIT_BYTES),
                reader.fixed(SIGNATURE_BYTES),
            )
        case other:
            message = f"an extract in form {other}"
            raise MalformedFrame(message)
    reader.end()
    return found


def encode_held(held: Iterable[Held]) -> bytes:
    """The canonical bytes of what a room says that it has."""
    return encode(tuple(_held_row(each) for each in held))


def decode_held(data: bytes) -> tuple[Held, ...]:
    """What a room says that it has.

    Raises:
        RemoteProtocolError: it is not in that form.
    """
    reader = RowReader((decode(data),), "extracts held")
    return reader.rows(_read_held, EXTRACTS_LIMIT)


def _head_row(head: ExtractHead) -> tuple[Canonical, ...]:
    return (
        _HEAD,
        head.extract,
        int(head.kind),
        head.serial,
        head.until,
        head.made_at,
        bounded(head.hub),
        bounded(head.fonds),
        bounded(head.title, TITLE_LIMIT_BYTES),
        b"".join(head.parts),
    )


def _part_row(part: ExtractPart) -> tuple[Canonical, ...]:
    return (_PART, part.extract, part.content)


def _read_head(reader: RowReader) -> ExtractHead:
    head = ExtractHead(
        extract=reader.fixed(EXTRACT_ID_BYTES),
        kind=reader.number(255, least=1),
        serial=reader.number(least=1),
        until=reader.number(),
        made_at=reader.number(),
        hub=reader.text(NAME_LIMIT_BYTES),
        fonds=reader.text(NAME_LIMIT_BYTES),
        title=reader.text(TITLE_LIMIT_BYTES),
        parts=_split_ids(reader.blob(EXTRACT_PARTS_LIMIT * PART_ID_BYTES)),
        signature=reader.fixed(SIGNATURE_BYTES),
    )
    if len(set(head.parts)) != len(head.parts):
        message = "a part that stands twice in an extract"
        raise MalformedFrame(message)
    return head


def _split_ids(data: bytes) -> tuple[bytes, ...]:
    if len(data) % PART_ID_BYTES:
        message = "ids of parts that do not fill their bytes"
        raise MalformedFrame(message)
    return tuple(
        data[start : start + PART_ID_BYTES]
        for start in range(0, len(data), PART_ID_BYTES)
    )


def _held_row(held: Held) -> tuple[Canonical, ...]:
    if not held.coming:
        return (held.extract, held.serial)
    return (held.extract, held.serial, held.coming, held.parts)


def _read_held(row: object) -> Held:
    reader = RowReader(row, "extract held")
    extract, serial = reader.fixed(EXTRACT_ID_BYTES), reader.number()
    coming = parts = 0
    if reader.left:
        coming = reader.number(least=1)
        parts = reader.number(EXTRACT_PARTS_LIMIT)
    reader.end()
    return Held(extract, serial, coming, parts)
