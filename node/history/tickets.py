"""Tickets (待裁): contradictions, each under a key that all machines share.

A ticket is a function of admitted operations, their places in the order, what the
registers say and the rule pack in force: machines that have read as far have equal
tickets. Its version is the hash of the dots of its sides; a decision names the version
that the person saw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

import msgpack

from node.history.effects import DotNo
from node.history.survivors import RecordState, resolved
from node.store.ticket_port import TicketRow
from protocol.identity import Dot, digest_128
from protocol.operations import EXISTENCE_FIELD, Actor, Value

FIELD_SUBJECT: Final = 1
CODE_SUBJECT: Final = 2
PAIR_SUBJECT: Final = 3
"""First byte of a subject."""
ID_VERSION_DIGITS: Final = 12


class Author(NamedTuple):
    """Who wrote an operation, and when."""

    actor: Actor
    made_at: int
    """By the author's clock."""
    received_at: int
    """When this machine stored it; 0 where it did not arrive by exchange."""


class Side(NamedTuple):
    """One of the values between which a person has to decide."""

    dot: Dot
    value: Value
    """As written; a copy is still a copy."""
    shown: Value
    """The value itself."""
    author: Author


AuthorOf = Callable[[DotNo], Author | None]


def dot_bytes(dot: Dot) -> bytes:
    """A dot as it stands in subjects and versions: log (16) ‖ n (u64)."""
    return dot.log + dot.n.to_bytes(8, "big")


def field_subject(record: Dot, field: int) -> bytes:
    """The subject of a field of a record."""
    return bytes([FIELD_SUBJECT]) + dot_bytes(record) + field.to_bytes(2, "big")


def code_subject(code: str) -> bytes:
    """The subject of a code that several records claim."""
    return bytes([CODE_SUBJECT]) + code.encode("utf-8", "surrogatepass")


def pair_subject(one: Dot, other: Dot) -> bytes:
    """The subject of two records that may be one paper; in either order the same."""
    return bytes([PAIR_SUBJECT]) + b"".join(map(dot_bytes, sorted((one, other))))


def ticket_id(row: TicketRow) -> str:
    """What people call the ticket as it stands: its version (12 digits) and field (4).

    One save may open several fields of a record; their versions are one.
    """
    return f"{row.version.hex()[:ID_VERSION_DIGITS]}{row.field:04x}"


def is_of_field(row: TicketRow) -> bool:
    """Whether the ticket is about one field of one record."""
    return row.subject[0] == FIELD_SUBJECT


def is_open(field: int, live: Mapping[DotNo, Value]) -> bool:
    """Whether confirmed survivors differ in value."""
    if len(live) < 2:
        return False
    if field == EXISTENCE_FIELD:
        kinds = {value[0] for value in live.values() if isinstance(value, tuple)}
        return len(kinds) > 1
    values = iter(live.values())
    first = resolved(next(values))
    return any(resolved(value) != first for value in values)


def open_fields(state: RecordState) -> list[int]:
    """Fields of the record that are open, rising."""
    return [field for field in sorted(state.live) if is_open(field, state.live[field])]


def version_of(dots: Iterable[Dot]) -> bytes:
    """What names the state of a ticket: the hash of its sorted dots."""
    return digest_128("dangyi/version/1", *map(dot_bytes, sorted(dots)))


def pack_sides(sides: Iterable[Side]) -> bytes:
    """Sides as bytes."""
    packed: bytes = msgpack.packb(
        [
            (
                *side.dot,
                side.value,
                side.shown,
                side.author.actor.name,
                int(side.author.actor.kind),
                side.author.made_at,
                side.author.received_at,
            )
            for side in sides
        ]
    )
    return packed


def unpack_sides(data: bytes) -> list[Side]:
    """The sides whose bytes are *data*, by dot."""
    return [
        Side(
            Dot(log, n),
            value,
            shown,
            Author(Actor(name, kind), made_at, received_at),
        )
        for log, n, value, shown, name, kind, made_at, received_at in msgpack.unpackb(
            data, use_list=False
        )
    ]
