"""What a room has to hand over: sets that the hub has not, as far as the room knows.

First the sets of former own logs and others' sets that no order names any more, then
the newest log's from the last receipt on, each log in order of seq.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from node.history.rewinding import HANDED
from node.store.port import Rows
from node.store.row_types import SetRow, SetState
from protocol.changeset import stored_set, to_wire
from protocol.identity import ZERO_HASH
from protocol.messages import ExtractsHeld, SetItem, TrustList

RECEIPTED = "receipted"
"""[log, seq, hash, receipt number, hub time] of the newest receipt for own sets."""
SENT = "hub.sent"
"""[own log, highest seq of it that was handed to the network]."""
_HELD_AT_ONCE = 16
_OWN_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to hand over."""

    item: SetItem | TrustList | ExtractsHeld
    log: bytes = b""
    seq: int = 0
    """0: it is not a set."""
    hash: bytes = b""
    wire_with_prev: bytes = b""
    wire_without_prev: bytes = b""


@dataclass(frozen=True, slots=True)
class Receipted:
    """Up to where the hub has signed for a log of ours."""

    log: bytes
    seq: int = 0
    hash: bytes = ZERO_HASH
    receipt: int = 0
    hub_time: int = 0


def receipted(rows: Rows) -> Receipted:
    """The newest receipt for the log in which this machine writes."""
    own = rows.logs.own()
    log = b"" if own is None else own.log
    known = rows.settings.get(RECEIPTED)
    if known is None or known[0] != log:
        return Receipted(log)
    return Receipted(*known)


def put_receipted(rows: Rows, receipt: Receipted) -> None:
    """A newer receipt was read."""
    rows.settings.put(
        RECEIPTED,
        [receipt.log, receipt.seq, receipt.hash, receipt.receipt, receipt.hub_time],
    )


def unnamed_part(rows: Rows, after: tuple[int, int, bytes]) -> list[SetRow]:
    """Sets behind *after* that no order names and that were not handed over."""
    own = rows.logs.own()
    own_no = 0 if own is None else own.log_no
    return rows.sets.unnamed(own_no, HANDED, after, _HELD_AT_ONCE)


def own_part(rows: Rows, after_seq: int) -> list[SetRow]:
    """Sets of the newest own log behind *after_seq*."""
    own = rows.logs.own()
    if own is None:
        return []
    return rows.sets.range(own.log_no, after_seq + 1, after_seq + _OWN_AT_ONCE)


def has_departures(rows: Rows) -> bool:
    """Whether there is anything to hand over."""
    return bool(own_part(rows, receipted(rows).seq) or unnamed_part(rows, (0, 0, b"")))


def departing(rows: Rows) -> int:
    """How many sets ``unnamed_part`` and ``own_part`` would give."""
    own = rows.logs.own()
    own_no = 0 if own is None else own.log_no
    unnamed = rows.sets.unnamed_weight(own_no, HANDED)
    return unnamed.sets + rows.sets.behind(own_no, receipted(rows).seq).sets


def unconfirmed(rows: Rows) -> int:
    """How many own sets the order does not name yet; of these stubs will come."""
    return sum(
        rows.sets.amount(log.log_no, SetState.SEALED)[0]
        for log in rows.logs.all()
        if log.is_own
    )


def sent_seq(rows: Rows, log: bytes) -> int:
    """Up to which seq sets of an own log were handed to the network."""
    kept = rows.settings.get(SENT)
    return int(kept[1]) if kept and kept[0] == log else 0


def note_handed(rows: Rows, handed: Iterable[tuple[int, int, bytes]]) -> None:
    """The hub has answered: it has these sets."""
    for log_no, seq, set_hash in handed:
        row = rows.sets.get(log_no, seq, set_hash)
        if row is not None:
            rows.sets.set_state(log_no, seq, set_hash, row.state, HANDED)


def outgoing_set(row: SetRow) -> Outgoing:
    """A stored set, ready to travel."""
    change_set = stored_set(row.header, row.signature, row.body)
    with_prev = to_wire(change_set, with_prev=True)
    return Outgoing(
        item=SetItem(with_prev),
        log=change_set.header.log,
        seq=row.seq,
        hash=row.hash,
        wire_with_prev=with_prev,
        wire_without_prev=to_wire(change_set, with_prev=False),
    )
