"""The header of a change-set (docs/protocol.md, Header).

The header alone is signed and chained, so a body can be removed on an order and the
chain still verifies. Its signed form holds the hash of the set before it and the
hash of the body; on the way both can be left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from protocol.births import birth_items, take_birth
from protocol.canonical import pack, unpack
from protocol.columns import take_array, take_bytes, take_integer
from protocol.errors import (
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
    NotCanonical,
    RemoteProtocolError,
    UnsupportedVersion,
)
from protocol.identity import (
    FONDS_ID_BYTES,
    HASH_BYTES,
    LOG_ID_BYTES,
    ZERO_HASH,
    Scope,
    log_id,
)
from protocol.limits import (
    COUNT_LIMIT,
    HEADER_LIMIT_BYTES,
    LOST_RUNS,
    SET_OPERATIONS,
)
from protocol.messages import Birth

VERSION: Final = 1
SUITE: Final = 1
_PLAIN_ITEMS: Final = 12
"""Items before the optional ones: version to time base."""
_OPTIONAL: Final = 3


@dataclass(frozen=True, slots=True)
class Header:
    """What is signed of a change-set."""

    log: bytes
    seq: int
    prev: bytes
    """Hash of the set seq - 1 of the log; zeros for seq 1."""
    first_n: int
    count: int
    scope: Scope
    time_base: int
    """Claimed time of the first operation, Unix seconds."""
    body_hash: bytes
    cursor_epoch: int = 0
    cursor_place: int = 0
    """Where the writer stood in the scope's order; evidence only."""
    schema: int = 1
    pack: int = 1
    """Versions of the field numbering and of the rule pack that the writer used."""
    group: int | None = None
    """Sets of one act share it."""
    more_follows: bool = False
    """The act goes on in the next set of the group."""
    lost: tuple[tuple[int, int], ...] = ()
    """(first, last) of the seqs before this one that the log states as lost."""
    birth: Birth | None = None
    """Stands in seq 1."""
    version: int = VERSION
    suite: int = SUITE

    @property
    def is_opaque(self) -> bool:
        """Whether the body is another compartment's: never decoded here."""
        return self.scope.compartment != 0


def encode_header(header: Header) -> bytes:
    """The signed form of *header*.

    Raises:
        LocalProtocolError: it is above a limit, or a part is missing.
    """
    data = pack((*_items(header), header.prev, header.body_hash))
    try:
        again = decode_header(data)
    except RemoteProtocolError as error:
        message = f"header of seq {header.seq} is wrong: {error}"
        raise LocalProtocolError(message) from error
    if again != header:
        message = f"header of seq {header.seq} reads back differently"
        raise LocalProtocolError(message)
    return data


def decode_header(data: bytes) -> Header:
    """The header whose signed form is *data*.

    Raises:
        MalformedFrame: it is not one.
        UnsupportedVersion: its version or suite is another.
        NotCanonical: the header has another form.
    """
    items = _unpack_items(data)
    if len(items) < _PLAIN_ITEMS + 2:
        raise _wrong_length(items)
    header = _take_header(items[:-2], items[-2], items[-1])
    if pack((*_items(header), header.prev, header.body_hash)) != data:
        raise NotCanonical
    return header


def encode_travelling_header(header: Header) -> bytes:
    """The form without the hashes of the set before and of the body."""
    return pack(_items(header))


def decode_travelling_header(data: bytes, prev: bytes, body_hash: bytes) -> Header:
    """The header of a travelling form and the two hashes that it leaves out.

    Raises:
        RemoteProtocolError: as `decode_header`.
    """
    header = _take_header(_unpack_items(data), prev, body_hash)
    if pack(_items(header)) != data:
        raise NotCanonical
    return header


def _items(header: Header) -> tuple[Any, ...]:
    group = None
    if header.group is not None:
        group = 2 * header.group + header.more_follows
    lost = tuple([seq for run in header.lost for seq in run]) or None
    optional = [
        group,
        lost,
        None if header.birth is None else birth_items(header.birth),
    ]
    while optional and optional[-1] is None:
        optional.pop()
    return (
        header.version,
        header.suite,
        header.log,
        header.seq,
        header.first_n,
        header.count,
        header.scope.fonds,
        header.scope.compartment,
        header.cursor_epoch,
        header.cursor_place,
        (header.schema, header.pack),
        header.time_base,
        *optional,
    )


def _unpack_items(data: bytes) -> tuple[Any, ...]:
    if len(data) > HEADER_LIMIT_BYTES:
        raise FrameTooLarge
    return take_array(unpack(data))


def _take_header(items: tuple[Any, ...], prev: object, body_hash: object) -> Header:
    if not _PLAIN_ITEMS <= len(items) <= _PLAIN_ITEMS + _OPTIONAL:
        raise _wrong_length(items)
    if (items[0], items[1]) != (VERSION, SUITE):
        raise UnsupportedVersion
    versions = take_array(items[10])
    if len(versions) != 2:
        raise MalformedFrame
    optional = [*items[_PLAIN_ITEMS:], None, None, None]
    group = None if optional[0] is None else take_integer(optional[0])
    header = Header(
        log=take_bytes(items[2], LOG_ID_BYTES),
        seq=take_integer(items[3], lowest=1),
        prev=take_bytes(prev, HASH_BYTES),
        first_n=take_integer(items[4], lowest=1),
        count=take_integer(items[5], SET_OPERATIONS, 1),
        scope=Scope(take_bytes(items[6], FONDS_ID_BYTES), take_integer(items[7], 255)),
        time_base=take_integer(items[11], lowest=-COUNT_LIMIT),
        body_hash=take_bytes(body_hash, HASH_BYTES),
        cursor_epoch=take_integer(items[8]),
        cursor_place=take_integer(items[9]),
        schema=take_integer(versions[0]),
        pack=take_integer(versions[1]),
        group=None if group is None else group // 2,
        more_follows=group is not None and group % 2 == 1,
        lost=_take_lost(optional[1]),
        birth=None if optional[2] is None else take_birth(optional[2]),
    )
    _check_header(header)
    return header


def _wrong_length(items: tuple[Any, ...]) -> RemoteProtocolError:
    """What a header of another length is: of another version, or none at all."""
    if len(items) >= 2 and items[:2] != (VERSION, SUITE):
        return UnsupportedVersion()
    return MalformedFrame()


def _check_header(header: Header) -> None:
    if (header.seq == 1) != (header.birth is not None):
        message = "the birth stands in seq 1 and nowhere else"
        raise MalformedFrame(message)
    if header.seq == 1 and header.prev != ZERO_HASH:
        message = "nothing is before seq 1"
        raise MalformedFrame(message)
    birth = header.birth
    if birth is not None and log_id(birth.public_key, birth.nonce) != header.log:
        message = "the log id is not that of the key and nonce"
        raise MalformedFrame(message)
    last = 0
    for first_lost, last_lost in header.lost:
        if not last < first_lost <= last_lost < header.seq:
            message = "gaps rise and lie before the set"
            raise MalformedFrame(message)
        last = last_lost


def _take_lost(found: object) -> tuple[tuple[int, int], ...]:
    if found is None:
        return ()
    flat = take_array(found)
    if len(flat) % 2:
        raise MalformedFrame
    if len(flat) > 2 * LOST_RUNS:
        raise FrameTooLarge
    return tuple(
        (take_integer(flat[place], lowest=1), take_integer(flat[place + 1], lowest=1))
        for place in range(0, len(flat), 2)
    )
