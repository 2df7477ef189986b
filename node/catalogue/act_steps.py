"""Acts on many records, some in each transaction.

Laws:

- The steps of an act are written down, with the operations that will be made, before
  the first of them is done; until then nothing has happened.
- What is written down names the dots that were seen then. What somebody wrote
  meanwhile is not overwritten: both values stand.
- An act that was cut off is finished by whoever opens the machine next; one that was
  cut off before its first step is dropped.
- No transaction is longer than 50 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import msgpack

from node.catalogue.act_log import ActKind
from node.catalogue.filed_since import is_filed_since, is_withdrawn_since
from node.catalogue.members import is_filed_row
from node.catalogue.reading import dot_of, held_of
from node.catalogue.reversal import Past, Reversal
from node.clock import elapsed
from node.history.journal import own_log_no, save_all, take_back
from node.history.logbook import DecodedSets
from node.store.desk_port import ActRow, ActState, StepRow, StepState
from node.store.port import Rows
from node.store.row_types import RecordRow
from node.store.store import Store
from protocol.operation_codec import decode_operation, encode_operation
from protocol.operations import Actor, Add, Operation, Remove, Set

Progress = Callable[[int, int], None]
"""Told how many steps are done, and of how many."""
STEP_SECONDS: Final = 0.025
_READ_AT_ONCE: Final = 25
_ANSWERED_AT_ONCE: Final = 5
_FORGOTTEN_AT_ONCE: Final = 500


class Undoer(NamedTuple):
    """Who takes an act back, when, and what is written as the reason."""

    actor: Actor
    made_at: int
    reason: str


class Answered(NamedTuple):
    """What taking some steps back came to."""

    steps: int = 0
    records: int = 0
    """Records that changed."""
    kept: int = 0
    """Values written over since, which stay."""


def pack_operations(operations: Sequence[Operation]) -> bytes:
    """Operations to be done later; their numbers are given then."""
    content: bytes = msgpack.packb([encode_operation(each) for each in operations])
    return content


def planned(
    act_no: int, place: int, record_no: int, made: Sequence[Operation]
) -> StepRow:
    """A step that waits to be done."""
    content = pack_operations(made)
    return StepRow(act_no, place, record_no, 0, 0, 0, int(StepState.PLANNED), content)


async def run_act(store: Store, act_no: int, progress: Progress | None = None) -> None:
    """Do what is left of an act."""
    left = await store.read(
        lambda rows: rows.acts.amounts(act_no).get(StepState.PLANNED, 0)
    )
    while True:
        act, done = await store.write(lambda rows: _run_some(rows, act_no))
        left -= done
        if act is not None and progress is not None:
            progress(act.amount - left, act.amount)
        if act is None or act.state != ActState.RUNNING:
            return


def _run_some(rows: Rows, act_no: int) -> tuple[ActRow | None, int]:
    """Do steps for a moment; the act as it is now, and how many steps that were."""
    begun = elapsed()
    act = rows.acts.get(act_no)
    if act is None or act.state != ActState.RUNNING:
        return act, 0
    done: list[StepRow] = []
    while elapsed() - begun < STEP_SECONDS:
        steps = rows.acts.steps(act_no, StepState.PLANNED, -1, _READ_AT_ONCE)
        if not steps:
            act = act._replace(state=int(ActState.DONE))
            rows.acts.update(act)
            return act, len(done)
        fresh = []
        for step in steps:
            fresh.append(_do(rows, step))
            if elapsed() - begun >= STEP_SECONDS:
                break
        rows.acts.add_steps(fresh)
        done += fresh
    return act, len(done)


def _do(rows: Rows, step: StepRow) -> StepRow:
    """Do one step; nothing where its record is gone and its row another's by now."""
    done = step._replace(state=int(StepState.DONE), content=b"")
    row = rows.records.row(step.record_no)
    operations = [decode_operation(each) for each in msgpack.unpackb(step.content)]
    if row is None or not operations:
        return done
    record = dot_of(rows, row)
    if any(
        isinstance(operation, (Set, Add, Remove)) and operation.record != record
        for operation in operations
    ):
        return done
    made = save_all(
        rows,
        row.scope_no,
        lambda n: [
            replace(operation, n=n + place)
            for place, operation in enumerate(operations)
        ],
    )
    return done._replace(log_no=own_log_no(rows), first_n=made[0].n, last_n=made[-1].n)


