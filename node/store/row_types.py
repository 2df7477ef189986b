"""Rows of the store as values. All numbers ending in ``_no`` are local."""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Final, NamedTuple

from protocol.identity import Scope


class SetState(IntEnum):
    """Where a stored change-set stands."""

    SEALED = 1
    """Own, not in the order as far as is known; its writes count here already."""
    WAITING = 2
    """Stored and receipted; not linked, so not in the order."""
    ADMITTED = 3
    """In the scope's order; its writes count."""
    QUARANTINED = 4
    BARRED = 5
    """Header, hash and verdict stay; the body does not."""
    REMOVED = 6
    """A redaction took its body's place."""
    HELD = 7
    """Another log's set that the hub's order does not name (any more)."""
    CUT = 8
    """Above the cut of a revoked log; counts neither as value nor as naming."""


class RecordFlag(IntFlag):
    """What a record's row says at a glance."""

    CREATED = 1
    """Its create is here, admitted or own."""
    WITHDRAWN = 2
    PENDING = 4
    """Own work on it has not been admitted yet."""
    OPEN = 8
    """A ticket or a note is listed under it for one of its own fields."""
    CONTESTED = 16
    """A withdrawal stands, and somebody wrote what the withdrawer had not seen."""
    REGISTER = 32
    """It is a register: words about the fonds, nothing that is catalogued."""


class ScopeRow(NamedTuple):
    """A scope under its canonical identity."""

    scope_no: int
    scope: Scope
    is_granted: bool


class LogRow(NamedTuple):
    """One log that this machine has heard of."""

    log_no: int
    log: bytes
    public_key: bytes | None
    nonce: bytes | None
    name: str
    state: int
    """0 not yet known by a trust entry, else protocol.messages.LogState."""
    cut_seq: int
    cut_hash: bytes
    parent_no: int | None
    """The log that this one branched off, for a fork's branch."""
    fork_seq: int
    fork_hash: bytes
    fork_first_n: int
    is_own: bool


class SetRow(NamedTuple):
    """One stored change-set."""

    log_no: int
    seq: int
    hash: bytes
    scope_no: int
    first_n: int
    op_count: int
    state: int
    reason: str
    received_at: int
    receipt: int
    header: bytes
    signature: bytes
    body: bytes | None


class SetsWeight(NamedTuple):
    """Several change-sets of one log, weighed together."""

    sets: int
    operations: int
    size_bytes: int
    first_seq: int
    """The lowest seq among them; 0 where there is none."""


class ArrivedRow(NamedTuple):
    """Another machine's set that the order named here."""

    row_no: int
    """Rises in the order of arrival here."""
    log_no: int
    seq: int
    hash: bytes
    scope_no: int
    op_count: int


class JournalRow(NamedTuple):
    """One own operation that is not sealed yet."""

    n: int
    scope_no: int
    act: int
    """n of the first operation of the same save."""
    import_no: int
    """The import that made it; 0 where a person did."""
    size: int
    """Bytes that it adds to a set: its row form, and its signatures."""
    op: bytes
    signatures: bytes = b""
    """Operators' signatures over it: public key (32) and signature (64) of each."""


class RecordRow(NamedTuple):
    """The projection of one record."""

    record_no: int
    scope_no: int
    log_no: int
    n: int
    flags: int
    level: int
    bucket: int
    import_no: int
    leaf: bytes
    """Empty while nothing on the record is confirmed."""
    code: str | None
    sort_date: str | None
    search_text: str
    state: bytes
    class_no: int = 0
    """0 while the record is not in a class: not created here, or not looked at yet."""
    shelf_key: bytes = b""
    """Its place in the class; compared as bytes."""


class EditRow(NamedTuple):
    """An operation on a record, other than its create."""

    record_no: int
    log_no: int
    n: int
    seq: int
    """0 while it is in the journal."""


class LeafRow(NamedTuple):
    """What a bucket's digest is made of."""

    record_no: int
    log_no: int
    n: int
    leaf: bytes


class ShelfPlace(NamedTuple):
    """What a record is filed under."""

    category: str
    year: int
    """0 none."""
    retention: str
    org: str
    volume: str
    """``目录号-案卷号`` where the record is kept by volume."""
    stage: int
    """0 without a code, 1 with a code, 2 filed."""


NOWHERE: Final = ShelfPlace("", 0, "", "", "", 0)
"""The place of a record of which nothing is known."""


class RowText(NamedTuple):
    """What is searched and sorted of a record."""

    code: str | None
    sort_date: str | None
    search_text: str
    tokens: str
    """For the text index, separated by spaces; empty: not indexed."""
    place: ShelfPlace = NOWHERE
    shelf_key: bytes = b""
    """Natural order of the code; without one, behind all codes, by date."""


class HeadRow(NamedTuple):
    """Where a scope's order ends here."""

    scope_no: int
    epoch: int
    place: int
    chain: bytes
    digest: bytes
    """Digest of the scope as last computed at a head; empty where it is stale."""
    digest_serial: int
    """Trust serial under which it was computed."""


class OrderRow(NamedTuple):
    """What stands at one place of a scope's order."""

    scope_no: int
    epoch: int
    place: int
    kind: int
    """protocol.messages.EntryKind."""
    log_no: int | None
    seq: int | None
    hash: bytes
    """The set's; of an opening, the chain hash of the place that it goes on from."""
    chain: bytes
    from_epoch: int
    from_place: int


class SizedEntry(NamedTuple):
    """A place of an order and what its set weighs."""

    place: int
    kind: int
    log_no: int | None
    seq: int | None
    hash: bytes
    size_bytes: int


class VerdictRow(NamedTuple):
    """What the hub said of one set, the *number*-th time it spoke of this log."""

    log_no: int
    number: int
    seq: int
    hash: bytes
    verdict: int
    reason: str


class TrustRow(NamedTuple):
    """One log's trust entry as the hub wrote it."""

    log: bytes
    serial: int
    entry: bytes


class PeerRow(NamedTuple):
    """The newest hello of a log's machine."""

    log_no: int
    exchange: int
    hello_hash: bytes
    heard_at: int
    hello: bytes | None


class InvitationRow(NamedTuple):
    """An invitation that was given out."""

    invitation: bytes
    secret: bytes
    name: str
    scopes: bytes
    """Packed: fonds codes and titles."""
    made_at: int
    used_by: bytes | None
    """LogId of the machine that came with it."""


class BoxKeyRow(NamedTuple):
    """A box key statement."""

    owner: bytes
    purpose: int
    serial: int
    statement: bytes


class ExchangeRow(NamedTuple):
    """A line in the ledger of exchanges."""

    exchange_no: int
    carrier: str
    peer: bytes | None
    begun_at: int
    ended_at: int
    requests: int
    bytes_up: int
    bytes_down: int
    sent: int
    received: int
    outcome: str
    answer: bytes = b""
    """Packed by node.ledger: verdicts, receipt, file."""
