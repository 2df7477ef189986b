"""Gaps that a log has stated: change-sets of its own that it lost."""

from __future__ import annotations

from node.store.port import Rows
from node.store.row_types import SetState
from protocol.header import decode_header

_AT_ONCE = 1000


def stated_gaps(rows: Rows, log_no: int) -> list[tuple[int, int]]:
    """(First seq, last seq) of every gap that the log's sets or an operator stated."""
    gaps = [tuple(pair) for pair in rows.settings.get(_name(rows, log_no)) or []]
    for row in rows.sets.in_state(log_no, SetState.WAITING, _AT_ONCE):
        gaps.extend(decode_header(row.header).lost)
    return [(int(first), int(last)) for first, last in gaps]


def state_gap(rows: Rows, log_no: int, first_seq: int, last_seq: int) -> None:
    """An operator states that these sets of a log will never come."""
    stated = list(rows.settings.get(_name(rows, log_no)) or [])
    stated.append([first_seq, last_seq])
    rows.settings.put(_name(rows, log_no), stated)


def _name(rows: Rows, log_no: int) -> str:
    return f"lost.{rows.logs.row(log_no).log.hex()}"
