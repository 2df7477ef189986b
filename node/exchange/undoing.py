"""Imports that are taken back, and imports that did not come to their end.

What was never sealed leaves the journal as if it had not been saved. What was sealed
is answered by operations of its own: records are withdrawn, old values copied back;
what people wrote since stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from node.catalogue.act_errors import FILED_SINCE, CannotUndo
from node.catalogue.filed_since import has_filed
from node.catalogue.members import is_filed_row
from node.catalogue.reading import existence_dots, held_of
from node.catalogue.reversal import Past, Reversal
from node.catalogue.saving import Held, withdrawal
from node.clock import elapsed
from node.errors import ImportBusy, UnknownImport
from node.exchange.desk import Desk
from node.history.journal import own_log_no, save_all, take_back_import
from node.history.logbook import DecodedSets
from node.home import FileLock, Home
from node.store.catalogue_port import ImportedRow, ImportRow, ImportState, RowOutcome
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from node.store.store import Store

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""

_STEP_SECONDS: Final = 0.03
_STEP_NUMBERS: Final = 50
_STEP_ROWS: Final = 20
_CHECKED_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Batch:
    """An import, for people."""

    batch: int
    file: str
    who: str
    time: int
    rows: int
    added: int
    updated: int
    unchanged: int
    refused: int
    is_undone: bool
    waiting: int = 0
    """Rows that were refused and that nobody has mended."""


def finished_imports(rows: Rows) -> list[Batch]:
    """All imports that came to their end, by number."""
    shown = {int(ImportState.DONE), int(ImportState.UNDONE)}
    return [
        Batch(
            batch=row.import_no,
            file=row.file_name,
            who=row.actor,
            time=row.made_at,
            rows=row.rows,
            added=row.added,
            updated=row.updated,
            unchanged=row.unchanged,
            refused=row.refused,
            is_undone=row.state == ImportState.UNDONE,
            waiting=(
                rows.imports.refused_amount(row.import_no)
                if row.refused and row.state == ImportState.DONE
                else 0
            ),
        )
        for row in rows.imports.all()
        if row.state in shown
    ]


async def discard_unfinished(store: Store, home: Home) -> int:
    """Discard imports that were cut off; how many there were.

    An import under way in another process is left alone.
    """
    live = await store.read(lambda rows: rows.imports.in_state(ImportState.LIVE))
    if not live:
        return 0
    lock = FileLock(home.import_lock)
    if not lock.try_acquire():
        return 0
    try:
        return await discard_live(store)
    finally:
        lock.release()


async def discard_live(store: Store) -> int:
    """Discard imports without an end; the caller holds the import lock.

    A transaction of this process that is still under way comes first: it may have
    added to the journal.
    """
    await store.write(lambda _rows: None)
    live = await store.read(lambda rows: rows.imports.in_state(ImportState.LIVE))
    for row in live:
        await _take_all_back(store, row, ImportState.DISCARDED)
    return len(live)


async def undo_import(desk: Desk, batch: int, progress: Progress | None = None) -> int:
    """Take an import back; how many records that changed.

    *progress* is told how far it is, and of how much.

    Raises:
        UnknownImport: there is none with that number, or it is taken back.
        CannotUndo: something of it is filed by now.
        ImportBusy: another import is under way.
    """
    lock = FileLock(desk.home.import_lock)
    if not lock.try_acquire():
        raise ImportBusy
    try:
        alone = await desk.store.read(lambda rows: _is_alone(rows, batch))
        row = await desk.store.write(lambda rows: _claim(rows, batch, alone))
        if row.state == ImportState.LIVE:
            return await _take_all_back(desk.store, row, ImportState.UNDONE, progress)
        return await _answer_all(desk, row, progress)
    finally:
        lock.release()


def _claim(rows: Rows, batch: int, alone: int | None) -> ImportRow:
    """The import to take back; hidden and held from sealing where all is unsealed."""
    row = _done(rows, batch)
    if has_filed(rows, batch):
        raise CannotUndo(FILED_SINCE)
    if alone is not None and alone == rows.journal.amount()[0]:
        row = row._replace(state=int(ImportState.LIVE))
        rows.imports.update(row)
    return row


def _done(rows: Rows, batch: int) -> ImportRow:
    row = rows.imports.get(batch)
    if row is None or row.state != ImportState.DONE:
        raise UnknownImport(str(batch))
    return row


def _is_alone(rows: Rows, batch: int) -> int | None:
    """Size of the journal, if from the import's first on it holds that import alone."""
    row = _done(rows, batch)
    if row.last_n < row.first_n:
        return None
    amount = rows.journal.amount()[0]
    wanted = row.first_n
    while wanted <= row.last_n:
        found = rows.journal.between(wanted, row.last_n, _CHECKED_AT_ONCE)
        for each in found:
            if each.n != wanted or each.import_no != batch:
                return None
            wanted += 1
        if not found:
            return None
    return amount if rows.journal.last_n() == row.last_n else None


