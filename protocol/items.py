"""Items: what the plain text of a frame holds. The first byte says which.

Items of the feed name their scope by its index in the hello (in a bundle to a room,
in the list of spans), so that a set costs two bytes there (docs/protocol.md, Items).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from protocol.boxkeys import decode_statement, encode_statement
from protocol.canonical import Canonical, encode
from protocol.errors import LocalProtocolError, MalformedFrame
from protocol.exchange_limits import REASON_LIMIT_BYTES, RUNS_LIMIT
from protocol.identity import HASH_BYTES, LOG_ID_BYTES, Scope
from protocol.messages import (
    BoxKeyStatement,
    Certificate,
    ExtractItem,
    ExtractsHeld,
    FeedOpening,
    FeedSet,
    FeedStubs,
    Item,
    Result,
    Results,
    SetItem,
    TrustList,
    UnknownItem,
)
from protocol.row_reader import RowReader, bounded, read_row
from protocol.trust_codec import (
    decode_certificate,
    decode_trust_list,
    encode_certificate,
    encode_trust_list,
)

SET: Final = 1
FEED_SET: Final = 2
FEED_BRANCH_SET: Final = 3
FEED_STUBS: Final = 4
FEED_OPENING: Final = 5
RESULTS: Final = 6
TRUST_LIST: Final = 7
CERTIFICATE: Final = 8
BOX_KEY: Final = 9
JOINED: Final = 10
"""Several small items in one frame, which saves 24 bytes for each but the first."""
EXTRACT: Final = 11
EXTRACTS_HELD: Final = 12

JOINED_LIMIT_BYTES: Final = 2**16 - 1
"""An item that is joined with others."""

_INDEX_BYTES: Final = 2
_LENGTH_BYTES: Final = 2


def encode_item(item: Item, scopes: Sequence[Scope] = ()) -> bytes:
    """The plain text of the frame that holds *item*."""
    kind, payload = _encode(item, scopes)
    return bytes((kind,)) + payload


def _encode(item: Item, scopes: Sequence[Scope]) -> tuple[int, bytes]:
    match item:
        case SetItem(wire):
            return SET, wire
        case FeedSet(scope, wire, b""):
            return FEED_SET, _index(scope, scopes) + wire
        case FeedSet(scope, wire, branch):
            return FEED_BRANCH_SET, _index(scope, scopes) + branch + wire
        case FeedStubs(scope, first_seq, count):
            return FEED_STUBS, _index(scope, scopes) + encode((first_seq, count))
        case FeedOpening(scope):
            return FEED_OPENING, _index(scope, scopes) + encode(_opening_row(item))
        case Results():
            return RESULTS, encode(_results_row(item))
        case TrustList():
            return TRUST_LIST, encode_trust_list(item)
        case Certificate():
            return CERTIFICATE, encode_certificate(item)
        case BoxKeyStatement():
            return BOX_KEY, encode_statement(item)
        case ExtractItem(payload):
            return EXTRACT, payload
        case ExtractsHeld(payload):
            return EXTRACTS_HELD, payload
        case UnknownItem(kind, payload):
            return kind, payload


def join_items(plains: Sequence[bytes]) -> bytes:
    """The plain text of one frame that holds several encoded items."""
    if len(plains) == 1:
        return plains[0]
    parts = [bytes((JOINED,))]
    for plain in plains:
        if not plain or plain[0] == JOINED or len(plain) > JOINED_LIMIT_BYTES:
            message = "an item that cannot be joined with others"
            raise LocalProtocolError(message)
        parts += (len(plain).to_bytes(_LENGTH_BYTES, "big"), plain)
    return b"".join(parts)


def decode_items(data: bytes, scopes: Sequence[Scope] = ()) -> tuple[Item, ...]:
    """The items that the plain text of a frame holds: one, or several joined.

    Raises:
        RemoteProtocolError: one is not in the form of its kind.
    """
    if data[:1] != bytes((JOINED,)):
        return (decode_item(data, scopes),)
    items: list[Item] = []
    start = 1
    while start < len(data):
        begin = start + _LENGTH_BYTES
        start = begin + int.from_bytes(data[start:begin], "big")
        if begin > len(data) or start > len(data):
            message = "a joined item that is cut"
            raise MalformedFrame(message)
        items.append(decode_item(data[begin:start], scopes))
    return tuple(items)


def decode_item(data: bytes, scopes: Sequence[Scope] = ()) -> Item:
    """The one item that *data* is.

    Raises:
        RemoteProtocolError: it is not in the form of its kind.
    """
    if not data or data[0] in {0, JOINED}:
        message = "no item, or joined items where one should stand"
        raise MalformedFrame(message)
    kind, payload = data[0], data[1:]
    decoder = _DECODERS.get(kind)
    if decoder is None:
        return UnknownItem(kind, payload)
    return decoder(payload, scopes)


def _decode_set(payload: bytes, _scopes: Sequence[Scope]) -> SetItem:
    return SetItem(payload)


def _decode_feed_set(payload: bytes, scopes: Sequence[Scope]) -> FeedSet:
    scope, wire = _take_scope(payload, scopes)
    return FeedSet(scope, wire)


def _decode_branch_set(payload: bytes, scopes: Sequence[Scope]) -> FeedSet:
    scope, rest = _take_scope(payload, scopes)
    if len(rest) < LOG_ID_BYTES:
        message = "a set of a branch without its branch"
        raise MalformedFrame(message)
    return FeedSet(scope, rest[LOG_ID_BYTES:], rest[:LOG_ID_BYTES])


def _decode_stubs(payload: bytes, scopes: Sequence[Scope]) -> FeedStubs:
    scope, rest = _take_scope(payload, scopes)
    reader = read_row(rest, "stubs")
    stubs = FeedStubs(scope, reader.number(least=1), reader.number(least=1))
    reader.end()
    return stubs


def _decode_opening(payload: bytes, scopes: Sequence[Scope]) -> FeedOpening:
    scope, rest = _take_scope(payload, scopes)
    reader = read_row(rest, "opening")
    opening = FeedOpening(
        scope=scope,
        epoch=reader.number(least=1),
        place=reader.number(),
        from_epoch=reader.number(),
        from_place=reader.number(),
        from_chain=reader.fixed(HASH_BYTES),
    )
    reader.end()
    return opening


def _decode_results(payload: bytes, _scopes: Sequence[Scope]) -> Results:
    reader = read_row(payload, "results")
    results = Results(reader.number(), reader.rows(_read_result, RUNS_LIMIT))
    reader.end()
    return results


def _decode_trust_list(payload: bytes, _scopes: Sequence[Scope]) -> TrustList:
    return decode_trust_list(payload)


def _decode_certificate(payload: bytes, _scopes: Sequence[Scope]) -> Certificate:
    return decode_certificate(payload)


def _decode_box_key(payload: bytes, _scopes: Sequence[Scope]) -> BoxKeyStatement:
    return decode_statement(payload)


def _decode_extract(payload: bytes, _scopes: Sequence[Scope]) -> ExtractItem:
    return ExtractItem(payload)


def _decode_extracts_held(payload: bytes, _scopes: Sequence[Scope]) -> ExtractsHeld:
    return ExtractsHeld(payload)


_DECODERS: Final[dict[int, Callable[[bytes, Sequence[Scope]], Item]]] = {
    SET: _decode_set,
    FEED_SET: _decode_feed_set,
    FEED_BRANCH_SET: _decode_branch_set,
    FEED_STUBS: _decode_stubs,
    FEED_OPENING: _decode_opening,
    RESULTS: _decode_results,
    TRUST_LIST: _decode_trust_list,
    CERTIFICATE: _decode_certificate,
    BOX_KEY: _decode_box_key,
    EXTRACT: _decode_extract,
    EXTRACTS_HELD: _decode_extracts_held,
}


def _opening_row(opening: FeedOpening) -> tuple[Canonical, ...]:
    return (
        opening.epoch,
        opening.place,
        opening.from_epoch,
        opening.from_place,
        opening.from_chain,
    )


def _results_row(results: Results) -> tuple[Canonical, ...]:
    return (results.up_to, tuple(_result_row(run) for run in results.runs))


def _result_row(run: Result) -> tuple[Canonical, ...]:
    bare = (run.first_seq, run.count, int(run.verdict))
    reason = bounded(run.reason, REASON_LIMIT_BYTES)
    return (*bare, reason) if reason else bare


def _read_result(row: object) -> Result:
    reader = RowReader(row, "result")
    result = Result(
        first_seq=reader.number(least=1),
        count=reader.number(least=1),
        verdict=reader.number(255, least=1),
        reason=reader.text(REASON_LIMIT_BYTES) if reader.left else "",
    )
    if not result.reason and reader.taken > 3:
        message = "an empty reason is left out"
        raise MalformedFrame(message)
    reader.end()
    return result


def _index(scope: Scope, scopes: Sequence[Scope]) -> bytes:
    try:
        return scopes.index(scope).to_bytes(_INDEX_BYTES, "big")
    except ValueError as error:
        message = "an item of a scope that the hello does not name"
        raise LocalProtocolError(message) from error


def _take_scope(payload: bytes, scopes: Sequence[Scope]) -> tuple[Scope, bytes]:
    index = int.from_bytes(payload[:_INDEX_BYTES], "big")
    if len(payload) < _INDEX_BYTES or index >= len(scopes):
        message = "an item of a scope that the hello does not name"
        raise MalformedFrame(message)
    return scopes[index], payload[_INDEX_BYTES:]
