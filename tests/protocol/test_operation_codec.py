"""The row form of one operation, which a journal keeps and an operator signs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.canonical import pack, unpack
from protocol.errors import (
    FrameTooLarge,
    LocalProtocolError,
    NotCanonical,
    RemoteProtocolError,
)
from protocol.identity import Dot, Scope
from protocol.limits import (
    ACTOR_NAME_LIMIT_BYTES,
    BODY_CELLS,
    FIELD_LIMIT_BYTES,
    OPERATION_LIMIT_BYTES,
    TEXT_LIMIT_BYTES,
)
from protocol.operation_codec import decode_operation, encode_operation, signed_form
from protocol.operations import (
    Actor,
    Add,
    Create,
    Elements,
    Operation,
    Restore,
    Set,
    Unknown,
    Write,
)
from tests.protocol.operation_strategies import OWN, operations

CLERK = Actor("张三")
RECORD = Dot(OWN, 1)


@given(operations(7))
def test_operations_come_back(operation: Operation) -> None:
    assert decode_operation(encode_operation(operation)) == operation


@given(operations(7), st.data())
def test_changed_bytes_are_refused_or_another_operation(
    operation: Operation, data: st.DataObject
) -> None:
    row = bytearray(encode_operation(operation))
    place = data.draw(st.integers(0, len(row) - 1))
    row[place] = data.draw(st.integers(0, 255))
    try:
        found = decode_operation(bytes(row))
    except RemoteProtocolError:
        return
    assert encode_operation(found) == row


@given(operations(7))
def test_rows_cut_anywhere_are_refused(operation: Operation) -> None:
    row = encode_operation(operation)
    for end in range(len(row)):
        with pytest.raises(RemoteProtocolError):
            decode_operation(row[:end])
    with pytest.raises(RemoteProtocolError):
        decode_operation(row + b"\xc0")


@pytest.mark.parametrize(
    "operation",
    [
        Create(0, CLERK, 1, ()),
        Create(2**53, CLERK, 1, ()),
        Create(1, CLERK, 1, ((12, "b"), (11, "a"))),
        Create(1, CLERK, 1, ((11, "\ud800"),)),
        Create(1, CLERK, 1, ((11, True),)),
        Create(1, Actor("x" * (ACTOR_NAME_LIMIT_BYTES + 1)), 1, ()),
        Set(1, CLERK, 1, Dot(b"short", 1), ()),
        Set(1, CLERK, 1, RECORD, (Write(11, "a", (RECORD, RECORD)),)),
        Restore(1, CLERK, 1, RECORD, (), "x" * (TEXT_LIMIT_BYTES + 1)),
        Unknown(1, CLERK, 1, 77, b"\x91" * 6 + b"\x90"),
        Unknown(1, CLERK, 1, 1, b"\xc0"),
        Unknown(1, CLERK, 1, 65_536, b"\xc0"),
    ],
)
def test_what_cannot_be_sealed_is_not_journalled(operation: Operation) -> None:
    with pytest.raises(LocalProtocolError):
        encode_operation(operation)


def test_texts_at_the_limit() -> None:
    restored = Restore(1, CLERK, 1, RECORD, (), "x" * TEXT_LIMIT_BYTES)
    assert decode_operation(encode_operation(restored)) == restored
    named = Create(1, Actor("x" * ACTOR_NAME_LIMIT_BYTES), 1, ())
    assert decode_operation(encode_operation(named)) == named
    unknown = Unknown(1, CLERK, 1, 77, b"\x91" * 4 + b"\x90")
    assert decode_operation(encode_operation(unknown)) == unknown


def test_a_field_at_the_limit_and_past_it() -> None:
    def blob(size: int) -> Create:
        return Create(1, CLERK, 1, ((11, b"x" * size),))

    largest = blob(FIELD_LIMIT_BYTES - 5)
    assert decode_operation(encode_operation(largest)) == largest
    with pytest.raises(LocalProtocolError):
        encode_operation(blob(FIELD_LIMIT_BYTES - 4))


def test_cells_at_the_limit_and_past_it() -> None:
    """More list elements than a body may hold are not journalled."""

    def added(count: int) -> Add:
        return Add(1, CLERK, 1, RECORD, (Elements(13, (7,) * count),))

    full = added(BODY_CELLS)
    assert decode_operation(encode_operation(full)) == full
    with pytest.raises(LocalProtocolError):
        encode_operation(added(BODY_CELLS + 1))
    with pytest.raises(LocalProtocolError):
        encode_operation(
            Add(
                1, CLERK, 1, RECORD, (*added(40_000).lists, Elements(14, (7,) * 40_000))
            )
        )


def test_a_row_at_the_limit_and_past_it() -> None:
    def blobs(size: int) -> Create:
        return Create(1, CLERK, 1, ((11, b"x" * size), (12, b"y" * 100_000)))

    room = OPERATION_LIMIT_BYTES - len(encode_operation(blobs(100_000))) + 100_000
    assert len(encode_operation(blobs(room))) == OPERATION_LIMIT_BYTES
    with pytest.raises(LocalProtocolError):
        encode_operation(blobs(room + 1))
    with pytest.raises(FrameTooLarge):
        decode_operation(bytes(OPERATION_LIMIT_BYTES + 1))


@pytest.mark.parametrize(
    "change",
    [
        lambda row: ("1", *row[1:]),
        lambda row: (*row[:1], 5, *row[2:]),
        lambda row: (*row[:4], 99, *row[5:]),
        lambda row: (*row[:5], (11,), ()),
        lambda row: (*row[:5], (11, True), ()),
        lambda row: (*row, None),
        lambda row: row[:5],
        lambda row: ((), *row[1:]),
    ],
)
def test_rows_of_another_form_are_refused(change: Any) -> None:
    row = unpack(encode_operation(Create(1, CLERK, 1, ((11, "a"),))))
    with pytest.raises(RemoteProtocolError):
        decode_operation(pack(change(row)))


def test_fields_in_another_order_are_not_canonical() -> None:
    row = unpack(encode_operation(Create(1, CLERK, 1, ((11, "a"), (12, "b")))))
    with pytest.raises(NotCanonical):
        decode_operation(pack((*row[:5], (12, "b", 11, "a"), ())))


def test_an_operator_signs_row_log_and_scope() -> None:
    operation = Create(1, CLERK, 1, ((11, "a"),))
    signed = signed_form(operation, OWN, Scope(b"8 bytes.", 3))
    assert signed == OWN + b"8 bytes.\x03" + encode_operation(operation)
