"""Checkpoint and bundle head: what a hub says of where it stands."""

from __future__ import annotations

from protocol.canonical import Canonical, encode
from protocol.errors import MalformedFrame
from protocol.exchange_limits import SCOPES_LIMIT
from protocol.identity import HASH_BYTES, LOG_ID_BYTES
from protocol.messages import BundleHead, Checkpoint, ScopeHead, Span
from protocol.row_reader import RowReader, read_row


def encode_checkpoint(checkpoint: Checkpoint) -> bytes:
    """The checkpoint's canonical bytes, which the hub signs."""
    return encode(_checkpoint_row(checkpoint))


def decode_checkpoint(data: bytes) -> Checkpoint:
    """The checkpoint that *data* is.

    Raises:
        RemoteProtocolError: it is none.
    """
    return _read_checkpoint(read_row(data, "checkpoint"))


def encode_bundle_head(head: BundleHead) -> bytes:
    """The bundle head's canonical bytes, which the hub signs."""
    spans = tuple(
        (
            span.scope.fonds,
            span.scope.compartment,
            span.epoch,
            span.from_place,
            span.from_chain,
            span.to_place,
            span.to_chain,
        )
        for span in head.spans
    )
    return encode((head.log, spans, _checkpoint_row(head.checkpoint)))


def decode_bundle_head(data: bytes) -> BundleHead:
    """The bundle head that *data* is.

    Raises:
        RemoteProtocolError: it is none.
    """
    reader = read_row(data, "bundle head")
    head = BundleHead(
        log=reader.fixed(LOG_ID_BYTES),
        spans=reader.rows(_read_span, SCOPES_LIMIT),
        checkpoint=_read_checkpoint(RowReader(reader.take(), "checkpoint")),
    )
    reader.end()
    return head


def _checkpoint_row(checkpoint: Checkpoint) -> tuple[Canonical, ...]:
    heads = tuple(
        (
            head.scope.fonds,
            head.scope.compartment,
            head.epoch,
            head.place,
            head.chain,
            head.head_place,
            head.digest,
        )
        for head in checkpoint.scopes
    )
    return (
        checkpoint.hub_time,
        heads,
        checkpoint.receipted_seq,
        checkpoint.receipted_hash,
        checkpoint.receipt,
        checkpoint.hello_hash,
    )


def _read_checkpoint(reader: RowReader) -> Checkpoint:
    checkpoint = Checkpoint(
        hub_time=reader.number(),
        scopes=reader.rows(_read_head, SCOPES_LIMIT),
        receipted_seq=reader.number(),
        receipted_hash=reader.fixed(HASH_BYTES),
        receipt=reader.number(),
        hello_hash=reader.fixed(16),
    )
    reader.end()
    return checkpoint


def _read_head(row: object) -> ScopeHead:
    reader = RowReader(row, "scope head")
    head = ScopeHead(
        scope=reader.scope(),
        epoch=reader.number(),
        place=reader.number(),
        chain=reader.fixed(HASH_BYTES),
        head_place=reader.number(),
        digest=reader.fixed(0, HASH_BYTES),
    )
    reader.end()
    if head.head_place < head.place or (head.digest and head.place != head.head_place):
        message = "a feed that ends above its head, or a digest below the head"
        raise MalformedFrame(message)
    return head


def _read_span(row: object) -> Span:
    reader = RowReader(row, "span")
    span = Span(
        scope=reader.scope(),
        epoch=reader.number(),
        from_place=reader.number(),
        from_chain=reader.fixed(HASH_BYTES),
        to_place=reader.number(),
        to_chain=reader.fixed(HASH_BYTES),
    )
    reader.end()
    return span
