"""Values that are copies: "the value which that dot gave to the same field".

A copy keeps the authorship of what it brings back. Beside it stands, as soon as the
copied operation is here, the value itself, so that reading a row needs no log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from node.history.effects import DotNo, WriteEffect, copied_dot, is_copy
from node.history.logbook import DecodedSets, entry_at
from node.history.survivors import RecordState
from node.history.tickets import Author
from node.store.port import Rows
from node.store.row_types import RecordRow
from protocol.operations import Value

Given = Callable[[DotNo, int], tuple[bool, Value]]
"""Whether a dot wrote a field of the record, and what."""


def has_copy(state: RecordState, field: int) -> bool:
    """Whether a survivor of the field, or own work on it, is a copy."""
    if any(is_copy(value) for value in state.live.get(field, {}).values()):
        return True
    return any(
        write.field == field and is_copy(write.value)
        for effect in state.pending.values()
        for write in effect.writes
    )


def resolve_copies(
    rows: Rows, state: RecordState, fields: Iterable[int], given: Given
) -> None:
    """Put the copied value beside every copy in these fields, where it is here."""
    wanted = set(fields)
    for field in wanted:
        live = state.live.get(field, {})
        for dot, value in live.items():
            live[dot] = _with_value(rows, value, field, given)
    for dot, effect in list(state.pending.items()):
        if any(w.field in wanted and is_copy(w.value) for w in effect.writes):
            writes = tuple(
                WriteEffect(
                    write.field,
                    _with_value(rows, write.value, write.field, given),
                    write.names,
                )
                for write in effect.writes
            )
            state.pending[dot] = effect._replace(writes=writes)


def stand_in(record_no: int, scope_no: int, birth: DotNo) -> RecordRow:
    """A row that says which record is meant, for reading the log about it."""
    return RecordRow(record_no, scope_no, *birth, 0, 0, 0, 0, b"", None, None, "", b"")


def author_at(
    rows: Rows, record: RecordRow, dot: DotNo, decoded: DecodedSets
) -> Author | None:
    """Who wrote the operation *dot* on the record, by the log."""
    entry = entry_at(rows, record, dot, decoded)
    if entry is None:
        return None
    change_set = entry.change_set
    received_at = 0 if change_set is None else change_set.received_at
    operation = entry.operation
    return Author(operation.actor, operation.made_at, received_at)


def _with_value(rows: Rows, value: Value, field: int, given: Given) -> Value:
    origin = copied_dot(value)
    if origin is None or not isinstance(value, tuple):
        return value
    number = rows.logs.number_of(origin.log)
    if number is None:
        return value[:3]
    is_found, found = given((number, origin.n), field)
    return (*value[:3], found) if is_found else value[:3]
