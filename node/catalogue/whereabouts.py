"""Where a change stands, in one word that is true: here, on its way, at the hub.

The words are those of promise 4; a receipt number is the hub's signed word, a reason
the slug that the hub gave.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from node.history.departures import receipted, sent_seq
from node.store.port import Rows
from node.store.row_types import SetRow, SetState


class Word(StrEnum):
    """Where a change stands; a fact, never a hope."""

    PENDING = "pending"
    """Saved here, not sent."""
    SENT = "sent"
    """Handed to the network; no receipt yet."""
    RECEIVED = "received"
    """The hub has it, says its receipt."""
    ADMITTED = "admitted"
    """In the order, without a receipt of its own here: another machine's."""
    WAITING = "waiting"
    """The hub has it, and waits for what stands before it."""
    QUARANTINED = "quarantined"
    """The hub has it and has set it aside, with a reason."""
    BARRED = "barred"
    """It brought a state secret: the hub kept no body."""
    REMOVED = "removed"
    """Its body was removed by order."""
    HELD = "held"
    """Another machine's, of an order that is no more."""
    CUT = "cut"
    """Above the cut of a revoked machine: counts for nothing."""


class Whereabouts(NamedTuple):
    """Where a change stands, with its receipt number or the reason."""

    word: Word
    receipt: int = 0
    reason: str = ""


_OF_STATE = {
    SetState.WAITING: Word.WAITING,
    SetState.QUARANTINED: Word.QUARANTINED,
    SetState.BARRED: Word.BARRED,
    SetState.REMOVED: Word.REMOVED,
    SetState.HELD: Word.HELD,
    SetState.CUT: Word.CUT,
}


def whereabouts_of(rows: Rows, held: SetRow | None) -> Whereabouts:
    """Where the operations of a stored set stand; without one, those of the journal."""
    if held is None:
        return Whereabouts(Word.PENDING)
    state = SetState(held.state)
    if state is SetState.ADMITTED:
        word = Word.RECEIVED if held.receipt else Word.ADMITTED
        return Whereabouts(word, held.receipt)
    if state is SetState.QUARANTINED and held.reason == Word.BARRED:
        return Whereabouts(Word.BARRED, held.receipt, held.reason)
    if state in _OF_STATE:
        return Whereabouts(_OF_STATE[state], held.receipt, held.reason)
    receipt = held.receipt or _covering_receipt(rows, held)
    if receipt:
        return Whereabouts(Word.RECEIVED, receipt)
    is_sent = held.seq <= sent_seq(rows, rows.logs.id_of(held.log_no))
    return Whereabouts(Word.SENT if is_sent else Word.PENDING)


def _covering_receipt(rows: Rows, held: SetRow) -> int:
    """The receipt of a later set of the newest own log, which covers this one too."""
    own = rows.logs.own()
    known = receipted(rows)
    is_covered = own is not None and held.log_no == own.log_no and held.seq <= known.seq
    return known.receipt if is_covered else 0
