"""Records that were merged into another: their ids and codes lead to it.

A record is an alias while it is withdrawn and a link says so; where the merge is taken
back it stands for itself again.
"""

from __future__ import annotations

from typing import Final

from node.history.state_packing import unpack_state
from node.history.survivors import surviving_elements
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from protocol.operations import LINKS_FIELD

ALIAS: Final = 3
"""What a link says of the record: it is an alias of the other."""
_LONGEST_WAY: Final = 16
"""Merges of merges are followed so far."""


def taken_over_by(rows: Rows, row: RecordRow) -> RecordRow:
    """The record that stands for *row*; the row itself where it is no alias."""
    seen: set[int] = set()
    while row.flags & RecordFlag.WITHDRAWN and len(seen) < _LONGEST_WAY:
        seen.add(row.record_no)
        target = _target(rows, row)
        if target is None or target.record_no in seen:
            break
        row = target
    return row


def _target(rows: Rows, row: RecordRow) -> RecordRow | None:
    state = unpack_state((row.log_no, row.n), row.state)
    for _, value in sorted(surviving_elements(state, LINKS_FIELD).items()):
        match value:
            case (int(kind), bytes(), int(), bytes(log), int(n), *_) if kind == ALIAS:
                log_no = rows.logs.number_of(log)
                if log_no is None:
                    continue
                number = rows.records.number_of(row.scope_no, log_no, n)
                return None if number is None else rows.records.row(number)
            case _:
                continue
    return None
