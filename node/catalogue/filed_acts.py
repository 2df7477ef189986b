"""A filing as an act: its plan, its beginning, and what may stand on it."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgpack

from node.catalogue.act_errors import ArrangementStale
from node.catalogue.act_log import forget_oldest
from node.catalogue.act_steps import STEP_SECONDS, planned
from node.catalogue.arrangement import ArrangedLine, Arrangement
from node.catalogue.fields import CODE, CORRECTIONS, FILED, STATE
from node.catalogue.numbering import (
    CodeRun,
    FilingKey,
    run_of,
)
from node.catalogue.pack import Pack
from node.catalogue.reading import find_record, fonds_for, held_of, is_seen_by_people
from node.catalogue.saving import Parsed, edits
from node.catalogue.sequences import numbers_for
from node.catalogue.versions import version_of
from node.clock import elapsed
from node.errors import UnknownFonds, UnknownRecord
from node.history.journal import own_log_no
from node.store.desk_port import ActRow, ActState, StepRow
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from protocol.operations import Actor, Value

_LOOKED_AT_ONCE: Final = 200


class FilingPlan(NamedTuple):
    """What is filed, by whom, under which numbers."""

    act: ActRow
    actor: Actor
    arrangement: Arrangement
    run: CodeRun
    pack: Pack


def pack_detail(run: CodeRun, last: int) -> bytes:
    """What an act keeps of a filing: its run, and the last number that it gave or 0."""
    stem = run.stem
    detail: bytes = msgpack.packb(
        (stem.fonds, stem.year, stem.retention, stem.org, run.rule.name, last)
    )
    return detail


def plan_some(rows: Rows, plan: FilingPlan, start: int) -> int:
    """Write steps down for a moment; the line to go on with.

    Raises:
        ArrangementStale: a record is not as it was when it was arranged.
    """
    begun = elapsed()
    steps = []
    lines = plan.arrangement.lines
    place = start
    while place < len(lines) and elapsed() - begun < STEP_SECONDS:
        line = lines[place]
        row = _row_of(rows, line)
        held = held_of(rows, row)
        if version_of(held, row.flags) != line.version:
            raise ArrangementStale(_name(line))
        if line.is_due:
            values = _values(plan, line, set(held.survivors))
            made = edits(1, plan.actor, plan.act.made_at, held, Parsed(values))
            steps.append(planned(plan.act.act_no, place, row.record_no, made))
        place += 1
    rows.acts.add_steps(steps)
    return place


def begin_filing(rows: Rows, plan: FilingPlan) -> None:
    """All steps are written down: from now on the filing counts.

    Raises:
        ArrangementStale: somebody took a number meanwhile.
    """
    scope_no = fonds_for(rows, plan.arrangement.key.fonds).scope_no
    now = numbers_for(rows, scope_no, plan.run)
    count = len(plan.arrangement.fresh)
    if now.take(count) != plan.arrangement.numbers.take(count):
        raise ArrangementStale(plan.run.code(now.last))
    rows.acts.update(plan.act._replace(state=int(ActState.RUNNING)))
    forget_oldest(rows, plan.act.actor)


def filing_obstacle(rows: Rows, act: ActRow, pack: Pack, *, is_thorough: bool) -> str:
    """What stands on a filing: numbers behind it, or corrections; empty where nothing.

    A *thorough* look reads every record of it.
    """
    fonds, year, retention, org, rule_name, last = msgpack.unpackb(act.detail)
    rule = pack.rule(rule_name)
    run = None
    if rule is not None:
        run = run_of(rule, pack, FilingKey(fonds, int(year), retention, org or ""))
    try:
        scope_no = fonds_for(rows, fonds).scope_no
    except UnknownFonds:
        return ""
    if last and isinstance(run, CodeRun):
        numbers = numbers_for(rows, scope_no, run)
        if last <= numbers.sealed_to:
            return "sealed-since"
        if numbers.top > last:
            return "numbers-follow"
    if is_thorough and _is_corrected(rows, act):
        return "corrected-since"
    return ""


def _is_corrected(rows: Rows, act: ActRow) -> bool:
    """Whether an item was corrected, or withdrawn, after it was filed."""
    own = own_log_no(rows)
    after = -1
    while steps := rows.acts.all_steps(act.act_no, after, _LOOKED_AT_ONCE):
        after = steps[-1].place
        found = rows.records.rows([step.record_no for step in steps])
        for step in steps:
            row = found.get(step.record_no)
            if row is None:
                continue
            if row.flags & RecordFlag.WITHDRAWN:
                return True
            if _has_correction_after(rows, row, step, own):
                return True
    return False


def _has_correction_after(rows: Rows, row: RecordRow, step: StepRow, own: int) -> bool:
    for element in held_of(rows, row).elements.get(CORRECTIONS, {}):
        is_own = rows.logs.number_of(element.dot.log) == own == step.log_no
        if not is_own or element.dot.n > step.last_n:
            return True
    return False


def _values(plan: FilingPlan, line: ArrangedLine, held: set[int]) -> dict[int, Value]:
    values: dict[int, Value] = {STATE: FILED}
    if line.is_new:
        values[CODE] = line.code
    for name, value in plan.pack.filing.fills.items():
        number = plan.pack.field(name).number
        if number not in held:
            values[number] = value
    return values


def _row_of(rows: Rows, line: ArrangedLine) -> RecordRow:
    try:
        row = find_record(rows, line.record.id, ())
    except UnknownRecord as error:
        raise ArrangementStale(_name(line)) from error
    if not is_seen_by_people(row, ()):
        raise ArrangementStale(_name(line))
    return row


def _name(line: ArrangedLine) -> str:
    title = str(line.record.fields.get("title", ""))
    return line.record.code or title or line.record.id
