"""Open fields: every confirmed survivor whole, with who wrote it and when.

A ticket exists while the confirmed survivors of a field differ in value; that is a
function of the admitted operations alone. Which of them a person has to decide is
read from a rule pack when tickets are listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgpack

from node.history.effects import DotNo
from node.history.survivors import RecordState, resolved
from node.store.port import Rows
from node.store.row_types import TicketRow
from protocol.identity import Dot, digest_128
from protocol.operations import EXISTENCE_FIELD, Actor, Value


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


def settle(
    rows: Rows,
    scope_no: int,
    record_no: int,
    state: RecordState,
    fields: Iterable[int],
    author_of: AuthorOf,
    opened_at: int,
) -> int:
    """Bring the tickets of these fields up to date; how many were opened."""
    opened = 0
    closed = []
    for field in sorted(set(fields)):
        live = state.live.get(field, {})
        if not is_open(field, live):
            closed.append(field)
            continue
        known = rows.tickets.get(scope_no, record_no, field)
        sides = _sides(rows, live, author_of)
        row = TicketRow(
            scope_no,
            record_no,
            field,
            opened_at if known is None else known.opened_at,
            version_of(side.dot for side in sides),
            pack_sides(sides),
        )
        opened += known is None
        rows.tickets.put(row)
    if closed:
        rows.tickets.remove(scope_no, record_no, closed)
    return opened


def version_of(dots: Iterable[Dot]) -> bytes:
    """What names the state of an open field: the hash of its sorted dots."""
    parts = [dot.log + dot.n.to_bytes(8, "big") for dot in sorted(dots)]
    return digest_128("dangyi/version/1", *parts)


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


def _sides(rows: Rows, live: Mapping[DotNo, Value], author_of: AuthorOf) -> list[Side]:
    sides = []
    for dot, value in live.items():
        author = author_of(dot) or Author(Actor(""), 0, 0)
        plain = value[:3] if resolved(value) is not value else value  # type: ignore[index]
        sides.append(
            Side(Dot(rows.logs.id_of(dot[0]), dot[1]), plain, resolved(value), author)
        )
    return sorted(sides, key=lambda side: side.dot)
