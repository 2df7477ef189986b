"""Change-sets: sealed, signed, on their way, and opened (docs/protocol.md).

- The hash of a set is of its header alone; it is the ``prev`` of the next one.
- The stored bytes are what was signed: verifying needs no encoding. Accepting a body
  checks that its operations encode to the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from protocol.body import Body, check_body_size, decode_body, encode_body
from protocol.canonical import first_item_bytes, pack, unpack
from protocol.columns import take_array, take_integer
from protocol.errors import (
    BadSignature,
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
)
from protocol.header import (
    Header,
    decode_header,
    decode_travelling_header,
    encode_header,
    encode_travelling_header,
)
from protocol.identity import HASH_BYTES, ZERO_HASH, Scope, digest_256
from protocol.limits import COUNT_LIMIT, HEADER_LIMIT_BYTES
from protocol.messages import Birth
from protocol.operation_values import IsRemoved, removed, renamed
from protocol.operations import Operation, OperatorSignature, Redact
from protocol.signing import SIGNATURE_BYTES, verify

SET_TAG: Final = "dangyi/set/1"
"""Domain of the signature over a header, and of its hash."""
BODY_TAG: Final = "dangyi/body/1"
"""Domain of the hash of a body."""
OPERATOR_TAG: Final = "dangyi/operator/1"
"""Domain of an operator's own signature."""

_HAS_PREV: Final = 1
_HAS_NO_BODY: Final = 2

__all__ = [
    "BODY_TAG",
    "OPERATOR_TAG",
    "SET_TAG",
    "Body",
    "ChangeSet",
    "Header",
    "decode_header",
    "decode_operations",
    "decode_redacted",
    "encode_header",
    "from_wire",
    "redacted_body",
    "renamed",
    "seal_opaque_set",
    "seal_set",
    "stored_set",
    "to_wire",
    "verify_set",
]


@dataclass(frozen=True)
class ChangeSet:
    """A header, its signature, and the body unless it was removed."""

    header: Header
    header_bytes: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    body: bytes | None = field(repr=False)

    @cached_property
    def hash(self) -> bytes:
        """Hash of the set, 32 bytes: the ``prev`` of the next."""
        return digest_256(SET_TAG, self.header_bytes)


def seal_set(
    *,
    log: bytes,
    seq: int,
    prev: bytes,
    scope: Scope,
    operations: Sequence[Operation],
    sign: Callable[[bytes], bytes],
    signatures: Sequence[OperatorSignature] = (),
    cursor_epoch: int = 0,
    cursor_place: int = 0,
    schema: int = 1,
    pack_version: int = 1,
    group: int | None = None,
    more_follows: bool = False,
    lost: tuple[tuple[int, int], ...] = (),
    birth: Birth | None = None,
) -> ChangeSet:
    """The set of *operations*, signed by *sign* (which adds SET_TAG to its message).

    Raises:
        LocalProtocolError: the operations are not in order, or above a limit.
    """
    if not operations or scope.compartment != 0:
        message = "a set needs operations, and this one the ordinary compartment"
        raise LocalProtocolError(message)
    first = operations[0]
    body = encode_body(log, first.n, first.made_at, operations, signatures)
    header = Header(
        log=log,
        seq=seq,
        prev=prev,
        first_n=first.n,
        count=len(operations),
        scope=scope,
        time_base=first.made_at,
        body_hash=digest_256(BODY_TAG, body),
        cursor_epoch=cursor_epoch,
        cursor_place=cursor_place,
        schema=schema,
        pack=pack_version,
        group=group,
        more_follows=more_follows,
        lost=lost,
        birth=birth,
    )
    return _sealed(header, body, sign)


def seal_opaque_set(
    header: Header, body: bytes, sign: Callable[[bytes], bytes]
) -> ChangeSet:
    """A set of another compartment: *body* is what that compartment's key made.

    Raises:
        LocalProtocolError: the header is the ordinary compartment's, or not the body's.
    """
    is_hash = header.body_hash == digest_256(BODY_TAG, body)
    if not header.is_opaque or not is_hash:
        message = "an opaque body needs a compartment of its own and its hash"
        raise LocalProtocolError(message)
    return _sealed(header, body, sign)


def _sealed(header: Header, body: bytes, sign: Callable[[bytes], bytes]) -> ChangeSet:
    try:
        check_body_size(body, header.count)
    except FrameTooLarge as error:
        raise LocalProtocolError(str(error)) from error
    header_bytes = encode_header(header)
    return ChangeSet(header, header_bytes, sign(header_bytes), body)


def stored_set(header_bytes: bytes, signature: bytes, body: bytes | None) -> ChangeSet:
    """The set of its stored parts.

    Raises:
        RemoteProtocolError: the header is not one.
    """
    return ChangeSet(decode_header(header_bytes), header_bytes, signature, body)