async def _take_all_back(
    store: Store,
    row: ImportRow,
    state: ImportState,
    progress: Progress | None = None,
) -> int:
    """Remove all unsealed numbers of an import from the journal, newest first."""
    last_n = await store.read(lambda rows: rows.journal.last_n())
    if row.last_n:
        last_n = min(last_n, row.last_n)
    taken = 0
    total = last_n - row.first_n + 1
    step = _STEP_NUMBERS
    while last_n >= row.first_n:
        begun = elapsed()
        first_n = max(row.first_n, last_n - step + 1)

        def step_back(rows: Rows, first: int = first_n, last: int = last_n) -> int:
            return take_back_import(rows, first, last, row.import_no)

        taken += await store.write(step_back)
        last_n = first_n - 1
        if progress is not None:
            progress(total - (last_n - row.first_n + 1), total)
        took = max(elapsed() - begun, 0.001)
        step = max(1, min(int(step * _STEP_SECONDS / took), 2 * step))

    def end(rows: Rows) -> None:
        rows.imports.forget_rows(row.import_no)
        rows.imports.update(row._replace(state=int(state)))

    await store.write(end)
    return taken


async def _answer_all(desk: Desk, row: ImportRow, progress: Progress | None) -> int:
    """Write what takes a sealed import back, some records in each transaction."""
    made_at = desk.clock.now()
    decoded = DecodedSets()
    answered = after = looked_at = 0
    while True:
        start = after

        def step(rows: Rows, start: int = start) -> tuple[int, int, int]:
            begun = elapsed()
            count, seen, last = 0, 0, start
            for kept in rows.imports.rows(row.import_no, start, _STEP_ROWS):
                count += _answer(rows, desk, kept, row, made_at, decoded)
                last, seen = kept.row, seen + 1
                if elapsed() - begun > _STEP_SECONDS:
                    break
            return count, seen, last

        count, seen, after = await desk.store.write(step)
        answered += count
        looked_at += seen
        if progress is not None:
            progress(min(looked_at, row.rows), row.rows)
        if after == start:
            break
    done = row._replace(state=int(ImportState.UNDONE))
    await desk.store.write(lambda rows: rows.imports.update(done))
    return answered


def _answer(
    rows: Rows,
    desk: Desk,
    kept: ImportedRow,
    row: ImportRow,
    made_at: int,
    decoded: DecodedSets,
) -> bool:
    """Take back what one row did; whether that changed anything."""
    if kept.record_no is None or kept.outcome not in {
        RowOutcome.ADDED,
        RowOutcome.UPDATED,
    }:
        return False
    record = rows.records.row(kept.record_no)
    if record is None or record.flags & RecordFlag.WITHDRAWN or is_filed_row(record):
        return False
    held = held_of(rows, record)
    if kept.outcome == RowOutcome.ADDED:
        dots = existence_dots(rows, record)
        reason = desk.pack.undo_reason
        made = save_all(
            rows,
            record.scope_no,
            lambda n: (withdrawal(n, desk.actor, made_at, held, dots, reason),),
        )
        return bool(made)
    numbers = (row.first_n, row.last_n)
    return _answer_update(rows, desk, record, held, numbers, made_at, decoded)


def _answer_update(
    rows: Rows,
    desk: Desk,
    record: RecordRow,
    held: Held,
    numbers: tuple[int, int],
    made_at: int,
    decoded: DecodedSets,
) -> bool:
    """Copy the values back that an import replaced, where its own still stand."""
    past = Past(rows, record, decoded)
    found = past.by_log(own_log_no(rows), *numbers)
    back = Reversal(rows, record, held, past, (dot for dot, _ in found))
    for dot, operation in found:
        back.answer(dot, operation)
    made = save_all(
        rows, record.scope_no, lambda n: back.operations(n, desk.actor, made_at, "")
    )
    return bool(made)
