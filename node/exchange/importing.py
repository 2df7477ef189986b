"""A workbook becomes records, in many short transactions that count as one act.

Laws:

- Every row is added, updated, unchanged or refused; what is refused is written, with
  its reason, into a workbook of its own.
- The row that a record came from is remembered: the same row again changes nothing,
  whatever people did to the record since.
- What an import makes is shown by its last transaction; one that was cut off is
  discarded, as if it had never been.
- No transaction is longer than 50 ms, so that desks go on saving meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from node.catalogue.act_log import note_import
from node.catalogue.pack import Pack
from node.catalogue.reading import fonds_for
from node.clock import elapsed
from node.errors import ImportBusy, NoCatalogueInWorkbook
from node.exchange.choices import Choices
from node.exchange.desk import Desk
from node.exchange.entry import EntryReader, Refusal
from node.exchange.intake import BARRED, FONDS_ABSENT, Intake, Line, Taken
from node.exchange.kept import ROWS_PER_SHEET, Cells, cell_keys, pack_layout
from node.exchange.recognise import Table, recognise
from node.exchange.refusals import RefusedHeadings, RefusedRow, write_refused
from node.exchange.undoing import discard_live
from node.exchange.workbook import Row, Workbook, read_workbook
from node.history.journal import next_n
from node.home import FileLock, sync_folder
from node.store.catalogue_port import ImportRow, ImportState, RowOutcome
from node.store.port import Rows

Progress = Callable[[int, int], None]
"""Told how many rows are done, and of how many."""
Say = Callable[[str, Mapping[str, object]], str]
"""The sentence of a key, with its fields."""

STEP_SECONDS: Final = 0.022
"""A transaction is filled until about here; its commit comes on top."""
_FIRST_STEP_ROWS: Final = 40
_MOST_STEP_ROWS: Final = 400


def plain_reason(key: str, fields: Mapping[str, object]) -> str:
    """The key itself, for callers without a catalogue of sentences."""
    told = ", ".join(f"{name}={value}" for name, value in fields.items() if value)
    return f"{key} {told}".strip()


@dataclass(frozen=True, slots=True)
class ReasonAmount:
    """How many rows are refused for one reason in one column."""

    reason: str
    heading: str
    amount: int


@dataclass(frozen=True, slots=True)
class AbsentFonds:
    """A fonds that rows name and that is not here."""

    code: str
    title: str
    """As the workbook has it; empty where it names none."""
    amount: int


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a workbook's rows."""

    batch: int
    """Number of the import; 0 for a dry run."""
    rows: int
    added: int
    updated: int
    unchanged: int
    refused: int
    refused_file: Path | None
    """The workbook of refused rows, where there are any."""
    opened_fonds: tuple[str, ...] = ()
    """Codes of fonds that were not here before."""
    reasons: tuple[ReasonAmount, ...] = ()
    """Why rows are refused, the most frequent reason first."""
    absent_fonds: tuple[AbsentFonds, ...] = ()
    """Fonds whose rows are refused because they are not here, the largest first."""


async def import_workbook(
    desk: Desk,
    path: Path,
    fonds_code: str | None,
    *,
    dry_run: bool,
    progress: Progress | None,
    say: Say,
    choices: Choices | None = None,
) -> ImportResult:
    """Take the rows of the workbook at *path* in; cancelled, none of them.

    Raises:
        WorkbookUnreadable, NoCatalogueInWorkbook, UnknownFonds, ImportBusy.
        ColumnsMistaken, UnknownField: *choices* do not fit.
    """
    lock = FileLock(desk.home.import_lock)
    if not dry_run and not lock.try_acquire():
        raise ImportBusy
    try:
        run = _Run(
            desk,
            path,
            fonds_code,
            is_dry=dry_run,
            progress=progress,
            say=say,
            choices=choices or {},
        )
        return await run.result()
    except asyncio.CancelledError:
        if not dry_run:
            await discard_live(desk.store)
        raise
    finally:
        lock.release()


