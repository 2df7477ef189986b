"""What is shown of a field while people have written different values.

Design: nobody's value is hidden by chance. Until a person decides, the strictest value
is shown where the pack says so, this machine's own unsent value where it has one, what
stood there before where the hub decides, and otherwise the value that came first in
the hub's order, so that machines that hold the same show the same.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from node.catalogue.pack import MergeClass, Pack
from node.history.effects import DotNo
from node.history.logbook import DecodedSets, Entry, entry_at, value_given
from node.history.survivors import RecordState, resolved, shown, survivors
from node.store.port import Rows
from node.store.row_types import RecordRow
from protocol.identity import Dot
from protocol.operations import EXISTENCE_FIELD, Resolve, Set, Value

_LAST = (sys.maxsize, sys.maxsize, sys.maxsize)


def values_shown(
    rows: Rows, row: RecordRow, state: RecordState, pack: Pack
) -> dict[int, list[Value]]:
    """Surviving values of all fields, the one that is shown first."""
    values = shown(state)
    decoded: DecodedSets | None = None
    for number in list(values):
        if len(values[number]) < 2 or number in state.elements:
            continue
        live = survivors(state, number)
        if len(live) < 2 or number == EXISTENCE_FIELD:
            continue
        decoded = decoded or DecodedSets()
        field = pack.by_number.get(number)
        is_hubs = field is not None and field.merge is MergeClass.HUB
        values[number] = _ordered(
            rows, row, state, number, live, decoded, is_hubs=is_hubs
        )
    return values


def _ordered(
    rows: Rows,
    row: RecordRow,
    state: RecordState,
    number: int,
    live: Mapping[DotNo, Value],
    decoded: DecodedSets,
    *,
    is_hubs: bool,
) -> list[Value]:
    own = sorted((dot for dot in live if dot in state.pending), reverse=True)
    if own:
        rest = [dot for dot in live if dot not in own]
        return [resolved(live[dot]) for dot in own + sorted(rest)]
    entries = {dot: entry_at(rows, row, dot, decoded) for dot in live}
    by_place = sorted(live, key=lambda dot: _place(rows, entries[dot]))
    values = [resolved(live[dot]) for dot in by_place]
    if is_hubs:
        before = _before(rows, row, number, entries, decoded)
        values = before + values
    return values


def _place(rows: Rows, entry: Entry | None) -> tuple[int, int, int]:
    """Where the operation stands in the hub's order: epoch, place, n."""
    if entry is None or entry.change_set is None:
        return _LAST
    held = entry.change_set
    found = rows.orders.of_set(held.log_no, held.seq, held.hash)
    if found is None:
        return _LAST
    return (found.epoch, found.place, entry.operation.n)


def _before(
    rows: Rows,
    row: RecordRow,
    number: int,
    entries: Mapping[DotNo, Entry | None],
    decoded: DecodedSets,
) -> list[Value]:
    """The value that all the writers replaced, where there is exactly one."""
    named: list[set[Dot]] = [
        set(_names(entry, number)) for entry in entries.values() if entry is not None
    ]
    if not named:
        return []
    found: list[Value] = []
    for dot in sorted(set.intersection(*named)):
        log_no = rows.logs.number_of(dot.log)
        if log_no is None:
            continue
        is_written, value = value_given(rows, row, (log_no, dot.n), number, decoded)
        if is_written and value is not None:
            found.append(value)
    return found if len(found) == 1 else []


def _names(entry: Entry, number: int) -> tuple[Dot, ...]:
    match entry.operation:
        case Set(writes=writes):
            for write in writes:
                if write.field == number:
                    return write.names
        case Resolve(write=write) if write.field == number:
            return write.names
        case _:
            pass
    return ()
