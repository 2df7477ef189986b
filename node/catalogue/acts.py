"""What a person did at this machine, and taking it back.

What was never sealed leaves the journal as if it had not been saved; what was sealed
is answered by operations of its own. What somebody wrote over since stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.catalogue.act_errors import FILED_SINCE, UNDONE, CannotUndo, UnknownAct
from node.catalogue.act_log import ActKind
from node.catalogue.act_recovery import (
    Recovered,
    Undone,
    alone,
    finish_all,
    undo_steps,
)
from node.catalogue.act_steps import (
    Progress,
    strangers_wrote,
    was_filed_since,
)
from node.catalogue.changing import (
    Changed,
    ChangePreview,
    Selection,
    change_many,
    preview_change,
)
from node.catalogue.closing import closing_obstacle, open_again
from node.catalogue.filed_acts import filing_obstacle
from node.catalogue.filed_since import has_filed
from node.catalogue.pack import Pack
from node.catalogue.premises import Premises
from node.catalogue.restamping import unstamp
from node.catalogue.saves import Saver
from node.catalogue.saving import check_actor
from node.exchange.desk import Desk
from node.exchange.undoing import undo_import
from node.home import FileLock
from node.store.catalogue_port import ImportState
from node.store.desk_port import ActRow, ActState
from node.store.port import Rows
from protocol.operations import Actor

SHOWN_ACTS: Final = 20
"""Own acts that are offered to be taken back."""
_SMALL: Final = 20
"""Acts of so many records are taken back without waiting for others."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that a person did."""

    act_no: int
    actor: str
    kind: ActKind
    title: str
    """The record's title, the file's name, or what the batch was about."""
    time: int
    """Unix seconds."""
    records: int
    is_undone: bool
    can_undo: bool
    why_not: str
    """A slug where it cannot be taken back: undone, changed-by-others, filed-since,
    numbers-follow, corrected-since."""


class Acts:
    """Own acts of the people at this machine."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def last(self, actor: Actor, limit: int = SHOWN_ACTS) -> list[Act]:
        """The person's newest acts, the newest first."""
        check_actor(actor)

        def work(rows: Rows) -> list[Act]:
            found = rows.acts.last(actor.name, limit)
            return [
                _told(row, _obstacle(rows, row, self._premises.pack)) for row in found
            ]

        return await self._premises.store.read(work)

    async def undo(
        self, actor: Actor, act_no: int, *, progress: Progress | None = None
    ) -> Undone:
        """Take an own act back.

        Raises:
            UnknownAct: the person has done none of that number.
            CannotUndo: something stands on it, or it is taken back already.
            ActBusy, ImportBusy: others work on many records at the moment.
        """
        check_actor(actor)
        row = await self._premises.store.read(lambda rows: _own(rows, actor, act_no))
        if row.import_no:
            return await self._undo_import(actor, row, progress)
        if row.amount <= _SMALL:
            return await self._undo(actor, row, progress)
        async with alone(self._premises):
            return await self._undo(actor, row, progress)

    async def preview_change(
        self,
        actor: Actor,
        selection: Selection,
        field: str,
        value: str | Sequence[str],
        reason: str = "",
    ) -> ChangePreview:
        """What giving one field of many records a value would come to.

        Raises:
            UnknownField, InvalidValue, SecretRefused: the value cannot be kept there.
        """
        check_actor(actor)
        return await preview_change(
            self._premises, actor, selection, field, value, reason
        )

    async def change_many(
        self,
        actor: Actor,
        selection: Selection,
        field: str,
        value: str | Sequence[str],
        reason: str = "",
        *,
        progress: Progress | None = None,
    ) -> Changed:
        """Give one field of many records a value, as one act.

        Filed items change with a *reason* only; without one they are left out and
        counted.

        Raises:
            UnknownField, InvalidValue, SecretRefused: the value cannot be kept there.
            ActBusy: another act on many records is under way.
        """
        check_actor(actor)
        async with alone(self._premises):
            return await change_many(
                self._premises, actor, selection, field, value, reason, progress
            )

    async def recover(self) -> list[Recovered]:
        """Finish what was cut off, or drop what had not begun.

        An act under way in another process is left alone.
        """
        store = self._premises.store
        if not await store.read(lambda rows: rows.acts.unfinished()):
            return []
        lock = FileLock(self._premises.home.act_lock)
        if not lock.try_acquire():
            return []
        try:
            return await finish_all(self._premises)
        finally:
            lock.release()

    async def _undo(
        self, actor: Actor, row: ActRow, progress: Progress | None
    ) -> Undone:
        obstacle = await self._premises.store.read(
            lambda rows: _obstacle(rows, row, self._premises.pack, is_thorough=True)
        )
        if obstacle:
            raise CannotUndo(obstacle)
        if row.kind in {ActKind.CLOSING, ActKind.STAMPING}:
            saver = Saver(actor, self._premises.clock.now(), self._premises.pack)
            await self._premises.store.write(lambda rows: _unmake(rows, row, saver))
        return await undo_steps(self._premises, actor, row, progress)

    async def _undo_import(
        self, actor: Actor, row: ActRow, progress: Progress | None
    ) -> Undone:
        premises = self._premises
        obstacle = await premises.store.read(
            lambda rows: _obstacle(rows, row, self._premises.pack)
        )
        if obstacle:
            raise CannotUndo(obstacle)
        desk = Desk(premises.store, premises.pack, premises.clock, premises.home, actor)
        return Undone(await undo_import(desk, row.import_no, progress), 0)


def _own(rows: Rows, actor: Actor, act_no: int) -> ActRow:
    row = rows.acts.get(act_no)
    if row is None or row.actor != actor.name:
        raise UnknownAct(str(act_no))
    return row


def _told(row: ActRow, obstacle: str) -> Act:
    return Act(
        act_no=row.act_no,
        actor=row.actor,
        kind=ActKind(row.kind),
        title=row.title,
        time=row.made_at,
        records=row.amount,
        is_undone=obstacle == UNDONE,
        can_undo=not obstacle,
        why_not=obstacle,
    )


def _obstacle(rows: Rows, row: ActRow, pack: Pack, *, is_thorough: bool = False) -> str:
    """Why the act cannot be taken back; empty where it can.

    A *thorough* look reads every record of a filing.
    """
    if row.import_no:
        batch = rows.imports.get(row.import_no)
        if batch is None or batch.state != ImportState.DONE:
            return UNDONE
        return FILED_SINCE if has_filed(rows, row.import_no) else ""
    if row.state != ActState.DONE:
        return UNDONE
    match row.kind:
        case ActKind.FILING:
            return filing_obstacle(rows, row, pack, is_thorough=is_thorough)
        case ActKind.CHANGE | ActKind.STAMPING:
            return ""
        case ActKind.CLOSING:
            return closing_obstacle(rows, row)
        case _:
            return _save_obstacle(rows, row)


def _unmake(rows: Rows, row: ActRow, saver: Saver) -> None:
    """Take back what an act did beside its steps."""
    if row.kind == ActKind.CLOSING:
        open_again(rows, row, saver)
    else:
        unstamp(rows, row)


def _save_obstacle(rows: Rows, act: ActRow) -> str:
    for step in rows.acts.all_steps(act.act_no, -1, 1):
        record = rows.records.row(step.record_no)
        if record is None:
            continue
        if was_filed_since(rows, record, step):
            return FILED_SINCE
        if act.kind == ActKind.ADD and strangers_wrote(rows, record, act.actor):
            return "changed-by-others"
    return ""