@dataclass(slots=True)
class _Run:
    """One workbook on its way in."""

    desk: Desk
    path: Path
    fonds_code: str | None
    is_dry: bool
    progress: Progress | None
    say: Say
    choices: Choices
    counts: dict[RowOutcome, int] = field(default_factory=dict)
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)
    absent: dict[str, AbsentFonds] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)

    async def result(self) -> ImportResult:
        """Take everything in."""
        workbook = await asyncio.to_thread(read_workbook, self.path)
        tables = recognise(workbook, self.desk.pack, self.choices)
        if not tables:
            names = tuple(sheet.name for sheet in workbook.sheets)
            raise NoCatalogueInWorkbook(self.path, names)
        made_at = self.desk.clock.now()
        code = self.fonds_code
        fonds = None
        if code is not None:
            fonds = await self.desk.store.read(lambda rows: fonds_for(rows, code))
        row = ImportRow(
            import_no=0,
            state=int(ImportState.LIVE),
            scope_no=0 if fonds is None else fonds.scope_no,
            first_n=0,
            last_n=0,
            file_name=self.path.name,
            file_hash=workbook.digest,
            actor=self.desk.actor.name,
            made_at=made_at,
            rows=0,
            added=0,
            updated=0,
            unchanged=0,
            refused=0,
            detail=pack_layout(tables),
        )
        if not self.is_dry:
            row = await self.desk.store.write(lambda rows: _begin(rows, row))
        intake = Intake(
            self.desk.pack,
            self.desk.actor,
            made_at,
            row.import_no,
            fonds,
            is_dry=self.is_dry,
        )
        await self._take_all(workbook, tables, intake)
        refused_file = await self._write_refused(row.import_no)
        if not self.is_dry:
            await self.desk.store.write(lambda rows: self._end(rows, row))
        return self._told(row.import_no, refused_file, tuple(intake.opened))

    async def _take_all(
        self, workbook: Workbook, tables: Sequence[Table], intake: Intake
    ) -> None:
        total = sum(len(table.sheet.rows) for table in tables)
        sizes = _StepSize()
        done = 0
        lines = _lines(workbook, tables, self.desk.pack)
        while step := list(islice(lines, sizes.rows)):

            def work(rows: Rows, step: Sequence[Line] = step) -> list[Taken]:
                begun = elapsed()
                taken = intake.take(rows, step)
                sizes.adapt(elapsed() - begun)
                return taken

            store = self.desk.store
            taken = await (store.read(work) if self.is_dry else store.write(work))
            self._count(taken, tables)
            done += len(step)
            if self.progress is not None:
                self.progress(min(done, total), total)

    def _count(self, taken: Sequence[Taken], tables: Sequence[Table]) -> None:
        for each in taken:
            self.counts[each.outcome] = self.counts.get(each.outcome, 0) + 1
            if each.refusal is not None:
                reason = (each.refusal.reason, each.refusal.heading)
                self.reasons[reason] = self.reasons.get(reason, 0) + 1
                if each.refusal.reason == FONDS_ABSENT:
                    self._count_absent(each.refusal.found, each.line)
                self.refused.append(self._refused_row(each, tables))

    def _count_absent(self, code: str, line: Line) -> None:
        known = self.absent.get(code, AbsentFonds(code, "", 0))
        entry = line.reading
        title = "" if isinstance(entry, Refusal) else entry.fonds_title
        self.absent[code] = AbsentFonds(code, known.title or title, known.amount + 1)

    def _refused_row(self, taken: Taken, tables: Sequence[Table]) -> RefusedRow:
        refusal = taken.refusal or Refusal("", "", "")
        place, number = divmod(taken.line.number, ROWS_PER_SHEET)
        table = tables[place]
        fields = {
            "field": refusal.heading,
            "found": refusal.found,
            "offer": refusal.offer,
        }
        return RefusedRow(
            sheet=table.sheet.name,
            headings=tuple(column.heading for column in table.columns),
            row=number,
            cells=[] if refusal.reason == BARRED else table.sheet.rows[number - 1],
            reason=self.say(f"refusal.{refusal.reason}", fields),
        )

    async def _write_refused(self, import_no: int) -> Path | None:
        if not self.refused:
            return None
        folder = self.desk.home.path / "refused"
        mark = str(import_no) if import_no else "dry-run"
        path = folder / f"{self.path.stem}-{mark}.xlsx"
        headings = RefusedHeadings(
            self.say("refused.reason", {}), self.say("refused.row", {})
        )

        def write() -> None:
            folder.mkdir(mode=0o700, exist_ok=True)
            write_refused(path, self.refused, headings)
            sync_folder(folder)

        await asyncio.to_thread(write)
        return path

    def _end(self, rows: Rows, row: ImportRow) -> None:
        """The last transaction: all of it counts from now on, and is one act."""
        changed = self._amount(RowOutcome.ADDED) + self._amount(RowOutcome.UPDATED)
        number = row.import_no
        note_import(rows, row.actor, row.made_at, row.file_name, number, changed)
        rows.imports.update(
            row._replace(
                state=int(ImportState.DONE),
                last_n=next_n(rows) - 1,
                rows=sum(self.counts.values()),
                added=self._amount(RowOutcome.ADDED),
                updated=self._amount(RowOutcome.UPDATED),
                unchanged=self._amount(RowOutcome.UNCHANGED),
                refused=self._amount(RowOutcome.REFUSED),
            )
        )

    def _amount(self, outcome: RowOutcome) -> int:
        return self.counts.get(outcome, 0)

    def _told(
        self, batch: int, refused_file: Path | None, opened: tuple[str, ...]
    ) -> ImportResult:
        return ImportResult(
            batch=batch,
            rows=sum(self.counts.values()),
            added=self._amount(RowOutcome.ADDED),
            updated=self._amount(RowOutcome.UPDATED),
            unchanged=self._amount(RowOutcome.UNCHANGED),
            refused=self._amount(RowOutcome.REFUSED),
            refused_file=refused_file,
            opened_fonds=opened,
            reasons=tuple(
                ReasonAmount(reason, heading, amount)
                for (reason, heading), amount in sorted(
                    self.reasons.items(), key=lambda each: -each[1]
                )
            ),
            absent_fonds=tuple(
                sorted(self.absent.values(), key=lambda each: -each.amount)
            ),
        )


