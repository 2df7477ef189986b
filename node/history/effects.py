"""What an operation does to records, with logs as local numbers.

Pure. An effect is all that the survivors need of an operation; who did it and when
stays in the log. Kinds that this version does not know have no effect on a record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from protocol.identity import Dot
from protocol.operations import (
    CLAIMS_FIELD,
    EXISTENCE_FIELD,
    LINKS_FIELD,
    Add,
    Claim,
    Create,
    Elements,
    Link,
    Operation,
    Redact,
    Remove,
    Resolve,
    Restore,
    Set,
    Tag,
    Unknown,
    Value,
    Withdraw,
    Write,
)

DotNo = tuple[int, int]
"""(log_no, n)"""
ElementNo = tuple[int, int, int]
"""(log_no, n, position)"""

WITHDRAWN: Final = 5
"""First member of what a withdrawal writes to field 0: (5, reason, seen)."""
RESTORED: Final = 6
"""First member of what a restore writes to field 0: (6, reason)."""
OTHER_EXISTENCE: Final = 7
"""First member of any other value of field 0: (7, value)."""

NumberOf = Callable[[bytes], int]


class WriteEffect(NamedTuple):
    """A value for one field, and the dots that it replaces there."""

    field: int
    value: Value
    names: tuple[DotNo, ...]


class AddEffect(NamedTuple):
    """An element of one list field."""

    field: int
    position: int
    value: Value


class RemovalEffect(NamedTuple):
    """Elements taken out of one list field."""

    field: int
    elements: tuple[ElementNo, ...]


class Effect(NamedTuple):
    """What one operation does to one record."""

    record: DotNo
    dot: DotNo
    is_create: bool
    writes: tuple[WriteEffect, ...]
    adds: tuple[AddEffect, ...] = ()
    removals: tuple[RemovalEffect, ...] = ()

    @property
    def touched(self) -> set[int]:
        """Fields and list fields in which what is shown may change."""
        touched = {write.field for write in self.writes}
        touched.update(added.field for added in self.adds)
        touched.update(removal.field for removal in self.removals)
        return touched

    @property
    def fields(self) -> set[int]:
        """Fields whose survivors it may change; not those of lists."""
        return {write.field for write in self.writes}


def effect_of(operation: Operation, log_no: int, number_of: NumberOf) -> Effect | None:
    """The effect of *operation* of the log; None where it touches no record itself.

    A redaction has no effect of its own: its inner operations have theirs.
    """
    dot = (log_no, operation.n)
    match operation:
        case Create():
            return _create(operation, dot)
        case Set():
            writes = tuple(_write(write, number_of) for write in operation.writes)
            return Effect(
                _record(operation.record, number_of),
                dot,
                is_create=False,
                writes=writes,
            )
        case Resolve():
            return Effect(
                _record(operation.record, number_of),
                dot,
                is_create=False,
                writes=(_write(operation.write, number_of),),
            )
        case Add():
            return Effect(
                _record(operation.record, number_of),
                dot,
                is_create=False,
                writes=(),
                adds=_adds(operation.lists),
            )
        case Remove():
            return _remove(operation, dot, number_of)
        case Withdraw() | Restore():
            return _existence(operation, dot, number_of)
        case Link():
            value: Value = (
                operation.link,
                operation.scope.fonds,
                operation.scope.compartment,
                operation.target.log,
                operation.target.n,
                operation.note,
            )
            return _element(operation.record, dot, LINKS_FIELD, value, number_of)
        case Claim():
            value = (operation.sequence, operation.code, operation.state)
            return _element(operation.record, dot, CLAIMS_FIELD, value, number_of)
        case Redact() | Unknown():
            return None
        case _:
            return None


def is_copy(value: Value) -> bool:
    """Whether the value is a copy, resolved or not."""
    return type(value) is tuple and len(value) > 2 and value[0] == Tag.COPY


def copied_dot(value: Value) -> Dot | None:
    """The dot whose value *value* is a copy of; None where it is no copy."""
    if is_copy(value) and isinstance(value, tuple):
        log, n = value[1], value[2]
        if isinstance(log, bytes) and isinstance(n, int):
            return Dot(log, n)
    return None


def _create(operation: Create, dot: DotNo) -> Effect:
    writes = tuple(
        WriteEffect(field, _stored(field, value), ())
        for field, value in operation.values
    )
    adds = _adds(operation.lists)
    return Effect(dot, dot, is_create=True, writes=writes, adds=adds)


def _write(write: Write, number_of: NumberOf) -> WriteEffect:
    names = tuple((number_of(dot.log), dot.n) for dot in write.names)
    return WriteEffect(write.field, _stored(write.field, write.value), names)


def _stored(field: int, value: Value) -> Value:
    """The value as it is kept: a copy without anything behind its dot."""
    if field == EXISTENCE_FIELD:
        return (OTHER_EXISTENCE, value)
    if copied_dot(value) is not None and isinstance(value, tuple):
        return value[:3]
    return value


def _adds(lists: Iterable[Elements]) -> tuple[AddEffect, ...]:
    added = []
    position = 0
    for elements in lists:
        for value in elements.values:
            added.append(AddEffect(elements.field, position, value))
            position += 1
    return tuple(added)


def _remove(operation: Remove, dot: DotNo, number_of: NumberOf) -> Effect:
    removals = tuple(
        RemovalEffect(
            removal.field,
            tuple(
                (number_of(element.dot.log), element.dot.n, element.position)
                for element in removal.elements
            ),
        )
        for removal in operation.removals
    )
    record = _record(operation.record, number_of)
    return Effect(record, dot, is_create=False, writes=(), removals=removals)


def _existence(
    operation: Withdraw | Restore, dot: DotNo, number_of: NumberOf
) -> Effect:
    names = tuple((number_of(name.log), name.n) for name in operation.names)
    value: Value
    if isinstance(operation, Withdraw):
        value = (
            WITHDRAWN,
            operation.reason,
            tuple(
                (seen.field, tuple((number_of(d.log), d.n) for d in seen.dots))
                for seen in operation.seen
            ),
        )
    else:
        value = (RESTORED, operation.reason)
    write = WriteEffect(EXISTENCE_FIELD, value, names)
    record = _record(operation.record, number_of)
    return Effect(record, dot, is_create=False, writes=(write,))


def _element(
    record: Dot, dot: DotNo, field: int, value: Value, number_of: NumberOf
) -> Effect:
    added = (AddEffect(field, 0, value),)
    return Effect(
        _record(record, number_of), dot, is_create=False, writes=(), adds=added
    )


def _record(record: Dot, number_of: NumberOf) -> DotNo:
    return number_of(record.log), record.n