def verify_set(change_set: ChangeSet, public_key: bytes) -> None:
    """Return if the owner of *public_key* sealed the set, and the body is its body.

    Raises:
        BadSignature: not so.
    """
    verify(public_key, SET_TAG, change_set.header_bytes, change_set.signature)
    body = change_set.body
    if body is not None and digest_256(BODY_TAG, body) != change_set.header.body_hash:
        raise BadSignature


def to_wire(change_set: ChangeSet, *, with_prev: bool) -> bytes:
    """The set as it travels.

    Without *with_prev* only where the receiver holds the set before it.
    """
    flags = _HAS_PREV if with_prev and change_set.header.seq > 1 else 0
    parts = [change_set.signature, encode_travelling_header(change_set.header)]
    if flags:
        parts.insert(0, change_set.header.prev)
    if change_set.body is None:
        flags |= _HAS_NO_BODY
        parts.append(change_set.header.body_hash)
    else:
        parts.append(change_set.body)
    return bytes([flags]) + b"".join(parts)


def from_wire(data: bytes, *, prev: bytes | None) -> ChangeSet:
    """The set of its travelling form; *prev* is the hash of the set before it, if held.

    Nothing is verified yet.

    Raises:
        MalformedFrame: it is not one, or it leaves out a prev that is not held.
        FrameTooLarge: it is above a limit.
        NotCanonical: the header has another form.
        UnsupportedVersion: its version or suite is another.
    """
    if not data or data[0] & ~(_HAS_PREV | _HAS_NO_BODY):
        raise MalformedFrame
    flags, start = data[0], 1
    if flags & _HAS_PREV:
        prev, start = data[1 : 1 + HASH_BYTES], 1 + HASH_BYTES
    signature = data[start : start + SIGNATURE_BYTES]
    start += SIGNATURE_BYTES
    end = start + first_item_bytes(data[start : start + HEADER_LIMIT_BYTES])
    rest = data[end:]
    body_hash = rest if flags & _HAS_NO_BODY else digest_256(BODY_TAG, rest)
    seq = _seq_of(data[start:end])
    if seq == 1:
        if flags & _HAS_PREV:
            raise MalformedFrame
        prev = ZERO_HASH
    if prev is None:
        message = "the set before it is not held"
        raise MalformedFrame(message)
    header = decode_travelling_header(data[start:end], prev, body_hash)
    body = None if flags & _HAS_NO_BODY else rest
    if body is not None:
        check_body_size(body, header.count)
    return ChangeSet(header, encode_header(header), signature, body)


def _seq_of(header: bytes) -> int:
    items = take_array(unpack(header))
    return take_integer(items[3], lowest=1) if len(items) > 3 else 0


def decode_operations(change_set: ChangeSet) -> Body:
    """What the set's body holds.

    Raises:
        MalformedFrame: it is not a body, or not the header's.
        FrameTooLarge: it is above a limit.
        NotCanonical: the same operations have another body.
        LocalProtocolError: the body is opaque here, or was removed.
    """
    header = change_set.header
    if header.is_opaque or change_set.body is None:
        message = "there is no body to read"
        raise LocalProtocolError(message)
    return decode_body(
        header.log, header.first_n, header.count, header.time_base, change_set.body
    )


def redacted_body(change_set: ChangeSet, order: str, is_removed: IsRemoved) -> bytes:
    """What may stay of the set's body, for a Redact operation to carry.

    Dots, fields, names, actors and times stay; of a value that *is_removed* there
    stays that *order* removed it. Operator signatures stay with untouched operations.

    Raises:
        LocalProtocolError: the body is opaque here, or was removed.
    """
    body = decode_operations(change_set)
    kept = [removed(each, order, is_removed) for each in body.operations]
    untouched = {
        each.n
        for each, before in zip(kept, body.operations, strict=True)
        if each == before
    }
    signatures = [each for each in body.signatures if each.n in untouched]
    header = change_set.header
    coded = encode_body(header.log, header.first_n, header.time_base, kept, signatures)
    return pack((header.first_n, header.count, header.time_base, coded))


def decode_redacted(redact: Redact) -> Body:
    """The operations that *redact* keeps, under their old dots of ``redact.log``.

    Raises:
        RemoteProtocolError: as `decode_operations`.
    """
    items = take_array(unpack(redact.body))
    if len(items) != 4 or type(items[3]) is not bytes or pack(items) != redact.body:
        raise MalformedFrame
    return decode_body(
        redact.log,
        take_integer(items[0], lowest=1),
        take_integer(items[1], lowest=1),
        take_integer(items[2], lowest=-COUNT_LIMIT),
        items[3],
    )
