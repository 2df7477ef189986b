"""What was written to a record after a form was filled from it: who, where, what."""

from __future__ import annotations

from dataclasses import dataclass

from node.catalogue.histories import added_by, machine_name, shown_of, writes_of
from node.catalogue.pack import Pack
from node.catalogue.record import Record, Seen
from node.history.logbook import DecodedSets, Entry, entries_of
from node.store.port import Rows
from node.store.row_types import RecordRow
from protocol.identity import Dot
from protocol.operations import EXISTENCE_FIELD, Remove


@dataclass(frozen=True, slots=True)
class Arrival:
    """A field that somebody wrote after a form was filled."""

    field: str | None
    """None: the record was withdrawn or restored."""
    value: object
    """What was written; for a list, all of it as it is now."""
    who: str
    machine: str
    time: int


def arrivals_of(
    rows: Rows,
    row: RecordRow,
    record: Record,
    seen_now_then: tuple[Seen, Seen],
    pack: Pack,
) -> tuple[Arrival, ...]:
    """What the record has *now* that a form filled *then* has not seen."""
    now, seen = seen_now_then
    changed = {
        number
        for number, dots in now.dots.items()
        if set(dots) - set(seen.dots.get(number, ()))
    }
    changed |= {
        number
        for number in {*now.elements, *seen.elements}
        if set(now.elements.get(number, ())) != set(seen.elements.get(number, ()))
    }
    if set(now.existence) - set(seen.existence):
        changed.add(EXISTENCE_FIELD)
    entries = list(entries_of(rows, row, DecodedSets()))
    found = []
    for number in sorted(changed):
        entry = _newest(rows, entries, number, seen)
        known = pack.by_number.get(number)
        is_existence = number == EXISTENCE_FIELD
        name = known.name if known is not None else f"field-{number}"
        if entry is None or (known is None and not is_existence):
            continue
        value = record.fields.get(name)
        if number in now.dots:
            written = dict(writes_of(entry.operation)).get(number)
            told = shown_of(number, written, pack)
            value = told if isinstance(told, str | int) else value
        found.append(
            Arrival(
                field=None if is_existence else name,
                value=record.state if is_existence else value,
                who=entry.operation.actor.name,
                machine=machine_name(rows, rows.logs.id_of(entry.log_no)),
                time=entry.operation.made_at,
            )
        )
    return tuple(found)


def _newest(rows: Rows, entries: list[Entry], number: int, seen: Seen) -> Entry | None:
    """The last operation on a field that the form has not seen."""
    known = set(seen.dots.get(number, ())) | set(seen.existence)
    known |= {element.dot for element in seen.elements.get(number, ())}
    found = [
        entry
        for entry in entries
        if number in _touched(entry)
        and Dot(rows.logs.id_of(entry.log_no), entry.operation.n) not in known
    ]
    return max(
        found,
        key=lambda entry: (entry.operation.made_at, entry.operation.n),
        default=None,
    )


def _touched(entry: Entry) -> set[int]:
    operation = entry.operation
    fields = {number for number, _ in writes_of(operation)}
    fields |= {number for number, _ in added_by(operation)}
    if isinstance(operation, Remove):
        fields |= {removal.field for removal in operation.removals}
    return fields or {EXISTENCE_FIELD}
