"""One operation in row form: what a journal keeps and an operator signs.

Dots are (log, n) with the log in full, so a row reads by itself
(docs/protocol.md, Operations). An operation that `encode_operation` accepts fits into
a change-set; so a save that was journalled can always be sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from protocol.body import decode_body, encode_body
from protocol.canonical import pack, unpack
from protocol.columns import (
    check_field_value,
    take_array,
    take_bytes,
    take_field,
    take_field_value,
    take_field_values,
    take_integer,
    take_text,
    take_unknown_row,
)
from protocol.errors import (
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
    NotCanonical,
    RemoteProtocolError,
)
from protocol.identity import LOG_ID_BYTES, Dot, Element, Scope
from protocol.layouts import KIND_OF, kind_of
from protocol.limits import (
    ACTOR_NAME_LIMIT_BYTES,
    BODY_CELLS,
    COUNT_LIMIT,
    FIELD_LIMIT_BYTES,
    KIND_LIMIT,
    OPERATION_LIMIT_BYTES,
    POSITION_LIMIT,
)
from protocol.operation_rows import check_rising, decode_row, encode_row
from protocol.operation_values import values_of
from protocol.operations import (
    Actor,
    Add,
    Create,
    Elements,
    Kind,
    Operation,
    Redact,
    Removal,
    Remove,
    Set,
    Unknown,
    Value,
    Write,
)

_NO_RECORD: Final = Dot(b"", 0)
_KNOWN: Final = frozenset(KIND_OF.values())


class _FullDots:
    """Dots with their log in full."""

    def dots(self, dots: Sequence[Dot]) -> tuple[Any, ...]:
        if len(dots) > 1 and any(a >= b for a, b in pairwise(dots)):
            message = "dots are sorted, each once"
            raise LocalProtocolError(message)
        return tuple([part for dot in dots for part in dot])


class _FullDotReader:
    """Reads dots with their log in full."""

    def dots(self, coded: object) -> tuple[Dot, ...]:
        flat = take_array(coded)
        if len(flat) % 2:
            raise MalformedFrame
        return tuple(
            Dot(
                take_bytes(flat[place], LOG_ID_BYTES),
                take_integer(flat[place + 1], lowest=1),
            )
            for place in range(0, len(flat), 2)
        )


_WRITER: Final = _FullDots()
_READER: Final = _FullDotReader()


def encode_operation(operation: Operation) -> bytes:
    """The canonical row form of *operation*.

    Raises:
        LocalProtocolError: it is not in order, or above a limit.
    """
    data = _pack_operation(operation)
    try:
        again = _read_operation(data)
    except RemoteProtocolError as error:
        message = f"{type(operation).__name__} {operation.n} cannot be sealed: {error}"
        raise LocalProtocolError(message) from error
    if again != operation:
        message = f"{type(operation).__name__} {operation.n} reads back differently"
        raise LocalProtocolError(message)
    if len(data) > BODY_CELLS:
        _check_body(operation)
    return data


def _check_body(operation: Operation) -> None:
    """Return if a body may hold *operation*: a cell takes a byte of a row or more."""
    n, made_at = operation.n, operation.made_at
    own = bytes(LOG_ID_BYTES)
    try:
        decode_body(own, n, 1, made_at, encode_body(own, n, made_at, (operation,)))
    except RemoteProtocolError as error:
        message = f"{type(operation).__name__} {operation.n} cannot be sealed: {error}"
        raise LocalProtocolError(message) from error


def decode_operation(data: bytes) -> Operation:
    """The operation whose row form is *data*.

    Raises:
        MalformedFrame: it is not one.
        FrameTooLarge: it is above a limit.
        NotCanonical: the operation has another row form.
    """
    operation = _read_operation(data)
    try:
        again = _pack_operation(operation)
    except LocalProtocolError as error:
        raise NotCanonical(str(error)) from error
    if again != data:
        raise NotCanonical
    return operation


def _read_operation(data: bytes) -> Operation:
    if len(data) > OPERATION_LIMIT_BYTES:
        raise FrameTooLarge
    row = take_array(unpack(data))
    if len(row) < 6:
        raise MalformedFrame
    actor = Actor(take_text(row[1], ACTOR_NAME_LIMIT_BYTES), take_integer(row[2], 255))
    made_at = take_integer(row[3], lowest=-COUNT_LIMIT)
    head = (take_integer(row[0], lowest=1), actor, made_at)
    operation = _take_payload(take_integer(row[4], KIND_LIMIT, 1), head, row[5:])
    _check_sizes(operation, len(data))
    return operation


def signed_form(operation: Operation, log: bytes, scope: Scope) -> bytes:
    """What an operator signs: the row with the log and the scope it is written for."""
    return log + scope.fonds + bytes([scope.compartment]) + encode_operation(operation)


def _pack_operation(operation: Operation) -> bytes:
    actor = operation.actor
    payload = _payload(operation)
    return pack(
        (
            operation.n,
            actor.name,
            int(actor.kind),
            operation.made_at,
            int(kind_of(operation)),
            *payload,
        )
    )


def _payload(operation: Any) -> tuple[Any, ...]:  # noqa: ANN401
    match operation:
        case Create(values=values, lists=lists):
            check_rising([field for field, _ in values])
            flat = [part for pair in values for part in pair]
            return tuple(flat), _lists(lists)
        case Set(record=record, writes=writes):
            check_rising([write.field for write in writes])
            flat = []
            for write in writes:
                flat += (write.field, write.value, _WRITER.dots(write.names))
            return *record, tuple(flat)
        case Add(record=record, lists=lists):
            return *record, _lists(lists)
        case Remove(record=record, removals=removals):
            check_rising([part.field for part in removals])
            flat = []
            for part in removals:
                flat += (part.field, _elements(part.elements))
            return *record, tuple(flat)
        case Unknown(payload=payload):
            return (unpack(payload),)
        case Redact():
            return encode_row(operation, _WRITER)
        case _:
            return *operation.record, *encode_row(operation, _WRITER)


def _lists(lists: tuple[Elements, ...]) -> tuple[Any, ...]:
    check_rising([part.field for part in lists])
    for part in lists:
        for value in part.values:
            check_field_value(value)
    return tuple([item for part in lists for item in (part.field, part.values)])


def _elements(elements: tuple[Element, ...]) -> tuple[Any, ...]:
    if any(a >= b for a, b in pairwise(elements)):
        message = "elements are sorted, each once"
        raise LocalProtocolError(message)
    return tuple([item for dot, place in elements for item in (*dot, place)])


def _take_payload(
    kind: int, head: tuple[int, Actor, int], row: tuple[Any, ...]
) -> Operation:
    match kind, len(row):
        case Kind.CREATE, 2:
            flat = take_array(row[0])
            fields, values = flat[::2], flat[1::2]
            if len(fields) != len(values) or len(fields) > BODY_CELLS:
                raise MalformedFrame
            for field in fields:
                take_field(field)
            take_field_values(values)
            pairs = tuple(zip(fields, values, strict=True))
            return Create(*head, pairs, _take_lists(row[1]))
        case Kind.SET, 3:
            (record,) = _READER.dots(row[:2])
            writes = tuple(
                Write(take_field(field), take_field_value(value), _READER.dots(names))
                for field, value, names in _groups(row[2], 3)
            )
            return Set(*head, record, writes)
        case Kind.ADD, 3:
            (record,) = _READER.dots(row[:2])
            return Add(*head, record, _take_lists(row[2]))
        case Kind.REMOVE, 3:
            (record,) = _READER.dots(row[:2])
            removals = tuple(
                Removal(take_field(field), _take_elements(elements))
                for field, elements in _groups(row[2], 2)
            )
            return Remove(*head, record, removals)
        case Kind.REDACT, _:
            return decode_row(kind, head, _NO_RECORD, row, _READER)
        case _ if kind in _KNOWN:
            (record,) = _READER.dots(row[:2])
            return decode_row(kind, head, record, row[2:], _READER)
        case _, 1:
            return Unknown(*head, kind, pack(take_unknown_row(row[0])))
        case _:
            raise MalformedFrame


def _take_lists(found: object) -> tuple[Elements, ...]:
    lists = []
    for field, coded in _groups(found, 2):
        values: tuple[Value, ...] = take_array(coded)
        take_field_values(values)
        lists.append(Elements(take_field(field), values))
    return tuple(lists)


def _take_elements(found: object) -> tuple[Element, ...]:
    return tuple(
        Element(
            Dot(take_bytes(log, LOG_ID_BYTES), take_integer(n, lowest=1)),
            take_integer(position, POSITION_LIMIT),
        )
        for log, n, position in _groups(found, 3)
    )


def _groups(found: object, size: int) -> list[tuple[Any, ...]]:
    """The members of an array, *size* at a time."""
    flat = take_array(found)
    if len(flat) % size:
        raise MalformedFrame
    if len(flat) > size * BODY_CELLS:
        raise FrameTooLarge
    return [flat[place : place + size] for place in range(0, len(flat), size)]


def _check_sizes(operation: Operation, size_bytes: int) -> None:
    if size_bytes <= FIELD_LIMIT_BYTES:
        return
    for _field, value in values_of(operation):
        if len(pack(value)) > FIELD_LIMIT_BYTES:
            raise FrameTooLarge
