"""The body of a change-set: operations as columns (docs/protocol.md, Body).

One sequence of operations has one body. `encode_body` writes it, `decode_body` reads
it and writes it again: other bytes are refused. A body holds its operations by
number; who and when stand beside the tables, in the order of n.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from protocol.canonical import pack, unpack
from protocol.columns import (
    LogReader,
    LogWriter,
    ValueReader,
    ValueWriter,
    decode_integers,
    encode_integers,
    take_array,
    take_bytes,
    take_integer,
    take_text,
)
from protocol.errors import (
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
    NotCanonical,
)
from protocol.limits import (
    ACTOR_NAME_LIMIT_BYTES,
    COUNT_LIMIT,
    FIELD_LIMIT_BYTES,
    KIND_LIMIT,
    SET_LIMIT_BYTES,
    SET_OPERATIONS,
    SET_SPAN_DOTS,
    SIGNATURES,
    SINGLE_LIMIT_BYTES,
)
from protocol.operation_rows import decode_row, encode_row
from protocol.operation_values import values_of
from protocol.operations import (
    Actor,
    Add,
    Claim,
    Create,
    Kind,
    Link,
    Operation,
    OperatorSignature,
    Redact,
    Remove,
    Resolve,
    Restore,
    Set,
    Unknown,
    Withdraw,
)
from protocol.tables import (
    Head,
    decode_adds,
    decode_creates,
    decode_removes,
    decode_sets,
    encode_adds,
    encode_creates,
    encode_removes,
    encode_sets,
)

KIND_OF: Final[dict[type[Operation], Kind]] = {
    Create: Kind.CREATE,
    Set: Kind.SET,
    Add: Kind.ADD,
    Remove: Kind.REMOVE,
    Withdraw: Kind.WITHDRAW,
    Restore: Kind.RESTORE,
    Resolve: Kind.RESOLVE,
    Link: Kind.LINK,
    Claim: Kind.CLAIM,
    Redact: Kind.REDACT,
}
"""The kind of each class of operations."""
_KNOWN: Final = frozenset(int(kind) for kind in Kind)


@dataclass(frozen=True, slots=True)
class Body:
    """What a body holds, in rising order of n."""

    operations: tuple[Operation, ...]
    signatures: tuple[OperatorSignature, ...] = ()


def kind_of(operation: Operation) -> int:
    """The number of the operation's kind."""
    if isinstance(operation, Unknown):
        return operation.kind
    return KIND_OF[type(operation)]


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
    logs = LogWriter(log)
    texts = ValueWriter()
    by_kind: dict[int, list[Any]] = {}
    for each in operations:
        by_kind.setdefault(kind_of(each), []).append(each)
    tables = [
        (
            int(kind),
            len(rows),
            encode_integers(_distances([each.n for each in rows], first_n - 1)),
            *_encode_table(kind, rows, logs, texts),
        )
        for kind, rows in sorted(by_kind.items())
    ]
    body = pack(
        (
            *_encode_actors([each.actor for each in operations]),
            encode_integers(
                _distances([each.made_at for each in operations], time_base)
            ),
            logs.others,
            _encode_signatures(signatures, first_n),
            *tables,
            *texts.tail,
        )
    )
    _check_order([each.n for each in operations], first_n)
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
    if len(items) < 6:
        raise MalformedFrame
    logs = LogReader(log, items[3])
    end = len(items) if type(items[-1]) is tuple else -1
    tables = [_TableHead(table, first_n) for table in items[5:end]]
    texts = ValueReader(items[end:] if end == -1 else ())
    numbers = sorted(n for table in tables for n in table.numbers)
    if len(numbers) != count or not numbers or numbers[0] != first_n:
        raise MalformedFrame
    if numbers[-1] - first_n >= SET_SPAN_DOTS:
        raise FrameTooLarge
    actors = _decode_actors(items[0], items[1], count)
    times = _sums(decode_integers(items[2], count), time_base)
    heads = list(zip(numbers, actors, times, strict=True))
    if len(tables) == 1:
        operations = list(_decode_table(tables[0], heads, logs, texts))
    else:
        head_of = {head[0]: head for head in heads}
        operations = []
        for table in tables:
            rows = [head_of[n] for n in table.numbers]
            operations += _decode_table(table, rows, logs, texts)
        operations.sort(key=lambda each: each.n)
    texts.finish()
    return Body(tuple(operations), _decode_signatures(items[4], first_n))


class _TableHead:
    """Kind, numbers and further items of a table."""

    def __init__(self, found: object, first_n: int) -> None:
        table = take_array(found)
        if len(table) < 4:
            raise MalformedFrame
        self.kind = take_integer(table[0], KIND_LIMIT, 1)
        count = take_integer(table[1], SET_OPERATIONS, 1)
        self.numbers = _sums(decode_integers(table[2], count), first_n - 1)
        self.items = table[3:]


def _encode_table(
    kind: int, rows: list[Any], logs: LogWriter, texts: ValueWriter
) -> tuple[Any, ...]:
    match kind:
        case Kind.CREATE:
            return encode_creates(rows, texts)
        case Kind.SET:
            return encode_sets(rows, logs, texts)
        case Kind.ADD:
            return encode_adds(rows, logs, texts)
        case Kind.REMOVE:
            return encode_removes(rows, logs)
        case _ if kind in _KNOWN:
            return (tuple([encode_row(each, logs) for each in rows]),)
        case _:
            return (tuple([unpack(each.payload) for each in rows]),)


def _decode_table(
    table: _TableHead, heads: Sequence[Head], logs: LogReader, texts: ValueReader
) -> Iterable[Operation]:
    kind, items = table.kind, table.items
    match kind:
        case Kind.CREATE:
            return decode_creates(heads, items, texts)
        case Kind.SET:
            return decode_sets(heads, items, logs, texts)
        case Kind.ADD:
            return decode_adds(heads, items, logs, texts)
        case Kind.REMOVE:
            return decode_removes(heads, items, logs)
        case _:
            return _decode_rows(table, heads, logs)


def _decode_rows(
    table: _TableHead, heads: Sequence[Head], logs: LogReader
) -> Iterable[Operation]:
    kind, items = table.kind, table.items
    rows = take_array(items[0])
    if len(items) != 1 or len(rows) != len(heads):
        raise MalformedFrame
    pairs = zip(heads, rows, strict=True)
    if kind in _KNOWN:
        return [decode_row(kind, head, row, logs) for head, row in pairs]
    return [Unknown(*head, kind, pack(row)) for head, row in pairs]


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
