"""The hello: the room's first words (docs/protocol.md, Hello)."""

from __future__ import annotations

from typing import Final

from protocol.births import birth_items, take_birth
from protocol.canonical import Canonical, encode
from protocol.errors import MalformedFrame, NotCanonical
from protocol.exchange_limits import SCOPES_LIMIT
from protocol.identity import HASH_BYTES, LOG_ID_BYTES
from protocol.messages import Hello, ScopePlace
from protocol.order import CHAIN_TAG_BYTES
from protocol.row_reader import RowReader, read_row

_PLAIN_FLAG: Final = 1


def encode_hello(hello: Hello) -> bytes:
    """The hello's canonical bytes; flags and birth are left out when empty."""
    row: tuple[Canonical, ...] = (
        hello.log,
        hello.exchange,
        hello.head_seq,
        hello.head_hash,
        tuple(_place_row(place) for place in hello.scopes),
        hello.verdicts,
        hello.trust_serial,
        hello.wire_serial,
        hello.courier_serial,
        hello.accepts_bytes,
        hello.clock,
    )
    flags = _PLAIN_FLAG if hello.is_plain else 0
    if hello.birth is not None:
        row += (flags, birth_items(hello.birth))
    elif flags:
        row += (flags,)
    return encode(row)


def decode_hello(data: bytes) -> Hello:
    """The hello that *data* is.

    Raises:
        RemoteProtocolError: it is none, or not in its one canonical form.
    """
    reader = read_row(data, "hello")
    hello = Hello(
        log=reader.fixed(LOG_ID_BYTES),
        exchange=reader.number(least=1),
        head_seq=reader.number(),
        head_hash=reader.fixed(HASH_BYTES),
        scopes=reader.rows(_read_place, SCOPES_LIMIT),
        verdicts=reader.number(),
        trust_serial=reader.number(),
        wire_serial=reader.number(),
        courier_serial=reader.number(),
        accepts_bytes=reader.number(),
        clock=reader.number(),
        is_plain=reader.number(_PLAIN_FLAG) == _PLAIN_FLAG if reader.left else False,
        birth=take_birth(reader.take()) if reader.left else None,
    )
    reader.end()
    if encode_hello(hello) != data:
        message = "a hello in another form than its own"
        raise NotCanonical(message)
    return hello


def _place_row(place: ScopePlace) -> tuple[Canonical, ...]:
    scope = place.scope
    return (
        scope.fonds,
        scope.compartment,
        place.epoch,
        place.place,
        place.until,
        place.tag,
    )


def _read_place(row: object) -> ScopePlace:
    reader = RowReader(row, "scope place")
    place = ScopePlace(
        scope=reader.scope(),
        epoch=reader.number(),
        place=reader.number(),
        until=reader.number(),
        tag=reader.fixed(0, CHAIN_TAG_BYTES),
    )
    reader.end()
    if bool(place.tag) != bool(place.place):
        message = "a scope's place without its chain tag, or a tag at place 0"
        raise MalformedFrame(message)
    return place
