"""Operations of the rare kinds, one row each (docs/protocol.md, Rows).

Inside a body a row's dots are (index of a log, n); in the row form of a single
operation they are (log, n) with the log in full: `DotWriter` and `DotReader` say
which. The frequent kinds stand in columns (protocol/tables.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Protocol, assert_never

from protocol.columns import (
    check_field_value,
    take_array,
    take_bytes,
    take_field,
    take_field_value,
    take_integer,
    take_text,
)
from protocol.errors import FrameTooLarge, LocalProtocolError, MalformedFrame
from protocol.identity import FONDS_ID_BYTES, HASH_BYTES, LOG_ID_BYTES, Dot, Scope
from protocol.limits import (
    FIELD_NUMBER_LIMIT,
    SINGLE_LIMIT_BYTES,
    TEXT_LIMIT_BYTES,
)
from protocol.operations import (
    Actor,
    Claim,
    Kind,
    Link,
    Redact,
    Resolve,
    Restore,
    Seen,
    Withdraw,
    Write,
)

RowOperation = Withdraw | Restore | Resolve | Link | Claim | Redact
_VERSION_BYTES = 16
_SMALL = 255


class DotWriter(Protocol):
    """Codes dots for rows."""

    def dots(self, dots: Sequence[Dot]) -> tuple[Any, ...]:
        """Sorted dots as a flat array."""
        ...


class DotReader(Protocol):
    """Reads the dots of rows."""

    def dots(self, coded: object) -> tuple[Dot, ...]:
        """The dots of a flat array."""
        ...


def encode_row(operation: RowOperation, logs: DotWriter) -> tuple[Any, ...]:
    """The row of *operation*, without number, actor, time and record."""
    match operation:
        case Withdraw(names=names, seen=seen, reason=reason):
            check_rising([each.field for each in seen])
            flat: list[object] = []
            for each in seen:
                flat += (each.field, logs.dots(each.dots))
            return (logs.dots(names), tuple(flat), reason)
        case Restore(names=names, reason=reason):
            return (logs.dots(names), reason)
        case Resolve(write=write, choice=choice):
            check_field_value(write.value)
            check_rising([write.field])
            return (
                write.field,
                write.value,
                logs.dots(write.names),
                choice,
                operation.version,
                operation.reason,
            )
        case Link(link=link, scope=scope, target=target, note=note):
            return (
                link,
                scope.fonds,
                scope.compartment,
                *logs.dots((target,)),
                note,
            )
        case Claim(sequence=sequence, code=code, state=state):
            return (sequence, code, state)
        case Redact():
            return (
                operation.log,
                operation.seq,
                operation.hash,
                operation.order,
                operation.by,
                operation.ordered_at,
                operation.body,
            )
        case _:
            assert_never(operation)


def decode_row(
    kind: int,
    head: tuple[int, Actor, int],
    record: Dot,
    coded: object,
    logs: DotReader,
) -> RowOperation:
    """The operation of *kind* whose number, actor and time are *head*.

    A redaction has no *record*.
    """
    row = take_array(coded)
    match kind, len(row):
        case Kind.WITHDRAW, 3:
            seen = take_array(row[1])
            if len(seen) % 2:
                raise MalformedFrame
            return Withdraw(
                *head,
                record,
                logs.dots(row[0]),
                tuple(
                    Seen(take_field(seen[place]), logs.dots(seen[place + 1]))
                    for place in range(0, len(seen), 2)
                ),
                take_text(row[2], TEXT_LIMIT_BYTES),
            )
        case Kind.RESTORE, 2:
            reason = take_text(row[1], TEXT_LIMIT_BYTES)
            return Restore(*head, record, logs.dots(row[0]), reason)
        case Kind.RESOLVE, 6:
            value = take_field_value(row[1])
            return Resolve(
                *head,
                record,
                Write(take_field(row[0]), value, logs.dots(row[2])),
                take_integer(row[3], _SMALL),
                take_bytes(row[4], _VERSION_BYTES),
                take_text(row[5], TEXT_LIMIT_BYTES),
            )
        case Kind.LINK, 6:
            (target,) = logs.dots(row[3:5])
            fonds = take_bytes(row[1], FONDS_ID_BYTES)
            return Link(
                *head,
                record,
                take_integer(row[0], _SMALL),
                Scope(fonds, take_integer(row[2], _SMALL)),
                target,
                take_text(row[5], TEXT_LIMIT_BYTES),
            )
        case Kind.CLAIM, 3:
            return Claim(
                *head,
                record,
                take_text(row[0], TEXT_LIMIT_BYTES),
                take_text(row[1], TEXT_LIMIT_BYTES),
                take_integer(row[2], _SMALL),
            )
        case Kind.REDACT, 7:
            return Redact(
                *head,
                take_bytes(row[0], LOG_ID_BYTES),
                take_integer(row[1], lowest=1),
                take_bytes(row[2], HASH_BYTES),
                take_text(row[3], TEXT_LIMIT_BYTES),
                take_text(row[4], TEXT_LIMIT_BYTES),
                take_integer(row[5]),
                _take_blob(row[6]),
            )
        case _:
            raise MalformedFrame


def check_rising(fields: Sequence[int]) -> None:
    """Return if *fields* are numbers of fields, each above the one before.

    Raises:
        LocalProtocolError: they are not.
    """
    if not {int}.issuperset(map(type, fields)) or not _rise(tuple(fields)):
        message = "fields are numbers in rising order, each once"
        raise LocalProtocolError(message)


@lru_cache(maxsize=1024)
def _rise(fields: tuple[int, ...]) -> bool:
    """Rooms use few sets of fields; looking at each once is a third of the work."""
    return all(a < b for a, b in pairwise((-1, *fields, FIELD_NUMBER_LIMIT + 1)))


def _take_blob(found: object) -> bytes:
    if type(found) is not bytes:
        raise MalformedFrame
    if len(found) > SINGLE_LIMIT_BYTES:
        raise FrameTooLarge
    return found
