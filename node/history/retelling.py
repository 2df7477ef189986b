"""Tickets made anew where the rules of a fonds change, from their place in its order.

Which rule pack is in force is a word of the hub in the fonds' register. When it is
read, the records of the fonds are looked at again, some in each transaction; a cut
costs one step.
"""

from __future__ import annotations

from typing import Final

from node.clock import elapsed
from node.history.rebuilding import rebuild_records
from node.history.state_packing import unpack_state
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from protocol.operations import EXISTENCE_FIELD

AWAITED: Final = "retell"
"""Setting: [scope_no, number of the last record looked at, …]."""
_AT_ONCE: Final = 50
STEP_SECONDS: Final = 0.02


def await_retelling(rows: Rows, scope_no: int) -> None:
    """The tickets of the scope have to be made anew, from its first record on."""
    waiting = _waiting(rows)
    waiting[scope_no] = 0
    _keep(rows, waiting)


def is_retelling(rows: Rows) -> bool:
    """Whether tickets are still of older rules."""
    return bool(_waiting(rows))


def retell_step(rows: Rows) -> bool:
    """Look at some more records; whether there may be others."""
    waiting = _waiting(rows)
    if not waiting:
        return False
    begun = elapsed()
    scope_no, at = min(waiting.items())
    while True:
        found = rows.records.in_scope(scope_no, at, _AT_ONCE)
        rebuild_records(rows, [row.record_no for row in found if _may_differ(row)])
        if not found:
            del waiting[scope_no]
            break
        at = waiting[scope_no] = found[-1].record_no
        if elapsed() - begun >= STEP_SECONDS:
            break
    _keep(rows, waiting)
    return bool(waiting)


def _may_differ(row: RecordRow) -> bool:
    if row.flags & RecordFlag.REGISTER:
        return False
    if row.flags & RecordFlag.OPEN:
        return True
    live = unpack_state((row.log_no, row.n), row.state).live
    return EXISTENCE_FIELD in live or any(len(cell) > 1 for cell in live.values())


def _waiting(rows: Rows) -> dict[int, int]:
    known = rows.settings.get(AWAITED) or []
    return dict(zip(known[::2], known[1::2], strict=True))


def _keep(rows: Rows, waiting: dict[int, int]) -> None:
    flat = [number for pair in sorted(waiting.items()) for number in pair]
    rows.settings.put(AWAITED, flat or None)
