"""Acts that were cut off: finished, or dropped where they had not begun.

Who begins an act on many records finishes first what another left behind: two plans
for one record must not lie over each other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from node.catalogue.act_errors import UNDONE, ActBusy, CannotUndo
from node.catalogue.act_log import ActKind
from node.catalogue.act_steps import (
    Answered,
    Progress,
    Undoer,
    drop_steps,
    run_act,
    undo_some,
)
from node.catalogue.premises import Premises
from node.history.logbook import DecodedSets
from node.home import FileLock
from node.store.desk_port import ActRow, ActState
from node.store.port import Rows
from protocol.operations import Actor, ActorKind


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking an act back came to."""

    records: int
    """Records that changed."""
    kept: int
    """Values that somebody wrote over since; they stay."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """An act that was cut off, and what became of it."""

    act_no: int
    actor: str
    kind: ActKind
    title: str
    records: int
    is_finished: bool
    """False: it was cut off before its first step, and nothing of it is left."""


@asynccontextmanager
async def alone(premises: Premises) -> AsyncIterator[None]:
    """The only act on many records, with nothing left of one before.

    Raises:
        ActBusy: another is under way.
    """
    lock = FileLock(premises.home.act_lock)
    if not lock.try_acquire():
        raise ActBusy
    try:
        await finish_all(premises)
        yield
    finally:
        lock.release()


async def finish_all(premises: Premises) -> list[Recovered]:
    """Finish or drop every act that was cut off; the caller holds the act lock.

    Decisions wait for who may decide (node/catalogue/decisions.py).
    """
    unfinished = await premises.store.read(lambda rows: rows.acts.unfinished())
    return [
        await _finish(premises, row)
        for row in unfinished
        if row.kind != ActKind.DECISIONS
    ]


async def undo_steps(
    premises: Premises, actor: Actor, row: ActRow, progress: Progress | None
) -> Undone:
    """Take back what is left of an act.

    Raises:
        CannotUndo: it is taken back already.
    """
    by = Undoer(actor, premises.clock.now(), premises.pack.undo_reason)
    decoded = DecodedSets()
    is_first = row.state == ActState.DONE
    left = row.amount
    records = kept = 0

    def step(rows: Rows) -> tuple[bool, Answered]:
        act = rows.acts.get(row.act_no)
        if act is None or (is_first and act.state != ActState.DONE):
            raise CannotUndo(UNDONE)
        return undo_some(rows, act, by, decoded)

    while True:
        ended, answered = await premises.store.write(step)
        is_first = False
        records += answered.records
        kept += answered.kept
        left -= answered.steps
        if progress is not None:
            progress(row.amount - left, row.amount)
        if ended:
            return Undone(records, kept)


async def _finish(premises: Premises, row: ActRow) -> Recovered:
    store = premises.store
    is_finished = True
    match row.state:
        case ActState.PLANNING:
            is_finished = False
            while await store.write(lambda rows: drop_steps(rows, row.act_no)):
                pass
        case ActState.UNDOING:
            by = Actor(row.actor, ActorKind.PERSON)
            await undo_steps(premises, by, row, None)
        case _:
            await run_act(store, row.act_no)
    return Recovered(
        row.act_no, row.actor, ActKind(row.kind), row.title, row.amount, is_finished
    )
