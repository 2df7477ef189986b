"""One field of many records: looked at first, then given a value as one act."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import msgpack

from node.catalogue.act_log import ActKind, forget_oldest
from node.catalogue.act_steps import STEP_SECONDS, Progress, planned, run_act
from node.catalogue.fields import CODE, TITLE
from node.catalogue.listing import Listing
from node.catalogue.premises import Premises
from node.catalogue.reading import find_record, held_of, records_of
from node.catalogue.record import Record
from node.catalogue.saves import REASON, Saver, change_operations, is_filed
from node.catalogue.saving import (
    Parsed,
    check_sizes,
    check_text,
    edits,
    parse_typed,
)
from node.catalogue.shelves import numbers_at
from node.catalogue.unsealed import hidden_imports
from node.clock import elapsed
from node.errors import FieldTooLarge, InvalidValue
from node.store.desk_port import ActRow, ActState
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from protocol.limits import TEXT_LIMIT_BYTES
from protocol.operations import Actor

Selection = Sequence[str] | Listing
"""Ids of records, or all records of a listing."""
_LOOKED_AT_ONCE: Final = 100
_NUMBERS_AT_ONCE: Final = 2000
_SAMPLES: Final = 8


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change of many records would come to."""

    total: int
    will_change: int
    same: int
    """Records that hold the value already."""
    filed: int
    """Filed items that differ: they change with a reason only."""
    refused: int
    """Records that cannot take the value: withdrawn, or too large with it."""
    value: str
    """The value as it will be stored."""
    samples: tuple[Record, ...]
    """The first of the records that will change, as they are."""
    chosen: Selection
    """Exactly the records that were looked at, whatever the listing comes to hold."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change of many records came to."""

    act_no: int
    """0: there was nothing to change."""
    changed: int
    same: int
    filed: int
    """Filed items left as they are, because no reason was given."""
    refused: int


class _Wanted(NamedTuple):
    """What is to be written, by whom and why."""

    saver: Saver
    parsed: Parsed
    reason: str


class _Verdicts:
    """How the records of a selection stand to the value."""

    def __init__(self) -> None:
        self.will_change = self.same = self.filed = self.refused = 0
        self.samples: list[int] = []


async def preview_change(
    premises: Premises,
    actor: Actor,
    selection: Selection,
    field: str,
    value: str | Sequence[str],
    reason: str,
) -> ChangePreview:
    """What the change would come to; nothing is written."""
    wanted = _wanted(premises, actor, field, value, reason)
    numbers = await _numbers_of(premises, selection)
    verdicts = _Verdicts()
    for start in range(0, len(numbers), _LOOKED_AT_ONCE):
        part = numbers[start : start + _LOOKED_AT_ONCE]

        def look(rows: Rows, part: Sequence[int] = part) -> None:
            for row in rows.records.rows(part).values():
                _judge(rows, row, wanted, verdicts)

        await premises.store.read(look)
    samples = await premises.store.read(
        lambda rows: records_of(rows, verdicts.samples, premises.pack)
    )
    return ChangePreview(
        total=len(numbers),
        will_change=verdicts.will_change,
        same=verdicts.same,
        filed=verdicts.filed,
        refused=verdicts.refused,
        value=_shown(wanted.parsed),
        samples=tuple(samples),
        chosen=(
            replace(selection, numbers=numbers, size=len(numbers))
            if isinstance(selection, Listing)
            else selection
        ),
    )


