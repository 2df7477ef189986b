"""The hub's receipt beside what this room sealed: level, older, or not the same.

A receipt above the own head, or of another hash, means that this machine was put back
from a copy, or that its card was copied; then it goes on under a new log.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from node.history.departures import Receipted, put_receipted, receipted
from node.history.following import Following
from node.history.greeting import Until
from node.history.incarnation import SUSPECT, open_incarnation
from node.history.redactions import BARRED
from node.history.rewinding import HANDED, resend_settled
from node.store.port import Rows
from node.store.row_types import SetState
from protocol.identity import ZERO_HASH
from protocol.messages import Checkpoint

_MANY = 1 << 30
_NAMED = frozenset({SetState.ADMITTED, SetState.REMOVED, SetState.CUT})
"""Where an order names the set."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a checkpoint meant for this room."""

    is_restored: bool = False
    """The hub has sets of this log that the room has not: a restored copy or clone."""
    is_contested: bool = False
    """The hub has other sets than the room's under the same numbers."""
    until: Until = field(default_factory=dict)
    """For the next hello of this session."""


def compare_receipt(rows: Rows, following: Following, nonce: bytes) -> Outcome:
    """Compare the hub's receipt with what this room sealed, and act on it."""
    own = rows.logs.own()
    checkpoint = following.checkpoint
    if own is None or own.log != following.log:
        return Outcome()
    if is_ours(rows, own.log, checkpoint):
        following.is_same_log = True
        _note_receipt(rows, own.log_no, own.log, checkpoint)
        return Outcome()
    _take_back_receipt(rows, own.log_no)
    last = rows.sets.last(own.log_no)
    last_seq = 0 if last is None else last.seq
    if last_seq > receipted(rows).seq:
        rows.settings.put(SUSPECT, own.log)
    if checkpoint.receipted_seq <= last_seq:
        return Outcome(is_contested=True)
    open_incarnation(rows, nonce)
    return Outcome(is_restored=True)


def is_ours(rows: Rows, log: bytes, checkpoint: Checkpoint) -> bool:
    """Whether the set that the hub signs for is one that is held here."""
    log_no = rows.logs.number_of(log)
    if log_no is None:
        return False
    seq, set_hash = checkpoint.receipted_seq, checkpoint.receipted_hash
    return seq == 0 or rows.sets.get(log_no, seq, set_hash) is not None


def clear_suspicion(rows: Rows) -> bool:
    """Seal again where a former log's sets were all taken and no fork was decided."""
    suspect = rows.settings.get(SUSPECT)
    own = rows.logs.own()
    if not suspect or own is None or own.log == suspect:
        return False
    log_no = rows.logs.number_of(suspect)
    if log_no is not None:
        for row in rows.sets.in_state(log_no, SetState.SEALED, _MANY):
            if row.reason != HANDED:
                return False
    rows.settings.put(SUSPECT, None)
    return True


def _take_back_receipt(rows: Rows, log_no: int) -> None:
    """A restored hub has lost sets that it had signed for; all behind them goes again.

    It signs for a clone's set in their place. Unless it gets ours it never decides the
    fork, and both stand still. What its order still names, it has.
    """
    known = receipted(rows)
    taken_back = rows.sets.in_state(log_no, SetState.SEALED, 1)
    if not taken_back or taken_back[0].seq > known.seq:
        return
    seq = taken_back[0].seq - 1
    while seq and _NAMED.isdisjoint(rows.sets.states_at(log_no, seq)):
        seq -= 1
    for state in (SetState.WAITING, SetState.QUARANTINED):
        for row in rows.sets.in_state(log_no, state, _MANY):
            if row.seq > seq and row.reason != BARRED:
                rows.sets.set_state(log_no, row.seq, row.hash, SetState.SEALED)
    named = [row for row in rows.sets.at(log_no, seq) if row.state in _NAMED]
    set_hash = named[0].hash if named else ZERO_HASH
    put_receipted(rows, replace(known, seq=seq, hash=set_hash))


def _note_receipt(rows: Rows, log_no: int, log: bytes, checkpoint: Checkpoint) -> None:
    seq, set_hash = checkpoint.receipted_seq, checkpoint.receipted_hash
    if seq < receipted(rows).seq:
        resend_settled(rows)
    receipt = Receipted(log, seq, set_hash, checkpoint.receipt, checkpoint.hub_time)
    put_receipted(rows, receipt)
    if seq:
        rows.sets.set_receipts(log_no, seq, checkpoint.receipt)