def drop_steps(rows: Rows, act_no: int) -> bool:
    """Drop steps of an act that did not begin, and then it; whether some are left."""
    if rows.acts.forget_steps(act_no, _FORGOTTEN_AT_ONCE) == _FORGOTTEN_AT_ONCE:
        return True
    rows.acts.remove(act_no)
    return False


def undo_some(
    rows: Rows, act: ActRow, by: Undoer, decoded: DecodedSets
) -> tuple[bool, Answered]:
    """Take steps of an act back for a moment; whether none is left.

    *decoded* is kept from one moment to the next: neighbours stand in the same sets.
    """
    begun = elapsed()
    done = records = kept = 0
    while True:
        steps = rows.acts.steps(act.act_no, StepState.DONE, -1, _ANSWERED_AT_ONCE)
        if not steps:
            rows.acts.update(act._replace(state=int(ActState.UNDONE)))
            return True, Answered(done, records, kept)
        changed, stays = _undo(rows, steps, by, decoded, act.kind)
        done += len(steps)
        records += changed
        kept += stays
        undone = int(StepState.UNDONE)
        rows.acts.add_steps([step._replace(state=undone) for step in steps])
        if elapsed() - begun >= STEP_SECONDS:
            rows.acts.update(act._replace(state=int(ActState.UNDOING)))
            return False, Answered(done, records, kept)


def _undo(
    rows: Rows,
    steps: Sequence[StepRow],
    by: Undoer,
    decoded: DecodedSets,
    kind: str,
) -> tuple[int, int]:
    """Take steps back; how many records changed, and how many values stay.

    Answers are saved together: what they copy is read once for all of them.
    """
    changed = kept = 0
    answers: dict[int, list[Reversal]] = {}
    found = rows.records.rows([step.record_no for step in steps])
    for step in steps:
        row = found.get(step.record_no)
        if row is None or not step.first_n:
            continue
        if _is_loose(rows, row, step):
            numbers = range(step.first_n, step.last_n + 1)
            changed += bool(take_back(rows, numbers))
            continue
        back = _reversal(rows, row, step, decoded, kind)
        if back is None:
            kept += 1
            continue
        kept += back.kept
        changed += back.has_answers
        answers.setdefault(row.scope_no, []).append(back)
    for scope_no, backs in answers.items():

        def make(n: int, backs: Sequence[Reversal] = backs) -> list[Operation]:
            made: list[Operation] = []
            for back in backs:
                number = n + len(made)
                made += back.operations(number, by.actor, by.made_at, by.reason)
            return made

        save_all(rows, scope_no, make, is_one_act=False)
    return changed, kept


def _reversal(
    rows: Rows, row: RecordRow, step: StepRow, decoded: DecodedSets, kind: str
) -> Reversal | None:
    """Answers to a step; None where the record was filed or withdrawn since."""
    past = Past(rows, row, decoded)
    found = past.by_log(step.log_no, step.first_n, step.last_n)
    operations = [operation for _, operation in found]
    if is_withdrawn_since(row, operations):
        return None
    if kind != ActKind.FILING and is_filed_since(rows, row, step, operations):
        return None
    gone = [dot for dot, _ in found]
    back = Reversal(rows, row, held_of(rows, row), past, gone)
    for dot, operation in found:
        back.answer(dot, operation)
    return back


def _is_loose(rows: Rows, row: RecordRow, step: StepRow) -> bool:
    """Whether the step can leave the journal as if it had never been saved.

    It is all unsealed, and no later own operation on the record may speak of it.
    """
    if step.log_no != own_log_no(rows):
        return False
    if any(rows.journal.get(n) is None for n in range(step.first_n, step.last_n + 1)):
        return False
    return not any(
        edit.log_no == step.log_no and edit.n > step.last_n
        for edit in rows.edits.of_record(row.record_no)
    )


def was_filed_since(rows: Rows, row: RecordRow, step: StepRow) -> bool:
    """Whether the record was filed after *step*, which was none of its filing."""
    if not is_filed_row(row):
        return False
    found = Past(rows, row, DecodedSets()).by_log(
        step.log_no, step.first_n, step.last_n
    )
    return is_filed_since(rows, row, step, [operation for _, operation in found])


def strangers_wrote(rows: Rows, row: RecordRow, actor: str) -> bool:
    """Whether somebody else, or another machine, wrote to the record as well."""
    edits = rows.edits.of_record(row.record_no)
    if not edits:
        return False
    if any(not rows.logs.row(edit.log_no).is_own for edit in edits):
        return True
    return any(
        entry.operation.actor.name != actor
        for entry in Past(rows, row, DecodedSets()).entries
    )
