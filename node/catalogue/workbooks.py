"""Workbooks at the door: looked at, taken in, taken back, and mended by hand."""

from __future__ import annotations

import asyncio
from pathlib import Path

from node.catalogue.premises import Premises
from node.catalogue.reading import find_record
from node.catalogue.saving import check_actor
from node.catalogue.unsealed import any_unsealed, hidden_imports
from node.errors import UnknownRefusedRow
from node.exchange.choices import Choices
from node.exchange.desk import Desk
from node.exchange.importing import (
    ImportResult,
    Progress,
    Say,
    import_workbook,
    plain_reason,
)
from node.exchange.looking import Preview, look
from node.exchange.mending import (
    WaitingRow,
    leave_row,
    mark_mended,
    waiting_rows,
)
from node.exchange.undoing import (
    Batch,
    discard_unfinished,
    finished_imports,
    undo_import,
)
from node.store.port import Rows
from protocol.operations import Actor


class Workbooks:
    """Everything that people do with workbooks but export."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def look(
        self, actor: Actor, path: Path, choices: Choices | None = None
    ) -> Preview:
        """What the workbook at *path* would be taken for; nothing is stored.

        Raises:
            WorkbookUnreadable: it is no workbook that can be read.
            ColumnsMistaken, UnknownField: *choices* do not fit it.
        """
        check_actor(actor)
        return await asyncio.to_thread(look, path, self._premises.pack, choices)

    async def take(
        self,
        actor: Actor,
        path: Path,
        fonds_code: str | None = None,
        *,
        dry_run: bool = False,
        progress: Progress | None = None,
        say: Say = plain_reason,
        choices: Choices | None = None,
    ) -> ImportResult:
        """Take the rows of a workbook in; see node/exchange/importing.py.

        Raises:
            WorkbookUnreadable, NoCatalogueInWorkbook: there is nothing to take in.
            ColumnsMistaken, UnknownField: *choices* do not fit it.
            UnknownFonds: *fonds_code* is no fonds here.
            ImportBusy: another import is under way.
        """
        check_actor(actor)
        await self.recover()
        return await import_workbook(
            self._desk(actor),
            path,
            fonds_code,
            dry_run=dry_run,
            progress=progress,
            say=say,
            choices=choices,
        )

    async def batches(self, actor: Actor) -> list[Batch]:
        """All imports that came to their end, by number."""
        check_actor(actor)
        return await self._premises.store.read(finished_imports)

    async def undo(
        self, actor: Actor, batch: int, progress: Progress | None = None
    ) -> int:
        """Take an import back; how many records that changed.

        Raises:
            UnknownImport: there is none with that number, or it is taken back.
            ImportBusy: another import is under way.
        """
        check_actor(actor)
        await self.recover()
        return await undo_import(self._desk(actor), batch, progress)

    async def recover(self) -> int:
        """Discard imports that were cut off; how many there were."""
        return await discard_unfinished(self._premises.store, self._premises.home)

    async def waiting(self, actor: Actor, batch: int) -> list[WaitingRow]:
        """Rows of an import that were refused and that nobody has mended.

        Raises:
            UnknownImport: there is no such import, or it was taken back.
        """
        check_actor(actor)

        def work(rows: Rows) -> tuple[list[WaitingRow], bool]:
            found = waiting_rows(rows, self._premises.pack, batch)
            numbers = [row.record_no for row in found if row.record]
            return found, any_unsealed(rows, numbers)

        return await self._premises.sealed(await self._premises.store.read(work))

    async def mend(self, actor: Actor, batch: int, row: int, record_id: str) -> None:
        """The record *record_id* is what a refused row means.

        Raises:
            UnknownRefusedRow: no such row waits.
            UnknownRecord, AmbiguousRecord: *record_id* names no one record.
        """
        check_actor(actor)

        def work(rows: Rows) -> None:
            record = find_record(rows, record_id, hidden_imports(rows))
            if not mark_mended(rows, batch, row, record.record_no):
                raise UnknownRefusedRow(batch, row)

        await self._premises.store.write(work)

    async def leave(self, actor: Actor, batch: int, row: int) -> None:
        """A refused row is no entry, and is not asked about any more.

        Raises:
            UnknownRefusedRow: no such row waits.
        """
        check_actor(actor)

        def work(rows: Rows) -> None:
            if not leave_row(rows, batch, row):
                raise UnknownRefusedRow(batch, row)

        await self._premises.store.write(work)

    def _desk(self, actor: Actor) -> Desk:
        at = self._premises
        return Desk(at.store, at.pack, at.clock, at.home, actor)