async def change_many(
    premises: Premises,
    actor: Actor,
    selection: Selection,
    field: str,
    value: str | Sequence[str],
    reason: str,
    progress: Progress | None,
) -> Changed:
    """Plan the change of every record, then do it; the caller holds the act lock."""
    wanted = _wanted(premises, actor, field, value, reason)
    numbers = await _numbers_of(premises, selection)
    label = premises.pack.field(field).zh
    act = ActRow(
        act_no=0,
        actor=actor.name,
        kind=ActKind.CHANGE,
        made_at=wanted.saver.made_at,
        title=f"{label}:{_shown(wanted.parsed)}",
        import_no=0,
        state=int(ActState.PLANNING),
        amount=0,
        detail=msgpack.packb((field, reason)),
    )
    act_no = await premises.store.write(lambda rows: rows.acts.add(act))
    act = act._replace(act_no=act_no)
    verdicts = _Verdicts()
    done = 0
    while done < len(numbers):
        start = done

        def plan(rows: Rows, start: int = start) -> int:
            return _plan_some(rows, act_no, numbers, start, wanted, verdicts)

        done = await premises.store.write(plan)

    def begin(rows: Rows) -> None:
        if not verdicts.will_change:
            rows.acts.remove(act_no)
            return
        amount = verdicts.will_change
        running = act._replace(state=int(ActState.RUNNING), amount=amount)
        rows.acts.update(running)
        forget_oldest(rows, actor.name)

    await premises.store.write(begin)
    if verdicts.will_change:
        await run_act(premises.store, act_no, progress)
    return Changed(
        act_no=act_no if verdicts.will_change else 0,
        changed=verdicts.will_change,
        same=verdicts.same,
        filed=verdicts.filed if not reason.strip() else 0,
        refused=verdicts.refused,
    )


def _wanted(
    premises: Premises,
    actor: Actor,
    field: str,
    value: str | Sequence[str],
    reason: str,
) -> _Wanted:
    check_text(REASON, reason, TEXT_LIMIT_BYTES)
    pack = premises.pack
    parsed = parse_typed({field: value}, pack)
    number = pack.field(field).number
    if number == CODE:
        raise InvalidValue(pack.field(field).name, "one-for-each", str(value))
    if number == TITLE and parsed.values.get(TITLE) is None:
        raise InvalidValue(pack.field(field).name, "title-missing", "")
    return _Wanted(Saver(actor, premises.clock.now(), pack), parsed, reason)


async def _numbers_of(premises: Premises, selection: Selection) -> Sequence[int]:
    """Numbers of the records that were chosen, none twice."""
    if not isinstance(selection, Listing):
        ids = list(selection)

        def find(rows: Rows) -> list[int]:
            hidden = hidden_imports(rows)
            return [find_record(rows, each, hidden).record_no for each in ids]

        return list(dict.fromkeys(await premises.store.read(find)))
    found = array("q")
    for offset in range(0, selection.size, _NUMBERS_AT_ONCE):
        found.extend(
            await premises.store.read(
                lambda rows, start=offset: numbers_at(  # type: ignore[misc]
                    rows, selection, start, _NUMBERS_AT_ONCE
                )
            )
        )
    return list(dict.fromkeys(found))


def _plan_some(
    rows: Rows,
    act_no: int,
    numbers: Sequence[int],
    start: int,
    wanted: _Wanted,
    verdicts: _Verdicts,
) -> int:
    """Write steps down for a moment; where to go on."""
    begun = elapsed()
    steps = []
    place = start
    while place < len(numbers) and elapsed() - begun < STEP_SECONDS:
        part = numbers[place : place + _LOOKED_AT_ONCE // 4]
        for number, row in rows.records.rows(part).items():
            if _judge(rows, row, wanted, verdicts):
                held = held_of(rows, row)
                made = change_operations(
                    1,
                    rows,
                    wanted.saver,
                    row,
                    held,
                    wanted.parsed,
                    None,
                    wanted.reason,
                )
                steps.append(planned(act_no, place + part.index(number), number, made))
        place += len(part)
    rows.acts.add_steps(steps)
    return place


def _judge(rows: Rows, row: RecordRow, wanted: _Wanted, verdicts: _Verdicts) -> bool:
    """Count the record; whether the change will be written to it."""
    if row.flags & RecordFlag.WITHDRAWN or not row.flags & RecordFlag.CREATED:
        verdicts.refused += 1
        return False
    held = held_of(rows, row)
    saver = wanted.saver
    made = edits(1, saver.actor, saver.made_at, held, wanted.parsed)
    if not made:
        verdicts.same += 1
        return False
    try:
        check_sizes(made, saver.pack)
    except FieldTooLarge:
        verdicts.refused += 1
        return False
    if is_filed(held):
        verdicts.filed += 1
        if not wanted.reason.strip():
            return False
    verdicts.will_change += 1
    if len(verdicts.samples) < _SAMPLES:
        verdicts.samples.append(row.record_no)
    return True


def _shown(parsed: Parsed) -> str:
    for value in parsed.values.values():
        return "" if value is None else str(value)
    return "、".join(str(value) for found in parsed.lists.values() for value in found)
