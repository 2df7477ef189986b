"""The history of a record, for people: who, when, which machine, what receipt.

Of a decision also which operator signed it, and whether that verifies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from node.catalogue.pack import FieldType, Pack
from node.catalogue.record import Change, legacy_texts
from node.catalogue.values import shown_value
from node.catalogue.whereabouts import whereabouts_of
from node.history.docket import ANSWER, DISPUTE_FIELD, OBJECTION, QUESTION
from node.history.logbook import DecodedSets, Entry, entries_of
from node.history.operators import Roster, Told, read_roster
from node.store.port import Rows
from node.store.row_types import RecordRow
from protocol.identity import Dot, Element, printed_log
from protocol.operations import (
    EXISTENCE_FIELD,
    Add,
    Claim,
    Create,
    Link,
    Operation,
    Remove,
    Resolve,
    Restore,
    Set,
    Tag,
    Value,
    Withdraw,
)

_HIDDEN: frozenset[str] = frozenset({"level", "category", "ruling"})
_TALK = {QUESTION: "question", ANSWER: "answer", OBJECTION: "objection"}
"""Kinds of what is said about a ticket; of each the text is told."""


def history_of(rows: Rows, row: RecordRow, pack: Pack) -> tuple[Change, ...]:
    """Every write to the record, in order of claimed time, log and number."""
    entries = list(entries_of(rows, row, DecodedSets()))
    told = _Told(entries, rows)
    signs = _Signs(rows)
    found = [
        change
        for entry in entries
        for change in _changes(rows, entry, pack, told, signs.of(entry))
    ]
    return tuple(sorted(found, key=lambda change: (change.time, change.log, change.n)))


class _Signs:
    """What is known of operators' signatures; asks nothing where there is none."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._roster: Roster | None = None

    def of(self, entry: Entry) -> Told:
        """Whether an operator stands behind the operation, and who."""
        if entry.signed is None and not isinstance(entry.operation, Resolve):
            return Told(None)
        if self._roster is None:
            self._roster = read_roster(self._rows)
        return self._roster.tell(
            self._rows,
            entry.log_no,
            entry.operation,
            entry.signed,
            is_left=entry.is_left,
        )


class _Told:
    """What the record's own operations say elsewhere: elements and copied values."""

    def __init__(self, entries: list[Entry], rows: Rows) -> None:
        self._values: dict[tuple[bytes, int, int], Value] = {}
        self._elements: dict[Element, Value] = {}
        for entry in entries:
            log = rows.logs.id_of(entry.log_no)
            operation = entry.operation
            for number, value in writes_of(operation):
                self._values[(log, operation.n, number)] = value
            for place, (_, value) in enumerate(added_by(operation)):
                self._elements[Element(Dot(log, operation.n), place)] = value

    def element(self, element: Element) -> Value:
        """The value of an element; nil where its operation is not here."""
        return self._elements.get(element)

    def meant(self, number: int, value: Value) -> Value:
        """A copy's own value, any other as it is."""
        seen: set[Value] = set()
        while isinstance(value, tuple) and value[:1] == (Tag.COPY,):
            if value in seen:
                return None
            seen.add(value)
            match value:
                case (_, bytes(log), int(n), *_):
                    value = self._values.get((log, n, number))
                case _:
                    return None
        return value


def writes_of(operation: Operation) -> list[tuple[int, Value]]:
    """Fields that the operation writes, with the values."""
    match operation:
        case Create(values=values):
            return list(values)
        case Set(writes=writes):
            return [(write.field, write.value) for write in writes]
        case Resolve(write=write):
            return [(write.field, write.value)]
        case _:
            return []


def added_by(operation: Operation) -> list[tuple[int, Value]]:
    """List fields and values that the operation adds, in order of position."""
    match operation:
        case Create(lists=lists) | Add(lists=lists):
            return [(added.field, value) for added in lists for value in added.values]
        case _:
            return []


def _changes(
    rows: Rows, entry: Entry, pack: Pack, told: _Told, sign: Told
) -> Iterator[Change]:
    operation = entry.operation
    kind = type(operation).__name__.lower()
    told_fields = [
        (number, shown_of(number, told.meant(number, value), pack))
        for number, value in writes_of(operation)
    ]
    told_fields += [
        (number, shown_of(number, value, pack))
        for number, value in added_by(operation)
        if number != DISPUTE_FIELD
    ]
    said = list(_said(operation))
    for talk, number, text in said:
        yield _signed(_change(rows, entry, talk, _name(number, pack), text), sign)
    match operation:
        case Remove(removals=removals):
            told_fields += [
                (removal.field, shown_of(removal.field, told.element(element), pack))
                for removal in removals
                for element in removal.elements
            ]
        case Withdraw(reason=reason) | Restore(reason=reason):
            told_fields.append((EXISTENCE_FIELD, reason))
        case Resolve(reason=reason) if reason:
            told_fields.append((EXISTENCE_FIELD, reason))
        case Link(note=note):
            told_fields.append((EXISTENCE_FIELD, note))
        case Claim(code=code):
            told_fields.append((EXISTENCE_FIELD, code))
        case _:
            pass
    if not told_fields and not said:
        told_fields.append((EXISTENCE_FIELD, None))
    for number, value in told_fields:
        name = _name(number, pack)
        if name not in _HIDDEN:
            yield _signed(_change(rows, entry, kind, name, value), sign)


def _said(operation: Operation) -> Iterator[tuple[str, int, str]]:
    """Questions, answers, objections: the kind, the field they are about, the text."""
    for number, value in added_by(operation):
        if number == DISPUTE_FIELD:
            match value:
                case (Tag.GROUP, int(kind), int(field), _, str(text), *_):
                    yield _TALK.get(kind, "add"), field, text
                case _:
                    pass


def _signed(change: Change, sign: Told) -> Change:
    """The change, with what is known of an operator's signature."""
    if sign.word is None:
        return change
    return replace(change, signature=sign.word.value, signer=sign.signer)


def _change(
    rows: Rows, entry: Entry, kind: str, name: str | None, value: object
) -> Change:
    log = rows.logs.row(entry.log_no)
    held = entry.change_set
    return Change(
        who=entry.operation.actor.name,
        machine=machine_name(rows, log.log),
        time=entry.operation.made_at,
        received=0 if held is None or log.is_own else held.received_at,
        kind=kind,
        field=name,
        value=value,
        receipt=0 if held is None else held.receipt,
        is_admitted=entry.is_admitted,
        standing=whereabouts_of(rows, held),
        log=printed_log(log.log),
        seq=0 if held is None else held.seq,
        n=entry.operation.n,
    )


def shown_of(number: int, value: Value, pack: Pack) -> object:
    """A value as JSON shows it."""
    if value is None or isinstance(value, int):
        return value
    if number in pack.by_number and pack.by_number[number].type is FieldType.LEGACY:
        return legacy_texts(value, pack)
    return shown_value(value)


def _name(number: int, pack: Pack) -> str | None:
    if number == EXISTENCE_FIELD:
        return None
    return (
        pack.by_number[number].name if number in pack.by_number else f"field-{number}"
    )


def machine_name(rows: Rows, log: bytes) -> str:
    """The name of the machine that writes a log; its printed log where unnamed."""
    row = rows.logs.by_id(log)
    if row is None:
        return printed_log(log)
    own_name = rows.settings.get("machine.name") if row.is_own else None
    return row.name or str(own_name or "") or printed_log(log)
