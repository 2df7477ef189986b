"""The body of a change-set: operations as columns (docs/protocol.md, Body).

One sequence of operations has one body. `encode_body` writes it, `decode_body` reads
it and writes it again: other bytes are refused. A body holds its operations by
number; who and when stand beside the tables, in the order of n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from typing import Any, Final

from protocol.canonical import pack, unpack
from protocol.columns import (
    decode_integers,
    encode_integers,
    take_array,
    take_bytes,
    take_integer,
    take_text,
)
from protocol.dots import LogReader, LogWriter
from protocol.errors import (
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
    NotCanonical,
)
from protocol.identity import Dot
from protocol.layouts import KIND_OF, decode_layouts, encode_layouts, kind_of
from protocol.limits import (
    ACTOR_NAME_LIMIT_BYTES,
    COUNT_LIMIT,
    FIELD_LIMIT_BYTES,
    SET_LIMIT_BYTES,
    SET_OPERATIONS,
    SET_SPAN_DOTS,
    SIGNATURES,
    SINGLE_LIMIT_BYTES,
)
from protocol.operation_values import values_of
from protocol.operations import (
    Actor,
    Create,
    Operation,
    OperatorSignature,
    Redact,
    Unknown,
)
from protocol.tables import TableReader, TableWriter

_WITHOUT_RECORD: Final = (Create, Redact, Unknown)
_KINDS_WITH_RECORD: Final = frozenset(
    kind for form, kind in KIND_OF.items() if form not in _WITHOUT_RECORD
)
_NO_RECORD: Final = Dot(b"", 0)
_number_of: Final = attrgetter("n")
_FIXED_ITEMS: Final = 11
"""Items of a body before its columns."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a body holds, in rising order of n."""

    operations: tuple[Operation, ...]
    signatures: tuple[OperatorSignature, ...] = ()


def encode_body(
    log: bytes,
    first_n: int,
    time_base: int,
    operations: Sequence[Operation],
    signatures: Sequence[OperatorSignature] = (),
) -> bytes:
    """The body that holds *operations* of *log*, and *signatures* over some of them.

    Raises:
        LocalProtocolError: they are not in order, or above a limit.
    """
    if not operations:
        message = "a body needs an operation"
        raise LocalProtocolError(message)
    logs = LogWriter(log)
    layouts = encode_layouts(operations)
    records: list[Any] = [
        each for each in operations if type(each) not in _WITHOUT_RECORD
    ]
    record_items = logs.records([each.record for each in records])
    by_kind: dict[int, list[Operation]] = {}
    for each in operations:
        by_kind.setdefault(kind_of(each), []).append(each)
    tables = TableWriter(logs)
    columns: list[Any] = []
    for kind, rows in sorted(by_kind.items()):
        columns += tables.table(kind, rows, list(layouts.columns(kind)))
    numbers = [each.n for each in operations]
    times = [each.made_at for each in operations]
    body = pack(
        (
            *_encode_actors([each.actor for each in operations]),
            encode_integers(_distances(numbers, first_n - 1)),
            encode_integers(_distances(times, time_base)),
            logs.others,
            _encode_signatures(signatures, first_n),
            *layouts.coded,
            *record_items,
            *columns,
            tables.tail,
        )
    )
    _check_order(numbers, first_n)
    try:
        _check_size(body, operations)
    except FrameTooLarge as error:
        raise LocalProtocolError(str(error)) from error
    return body


def decode_body(
    log: bytes, first_n: int, count: int, time_base: int, data: bytes
) -> Body:
    """What *data* holds, by the header's *log*, *first_n*, *count* and *time_base*.

    Raises:
        MalformedFrame: it is not a body, or not the header's.
        FrameTooLarge: it is above a limit.
        NotCanonical: the same operations have another body.
    """
    if count > SET_OPERATIONS:
        raise FrameTooLarge
    check_body_size(data, count)
    body = _read_body(log, first_n, count, time_base, data)
    _check_size(data, body.operations)
    try:
        again = encode_body(log, first_n, time_base, body.operations, body.signatures)
    except LocalProtocolError as error:
        raise NotCanonical(str(error)) from error
    if again != data:
        raise NotCanonical
    return body


def _read_body(
    log: bytes, first_n: int, count: int, time_base: int, data: bytes
) -> Body:
    items = take_array(unpack(data))
    if len(items) <= _FIXED_ITEMS:
        raise MalformedFrame
    numbers = _sums(decode_integers(items[2], count), first_n - 1)
    _take_order(numbers, first_n)
    heads = list(
        zip(
            numbers,
            _decode_actors(items[0], items[1], count),
            _sums(decode_integers(items[3], count), time_base),
            strict=True,
        )
    )
    logs = LogReader(log, items[4])
    signatures = _decode_signatures(items[5], first_n)
    layouts = decode_layouts(items[6], items[7], count)
    fields = [layouts.listed[index] for index in layouts.indexes]
    has_record = [layout[0] in _KINDS_WITH_RECORD for layout in fields]
    taken = iter(logs.records(items[8:11], sum(has_record)))
    records = [next(taken) if each else _NO_RECORD for each in has_record]
    tables = TableReader(items[_FIXED_ITEMS:-1], items[-1], logs)
    operations: list[Operation] = []
    for kind in layouts.kinds():
        places = layouts.places(kind)
        operations += tables.table(
            kind,
            [heads[place] for place in places],
            [records[place] for place in places],
            [fields[place][1:] for place in places],
            layouts.columns(kind),
        )
    tables.finish()
    operations.sort(key=_number_of)
    return Body(tuple(operations), signatures)