class _StepSize:
    """How many rows a transaction takes, so that it stays short."""

    def __init__(self) -> None:
        self.rows = _FIRST_STEP_ROWS

    def adapt(self, took_seconds: float) -> None:
        """More rows after a fast step, fewer after a slow one."""
        per_row = max(took_seconds, 0.001) / self.rows
        wanted = (int(STEP_SECONDS / per_row) + self.rows) // 2
        self.rows = max(1, min(wanted, _MOST_STEP_ROWS))


def _begin(rows: Rows, row: ImportRow) -> ImportRow:
    fresh = row._replace(first_n=next_n(rows))
    return fresh._replace(import_no=rows.imports.add(fresh))


def _lines(workbook: Workbook, tables: Sequence[Table], pack: Pack) -> Iterator[Line]:
    """All rows of all tables: entries, and what stands beside them."""
    for place, table in enumerate(tables):
        base = place * ROWS_PER_SHEET
        reader = EntryReader(table, pack)
        keys = cell_keys(table)
        entries = dict(table.entries())
        for number, row in enumerate(table.sheet.rows, start=1):
            if not any(row):
                continue
            if number in entries:
                cells = _cells(row, keys)
                yield Line(base + number, cells, reader.read(row))
            else:
                beside = tuple(
                    (str(index), cell) for index, cell in enumerate(row) if cell
                )
                none = Refusal("", "", "")
                yield Line(base + number, beside, none, is_entry=False)


def _cells(row: Row, keys: Sequence[int | str | None]) -> Cells:
    return tuple(
        (key, cell)
        for key, cell in zip(keys, row, strict=False)
        if key is not None and cell.strip()
    )
