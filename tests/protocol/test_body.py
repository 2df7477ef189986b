"""Bodies: every operation comes back, and one sequence has one body only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.body import Body, decode_body, encode_body
from protocol.canonical import pack, unpack
from protocol.errors import (
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
    RemoteProtocolError,
)
from protocol.identity import Dot, Element
from protocol.limits import (
    BODY_CELLS,
    FIELD_LIMIT_BYTES,
    REPEATED_CHARACTERS,
    SET_LIMIT_BYTES,
    SET_OPERATIONS,
    SET_SPAN_DOTS,
    SIGNATURES,
    SINGLE_LIMIT_BYTES,
)
from protocol.operation_codec import encode_operation
from protocol.operations import (
    Actor,
    Add,
    Create,
    Elements,
    Operation,
    OperatorSignature,
    Removal,
    Remove,
    Set,
    Unknown,
    Write,
)
from tests.protocol.operation_strategies import LOGS, OWN, histories

CLERK = Actor("张三")
BASE = 1_700_000_000
RECORD = Dot(OWN, 1)


def body_of(*operations: Operation) -> bytes:
    return encode_body(OWN, operations[0].n, BASE, operations)


def read(data: bytes, first_n: int = 1, count: int = 1) -> Body:
    return decode_body(OWN, first_n, count, BASE, data)


def title(n: int, value: str = "题名") -> Create:
    return Create(n, CLERK, BASE, ((11, value),))


def edit(n: int, *writes: Write) -> Set:
    return Set(n, CLERK, BASE, RECORD, writes)


@given(histories(), st.integers(0, 2))
def test_operations_come_back(operations: tuple[Operation, ...], signed: int) -> None:
    first_n = operations[0].n
    signatures = tuple(
        OperatorSignature(each.n, b"k" * 32, b"s" * 64) for each in operations[:signed]
    )
    data = encode_body(OWN, first_n, BASE, operations, signatures)
    body = decode_body(OWN, first_n, len(operations), BASE, data)
    assert body == Body(operations, signatures)


@given(histories(), st.data())
def test_a_changed_byte_is_refused_or_another_body(
    operations: tuple[Operation, ...], data: st.DataObject
) -> None:
    """Never another error, and never two forms of one thing."""
    first_n = operations[0].n
    body = bytearray(encode_body(OWN, first_n, BASE, operations))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place] = data.draw(st.integers(0, 255))
    try:
        found = decode_body(OWN, first_n, len(operations), BASE, bytes(body))
    except RemoteProtocolError:
        return
    again = encode_body(OWN, first_n, BASE, found.operations, found.signatures)
    assert again == body


@given(histories(most=4))
def test_a_body_cut_anywhere_is_refused(operations: tuple[Operation, ...]) -> None:
    first_n = operations[0].n
    body = encode_body(OWN, first_n, BASE, operations)
    for end in range(len(body)):
        with pytest.raises(RemoteProtocolError):
            decode_body(OWN, first_n, len(operations), BASE, body[:end])
    with pytest.raises(RemoteProtocolError):
        decode_body(OWN, first_n, len(operations), BASE, body + b"\xc0")


@given(histories())
def test_a_body_is_not_larger_than_its_rows(operations: tuple[Operation, ...]) -> None:
    """So what was journalled within the limits can be sealed within the limits."""
    body = encode_body(OWN, operations[0].n, BASE, operations)
    rows = sum(len(encode_operation(each)) for each in operations)
    assert len(body) <= rows * 4 // 3 + 64


def test_an_edit_is_small() -> None:
    assert len(body_of(edit(2, Write(11, "新题名", (RECORD,))))) <= 36


def test_the_header_must_fit() -> None:
    data = body_of(title(5, "a"), title(6, "b"))
    assert len(read(data, 5, 2).operations) == 2
    for first_n, count in ((5, 1), (5, 3)):
        with pytest.raises(RemoteProtocolError):
            decode_body(OWN, first_n, count, BASE, data)


@pytest.mark.parametrize(
    "operations",
    [
        (),
        (title(2), title(1)),
        (title(1), title(1)),
        (Create(1, CLERK, BASE, ((12, "a"), (11, "b"))),),
        (Create(1, CLERK, BASE, ((11, "a"), (11, "b"))),),
        (Create(1, CLERK, BASE, ((65_536, "a"),)),),
        (Create(1, CLERK, BASE, ((11, "\ud800"),)),),
        (Create(1, CLERK, BASE, ((11, 1.5),)),),  # type: ignore[arg-type]
        (Create(1, CLERK, BASE, ((11, True),)),),
        (Create(1, CLERK, BASE, ((11, ("a",)),)),),
        (Create(1, CLERK, BASE, ((11, (3, True)),)),),
        (Create(1, CLERK, BASE, ((11, (3, (3, (3, (3, (3,)))))),)),),
        (Create(1, CLERK, BASE, ((11, 2**64),)),),
        (edit(2, Write(11, "a", (Dot(OWN, 3), Dot(OWN, 1)))),),
        (edit(2, Write(11, "a", (Dot(b"short", 3), Dot(OWN, 1)))),),
        (Set(1, CLERK, BASE, Dot(b"short", 1), ()),),
        (
            Remove(
                1,
                CLERK,
                BASE,
                RECORD,
                (Removal(13, (Element(RECORD, 1), Element(RECORD, 0))),),
            ),
        ),
    ],
)
def test_operations_out_of_order_are_our_own_mistake(
    operations: tuple[Operation, ...],
) -> None:
    with pytest.raises(LocalProtocolError):
        encode_body(OWN, 1, BASE, operations)


def test_names_have_three_forms() -> None:
    """0 for the birth dot, a distance in the own log, else dots with their logs."""
    other = Dot(LOGS[1], 7)
    for names, coded in (
        ((RECORD,), 0),
        ((Dot(OWN, 2),), 3),
        ((Dot(OWN, 9),), ((0, 9),)),
        ((other,), ((1, 7),)),
        ((), ((),)),
        (tuple(sorted((RECORD, Dot(OWN, 2), other))), ((1, 7, 0, 1, 0, 2),)),
    ):
        data = body_of(edit(5, Write(11, "a", names)))
        assert unpack(data)[-2] == coded
        assert read(data, 5).operations == (edit(5, Write(11, "a", names)),)


def test_unknown_kinds_and_fields_pass_through() -> None:
    operations = (
        Unknown(1, CLERK, BASE, 77, pack((1, (b"log", 2), "text"))),
        Create(2, CLERK, BASE, ((60_000, (99, "of a later version", (1, 2))),)),
        Unknown(3, CLERK, BASE, 77, pack(None)),
        Unknown(4, CLERK, BASE, 65_535, pack("a")),
    )
    data = body_of(*operations)
    assert read(data, 1, 4).operations == operations


def test_an_unknown_row_at_the_depth_limit_and_past_it() -> None:
    fits = Unknown(1, CLERK, BASE, 77, b"\x91" * 4 + b"\x90")
    assert read(body_of(fits)).operations == (fits,)
    deeper = list(unpack(body_of(fits)))
    deeper[-2] = ((((((((),),),),),),),)
    with pytest.raises(MalformedFrame):
        read(pack(tuple(deeper)))
    deeper[-2] = ((1.5,),)
    with pytest.raises(MalformedFrame):
        read(pack(tuple(deeper)))


# Limits, each at its value and one past it.


def test_operations_at_the_limit_and_past_it() -> None:
    full = [title(n, str(n)) for n in range(1, SET_OPERATIONS + 1)]
    assert read(body_of(*full), 1, SET_OPERATIONS).operations == tuple(full)
    with pytest.raises(LocalProtocolError):
        body_of(*full, title(SET_OPERATIONS + 1))
    with pytest.raises(FrameTooLarge):
        read(body_of(*full), 1, SET_OPERATIONS + 1)


def test_span_at_the_limit_and_past_it() -> None:
    far = (title(1), title(SET_SPAN_DOTS))
    assert read(body_of(*far), 1, 2).operations == far
    with pytest.raises(LocalProtocolError):
        body_of(title(1), title(SET_SPAN_DOTS + 1))
    wide = list(unpack(body_of(title(1), title(SET_SPAN_DOTS))))
    wide[2] = b"\x00\x01\x00\xc8"
    with pytest.raises(MalformedFrame):
        read(pack(tuple(wide)), 1, 2)


def test_body_of_several_at_the_limit_and_past_it() -> None:
    def pair(size: int) -> tuple[Operation, ...]:
        first = Create(1, CLERK, BASE, ((11, b"x" * (size // 2)),))
        return first, Create(2, CLERK, BASE, ((11, b"y" * (size - size // 2)),))

    room = SET_LIMIT_BYTES - len(body_of(*pair(2000))) + 2000
    assert len(body_of(*pair(room))) == SET_LIMIT_BYTES
    assert read(body_of(*pair(room)), 1, 2).operations == pair(room)
    with pytest.raises(LocalProtocolError):
        body_of(*pair(room + 1))
    with pytest.raises(FrameTooLarge):
        read(body_of(*pair(room)) + b"\x00", 1, 2)


def test_a_field_at_the_limit_and_past_it() -> None:
    def blob(size: int) -> Create:
        return Create(1, CLERK, BASE, ((11, b"x" * size),))

    largest = FIELD_LIMIT_BYTES - 5
    assert read(body_of(blob(largest))).operations == (blob(largest),)
    with pytest.raises(LocalProtocolError):
        body_of(blob(largest + 1))
    past = list(unpack(body_of(blob(largest))))
    past[-2] = (b"x" * (largest + 1),)
    with pytest.raises(FrameTooLarge):
        read(pack(tuple(past)))


def test_a_body_of_one_at_the_limit_and_past_it() -> None:
    def blobs(size: int) -> Create:
        return Create(1, CLERK, BASE, ((11, b"x" * size), (12, b"y" * 100_000)))

    room = SINGLE_LIMIT_BYTES - len(body_of(blobs(100_000))) + 100_000
    assert len(body_of(blobs(room))) == SINGLE_LIMIT_BYTES
    assert read(body_of(blobs(room))).operations == (blobs(room),)
    with pytest.raises(LocalProtocolError):
        body_of(blobs(room + 1))
    with pytest.raises(FrameTooLarge):
        read(bytes(SINGLE_LIMIT_BYTES + 1))


def test_cells_past_the_limit() -> None:
    """A short body cannot claim many cells: of lists, of layouts, of names."""
    one = list(unpack(body_of(Add(1, CLERK, BASE, RECORD, (Elements(13, (7,) * 9),)))))
    assert one[-3:-1] == [9, (7,)]
    one[-3] = BODY_CELLS
    assert len(pack(tuple(one))) < 64
    body = read(pack(tuple(one)))
    assert isinstance(body.operations[0], Add)
    assert len(body.operations[0].lists[0].values) == BODY_CELLS
    one[-3] = BODY_CELLS + 1
    with pytest.raises(FrameTooLarge):
        read(pack(tuple(one)))
    two = list(unpack(body_of(*(title(n) for n in range(1, 201)))))
    two[6] = ((1, *range(1, BODY_CELLS // 200 + 1)),)
    with pytest.raises(FrameTooLarge):
        read(pack(tuple(two)), 1, 200)
    wide = edit(2, Write(11, "a", tuple(Dot(OWN, n) for n in range(1, 30_000))))
    assert read(body_of(wide), 2).operations == (wide,)


def test_repeated_characters_at_the_limit_and_past_it() -> None:
    """A short body cannot stand for much text: not by one value, not by marks."""
    rows = SET_OPERATIONS
    share = REPEATED_CHARACTERS // (rows - 1)
    rest = REPEATED_CHARACTERS - share * (rows - 1)

    def same(extra: int) -> tuple[Operation, ...]:
        return tuple(
            Create(n, CLERK, BASE, ((11, "x" * share), (12, "y" * extra)))
            if n <= 2
            else title(n, "x" * share)
            for n in range(1, rows + 1)
        )

    full = same(rest)
    assert read(body_of(*full), 1, rows).operations == full
    with pytest.raises(LocalProtocolError):
        body_of(*same(rest + 1))
    past = list(unpack(body_of(*full)))
    past[11] = ("x" * (share + 1),)
    with pytest.raises(FrameTooLarge):
        read(pack(tuple(past)), 1, rows)

    def numbered(size: int) -> tuple[Operation, ...]:
        return tuple(title(n, f"{'x' * size}{n:04}") for n in range(1, rows + 1))

    counted = numbered(share - 4)
    assert read(body_of(*counted), 1, rows).operations == counted
    with pytest.raises(LocalProtocolError):
        body_of(*numbered(share - 3))
    past = list(unpack(body_of(*counted)))
    past[11] = "x" + past[11]
    with pytest.raises(FrameTooLarge):
        read(pack(tuple(past)), 1, rows)


def test_signatures_at_the_limit_and_past_it() -> None:
    operations = tuple(title(n) for n in range(1, 3))
    keys = [number.to_bytes(32, "big") for number in range(SIGNATURES + 1)]
    full = [OperatorSignature(1, key, b"s" * 64) for key in keys]
    data = encode_body(OWN, 1, BASE, operations, full[:-1])
    assert read(data, 1, 2).signatures == tuple(full[:-1])
    with pytest.raises(RemoteProtocolError):
        read(encode_body(OWN, 1, BASE, operations, full), 1, 2)


def test_signatures_are_sorted() -> None:
    first = OperatorSignature(1, b"k" * 32, b"s" * 64)
    second = replace(first, n=2)
    operations = (title(1), title(2))
    with pytest.raises(LocalProtocolError):
        encode_body(OWN, 1, BASE, operations, (second, first))
    with pytest.raises(LocalProtocolError):
        encode_body(OWN, 1, BASE, operations, (first, first))
