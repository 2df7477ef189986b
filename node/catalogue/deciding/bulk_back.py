"""Bulks that were cut off, finished; and bulks taken back, decision by decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgpack

from node.catalogue.act_recovery import alone
from node.catalogue.act_steps import STEP_SECONDS, Progress
from node.catalogue.deciding.bulk import Bulk, is_bulk, run_bulk
from node.catalogue.deciding.doing import is_hub, require_hub, settle_own
from node.catalogue.deciding.faults import DecisionGone, UnknownDecision
from node.catalogue.deciding.made import find_decision
from node.catalogue.deciding.ruling import TAKE_BACK_REASON
from node.catalogue.deciding.taking_back import Answers, still_stands
from node.catalogue.deciding.views import TakenBack
from node.catalogue.premises import Premises
from node.clock import elapsed
from node.history.journal import save_all
from node.history.logbook import DecodedSets
from node.history.operators import read_roster, require_operator
from node.operator_keys import Operator
from node.store.desk_port import ActRow, ActState, StepRow, StepState
from node.store.port import Rows
from protocol.identity import Dot, printed_id
from protocol.operations import Actor

_DROPPED_AT_ONCE: Final = 200


async def finish_bulk(
    premises: Premises, operator: Operator | None, bulk_no: int
) -> Bulk:
    """Finish a bulk that was cut off; one that had not begun is dropped."""
    act = await premises.store.read(lambda rows: rows.acts.get(bulk_no))
    if act is None:
        return Bulk(bulk_no, 0, 0)
    if act.state == ActState.PLANNING:

        def drop(rows: Rows) -> int:
            gone = rows.acts.forget_steps(bulk_no, _DROPPED_AT_ONCE)
            if gone < _DROPPED_AT_ONCE:
                rows.acts.remove(bulk_no)
            return gone

        while await premises.store.write(drop) == _DROPPED_AT_ONCE:
            pass
        return Bulk(bulk_no, 0, 0)
    if act.state == ActState.UNDOING:
        by = _actor_of(act) if operator is None else operator.actor
        await undo_bulk_steps(premises, by, operator, bulk_no, None)
        return Bulk(bulk_no, 0, 0)
    by = _actor_of(act) if operator is None else operator.actor
    async with alone(premises):
        return await run_bulk(premises, by, operator, bulk_no)


async def unfinished_bulks(
    premises: Premises, operator: Operator | None
) -> Sequence[int]:
    """Numbers of bulks that were cut off and that this person may finish."""

    def find(rows: Rows) -> list[int]:
        waiting = [row for row in rows.acts.unfinished() if is_bulk(row)]
        if not waiting or not is_hub(rows):
            return []
        has_operators = bool(read_roster(rows).rolls)
        if operator is None:
            return [] if has_operators else [row.act_no for row in waiting]
        return [row.act_no for row in waiting if _actor_of(row).name == operator.name]

    return await premises.store.read(find)


async def undo_bulk_steps(
    premises: Premises,
    actor: Actor,
    operator: Operator | None,
    bulk_no: int,
    progress: Progress | None,
) -> TakenBack:
    """Take back every decision of a bulk that still stands.

    Raises:
        OperatorNeeded, OperatorRevoked, DecidedAtHub.
        UnknownDecision: there is no such bulk.
        DecisionGone: it is taken back already.
    """
    records = kept = 0
    async with alone(premises):
        while True:

            def some(rows: Rows) -> tuple[bool, int, int, int]:
                require_operator(rows, operator)
                require_hub(rows)
                return _undo_some(rows, premises, actor, operator, bulk_no)

            is_done, changed, stayed, left = await premises.store.write(some)
            records += changed
            kept += stayed
            if progress is not None:
                progress(records + kept, records + kept + left)
            if is_done:
                break
    await settle_own(premises)
    return TakenBack(records, kept)


def _undo_some(
    rows: Rows,
    premises: Premises,
    actor: Actor,
    operator: Operator | None,
    bulk_no: int,
) -> tuple[bool, int, int, int]:
    """Take decisions back for a moment: all done, records, what stays, steps left."""
    begun = elapsed()
    act = rows.acts.get(bulk_no)
    if act is None or not is_bulk(act) or act.state < ActState.DONE:
        raise UnknownDecision(str(bulk_no))
    if act.state == ActState.UNDONE:
        raise DecisionGone(str(bulk_no))
    records = kept = 0
    while elapsed() - begun < STEP_SECONDS:
        steps = rows.acts.steps(bulk_no, StepState.DONE, -1, 1)
        if not steps:
            rows.acts.update(act._replace(state=int(ActState.UNDONE)))
            return True, records, kept, 0
        (step,) = steps
        if step.first_n:
            changed, stayed = _take_back(rows, premises, actor, operator, step)
            records += changed
            kept += stayed
        rows.acts.add_steps([step._replace(state=int(StepState.UNDONE))])
    rows.acts.update(act._replace(state=int(ActState.UNDOING)))
    left = rows.acts.amounts(bulk_no).get(StepState.DONE, 0)
    return False, records, kept, left


def _take_back(
    rows: Rows,
    premises: Premises,
    actor: Actor,
    operator: Operator | None,
    step: StepRow,
) -> tuple[int, int]:
    dot = Dot(rows.logs.id_of(step.log_no), step.first_n)
    try:
        made = find_decision(rows, printed_id(dot), DecodedSets())
    except UnknownDecision:
        return 0, 1
    if not still_stands(rows, made):
        return 0, 1
    now = premises.clock.now()
    answers = Answers(rows, made, actor, now, TAKE_BACK_REASON)
    if answers.touched:
        save_all(rows, made.scope_no, answers.operations, signer=operator)
    return len(answers.touched), answers.kept


def _actor_of(row: ActRow) -> Actor:
    name, kind, _ = msgpack.unpackb(row.detail)
    return Actor(name, kind)
