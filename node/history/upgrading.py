"""Rows of an older version of the program, brought up to date.

A version of the rows stands in the settings. Where it is lower than this program's,
every created record that is in no class is looked at once, some in each transaction,
from where the last one ended: a cut costs one step, and several processes share the
work. What is saved meanwhile is in its class from the start.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from node.clock import elapsed
from node.history.docket import Docket
from node.history.logbook import DecodedSets
from node.history.rebuilding import rebuild_records
from node.history.record_rows import is_visible
from node.history.shared_codes import CodesTouched
from node.history.state_packing import unpack_state
from node.history.survivors import shown
from node.store.port import Rows
from node.store.row_types import RecordRow
from node.store.store import Store

Progress = Callable[[int, int], None]

ROWS_VERSION: Final = 3
"""2: every created record is in a class. 3: tickets, decisions and former codes are of
every record, and shared codes are tickets."""
_CLASSED: Final = 2
_VERSION: Final = "rows.version"
_AT: Final = "rows.at"
STEP_SECONDS: Final = 0.02
_AT_ONCE: Final = 20


async def bring_rows_up_to_date(store: Store, progress: Progress | None = None) -> int:
    """Look at every record that an older program wrote; how many this process did."""
    if await store.read(is_up_to_date):
        return 0
    total = await store.read(lambda rows: rows.records.next_number() - 1)
    looked_at = 0
    while True:
        step = await store.write(next_step)
        looked_at += step.records
        if progress is not None:
            progress(total if step.is_last else min(step.at, total), total)
        if step.is_last:
            return looked_at


def is_up_to_date(rows: Rows) -> bool:
    """Whether this program, or one that writes the same rows, wrote every row."""
    return int(rows.settings.get(_VERSION) or 1) >= ROWS_VERSION


def note_up_to_date(rows: Rows) -> None:
    """Every row is of this version."""
    rows.settings.put(_VERSION, ROWS_VERSION)
    rows.settings.put(_AT, None)


class Step(NamedTuple):
    """What one transaction came to."""

    records: int
    """How many were looked at."""
    at: int
    """Up to which number all have been looked at."""
    is_last: bool


def next_step(rows: Rows) -> Step:
    """Go on for a moment from where the last transaction ended, whoever's it was."""
    begun = elapsed()
    at = int(rows.settings.get(_AT) or 0)
    count = 0
    while True:
        version = int(rows.settings.get(_VERSION) or 1)
        found = _class_some(rows, at) if version < _CLASSED else _ticket_some(rows, at)
        if not found and version < _CLASSED:
            rows.settings.put(_VERSION, _CLASSED)
            at = 0
            continue
        if not found or version >= ROWS_VERSION:
            note_up_to_date(rows)
            return Step(count, at, is_last=True)
        count += len(found)
        at = found[-1]
        if elapsed() - begun >= STEP_SECONDS:
            rows.settings.put(_AT, at)
            return Step(count, at, is_last=False)


def _class_some(rows: Rows, at: int) -> list[int]:
    found = rows.shelves.unclassed(at, _AT_ONCE)
    for row in rows.records.rows(found).values():
        _class(rows, row)
    return found


def _ticket_some(rows: Rows, at: int) -> list[int]:
    """Make the tickets of some records; what nobody edited can only share a code."""
    found = rows.records.after(at, _AT_ONCE)
    edited = rows.edits.of_records([row.record_no for row in found])
    rebuild_records(rows, [number for number, edits in edited.items() if edits])
    codes: dict[int, set[str]] = {}
    for row in found:
        if row.code:
            codes.setdefault(row.scope_no, set()).add(row.code)
    for scope_no, claimed in codes.items():
        touched = CodesTouched(Docket(rows, scope_no, DecodedSets()))
        touched.claimed |= claimed
        touched.settle(0)
    rows.papers.note([row.record_no for row in found])
    return [row.record_no for row in found]


def _class(rows: Rows, row: RecordRow) -> None:
    values = shown(unpack_state((row.log_no, row.n), row.state))
    text = rows.describe(values, row.scope_no)
    class_no = rows.classes.number(row.scope_no, row.level, text.place)
    rows.records.place(row.record_no, class_no, text.shelf_key)
    if is_visible(row.flags):
        rows.classes.count({class_no: 1})
        if row.import_no:
            rows.classes.count_imported(row.import_no, {class_no: 1})
