"""A room takes back what it had read of an order that is no more.

Sets above the point go back to not receipted: own ones are sent again, others' are
held and sent too. What they say stays on the screen, as work that is not confirmed.
In steps, from the newest place down; each step leaves a place that is true.
"""

from __future__ import annotations

from node.history.order import chain_at, head_of
from node.history.rebuilding import rebuild_records
from node.history.redactions import BARRED, records_of_set
from node.history.retelling import await_retelling
from node.store.port import Rows
from node.store.row_types import HeadRow, OrderRow, SetState
from protocol.messages import EntryKind

_PLACES_A_STEP = 4
_MANY = 1 << 30


def rewind_step(rows: Rows, scope_no: int, epoch: int, place: int) -> bool:
    """Go some places back towards (epoch, place); True while there are more."""
    head = head_of(rows, scope_no)
    if (head.epoch, head.place) <= (epoch, place):
        return False
    floor = place if head.epoch == epoch else 0
    down_to = max(floor, head.place - _PLACES_A_STEP)
    removed = rows.orders.remove_above(scope_no, head.epoch, down_to)
    touched: set[int] = set()
    for entry in removed:
        touched |= _take_back(rows, entry)
    if down_to == 0 and head.epoch > epoch:
        opening = next(
            (entry for entry in removed if entry.kind == EntryKind.OPENING), None
        )
        at = (1, 0) if opening is None else (opening.from_epoch, opening.from_place)
    else:
        at = (head.epoch, down_to)
    chain = chain_at(rows, scope_no, *at) or b""
    rows.orders.put_head(HeadRow(scope_no, *at, chain, b"", 0))
    rebuild_records(rows, touched)
    await_retelling(rows, scope_no)
    return True


def resend_settled(rows: Rows) -> None:
    """Sets that no order names are to be handed over again.

    Those of former own logs too that the hub had set aside: of these no receipt is
    read any more that would fall.
    """
    rows.sets.forget_reason(HANDED)
    own = rows.logs.own()
    for log in rows.logs.all():
        if own is None or not log.is_own or log.log_no == own.log_no:
            continue
        for state in (SetState.WAITING, SetState.QUARANTINED):
            for row in rows.sets.in_state(log.log_no, state, _MANY):
                if row.reason != BARRED:
                    rows.sets.set_state(row.log_no, row.seq, row.hash, SetState.SEALED)


HANDED = "handed"
"""Reason of a set that the hub has, by its answer, though no order names it yet."""


def _take_back(rows: Rows, entry: OrderRow) -> set[int]:
    if entry.log_no is None or entry.seq is None:
        return set()
    row = rows.sets.get(entry.log_no, entry.seq, entry.hash)
    if row is None or row.state == SetState.CUT:
        return set()
    is_own = rows.logs.row(entry.log_no).is_own
    state = SetState.SEALED if is_own else SetState.HELD
    rows.sets.set_state(row.log_no, row.seq, row.hash, state)
    return records_of_set(rows, row)