def _distances(numbers: Sequence[int], start: int) -> list[int]:
    """Each number's distance from the one before it, the first's from *start*."""
    return [b - a for a, b in zip([start, *numbers], numbers, strict=False)]


def _sums(distances: Sequence[int], start: int) -> list[int]:
    numbers = []
    for distance in distances:
        start += distance
        numbers.append(start)
    if numbers and not -COUNT_LIMIT <= min(numbers) <= max(numbers) <= COUNT_LIMIT:
        raise MalformedFrame
    return numbers


def _encode_actors(actors: Sequence[Actor]) -> tuple[tuple[Any, ...], Any]:
    """The actors in the order of their first operation, and runs (index, length, …)."""
    first = actors[0]
    if actors.count(first) == len(actors):
        return (first.name, int(first.kind)), 0
    indexes: dict[Actor, int] = {}
    runs: list[int] = []
    for actor in actors:
        index = indexes.setdefault(actor, len(indexes))
        if runs and runs[-2] == index:
            runs[-1] += 1
        else:
            runs += (index, 1)
    names = [part for actor in indexes for part in (actor.name, int(actor.kind))]
    return tuple(names), tuple(runs)


def _decode_actors(names: object, coded: object, count: int) -> list[Actor]:
    flat = take_array(names)
    if len(flat) % 2:
        raise MalformedFrame
    actors = [
        Actor(
            take_text(flat[place], ACTOR_NAME_LIMIT_BYTES),
            take_integer(flat[place + 1], 255),
        )
        for place in range(0, len(flat), 2)
    ]
    runs = (0, count) if coded == 0 else take_array(coded)
    if len(runs) % 2:
        raise MalformedFrame
    spread: list[Actor] = []
    for place in range(0, len(runs), 2):
        index = take_integer(runs[place], len(actors) - 1)
        length = take_integer(runs[place + 1], count - len(spread), 1)
        spread += [actors[index]] * length
    if len(spread) != count:
        raise MalformedFrame
    return spread


def _encode_signatures(
    signatures: Sequence[OperatorSignature], first_n: int
) -> tuple[Any, ...]:
    order = [(each.n, each.public_key) for each in signatures]
    if any(a >= b for a, b in pairwise(order)):
        message = "signatures are sorted by number and key, each once"
        raise LocalProtocolError(message)
    flat: list[Any] = []
    for each in signatures:
        flat += (each.n - first_n, each.public_key, each.signature)
    return tuple(flat)


def _decode_signatures(found: object, first_n: int) -> tuple[OperatorSignature, ...]:
    flat = take_array(found)
    if len(flat) % 3:
        raise MalformedFrame
    if len(flat) > 3 * SIGNATURES:
        raise FrameTooLarge
    return tuple(
        OperatorSignature(
            first_n + take_integer(flat[place], SET_SPAN_DOTS - 1),
            take_bytes(flat[place + 1], 32),
            take_bytes(flat[place + 2], 64),
        )
        for place in range(0, len(flat), 3)
    )


def _take_order(numbers: list[int], first_n: int) -> None:
    try:
        _check_order(numbers, first_n)
    except LocalProtocolError as error:
        raise MalformedFrame(str(error)) from error


def _check_order(numbers: list[int], first_n: int) -> None:
    rises = all(a < b for a, b in pairwise(numbers))
    if not rises or numbers[0] != first_n:
        message = "operations stand in rising order of n"
        raise LocalProtocolError(message)
    if numbers[-1] - first_n >= SET_SPAN_DOTS or len(numbers) > SET_OPERATIONS:
        message = "too many numbers for one set"
        raise LocalProtocolError(message)


def _check_size(body: bytes, operations: Sequence[Operation]) -> None:
    """Return if *body* and each value of the *operations* in it are not too large."""
    check_body_size(body, len(operations))
    if len(body) > FIELD_LIMIT_BYTES:
        for operation in operations:
            for _field, value in values_of(operation):
                if len(pack(value)) > FIELD_LIMIT_BYTES:
                    message = f"a value of more than {FIELD_LIMIT_BYTES} bytes"
                    raise FrameTooLarge(message)


def check_body_size(body: bytes, count: int) -> None:
    """Return if a body of *count* operations may have that size.

    Raises:
        FrameTooLarge: it may not.
    """
    limit = SINGLE_LIMIT_BYTES if count == 1 else SET_LIMIT_BYTES
    if len(body) > limit:
        message = f"a body of {len(body)} bytes, above {limit}"
        raise FrameTooLarge(message)
