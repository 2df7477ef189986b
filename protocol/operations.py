"""What a person did to the catalogue, as values (docs/protocol.md, Operations).

An operation writes; what a write supersedes it names by dots, as they stood in the
form when it was filled. Nothing here says how fields merge: that is read from a
rule pack when a row is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from protocol.identity import Dot, Element, Scope


class Kind(IntEnum):
    """Kinds of version 1; a kind unknown here passes through untouched."""

    CREATE = 1
    SET = 2
    ADD = 3
    REMOVE = 4
    WITHDRAW = 5
    RESTORE = 6
    RESOLVE = 7
    LINK = 8
    CLAIM = 9
    REDACT = 10


EXISTENCE_FIELD: Final = 0
"""Written by withdraw and restore."""
LINKS_FIELD: Final = 1
"""List field; its elements are added by LINK and removed by REMOVE."""
CLAIMS_FIELD: Final = 2
"""List field; its elements are added by CLAIM and removed by REMOVE."""


class ActorKind(IntEnum):
    """Who an actor is."""

    PERSON = 1
    """A person, by the name given with ``--as``."""
    PROGRAM = 2
    """The machine itself, e.g. sealing a redaction that was ordered."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it."""

    name: str
    kind: int = ActorKind.PERSON


class Tag(IntEnum):
    """First element of a structured value."""

    OBJECT = 1
    """(1, hash 32 bytes, size in bytes, role)"""
    COPY = 2
    """(2, log, n): the value which dot (log, n) gave to the same field."""
    GROUP = 3
    """(3, member, member, …): a field group, always written whole."""
    REMOVED = 4
    """(4, order): the value was removed by that order; dot and names stay."""


Value = None | int | str | bytes | tuple["Value", ...]
"""A plain value, or a tuple that begins with a Tag (unknown tags pass through)."""


@dataclass(frozen=True, slots=True)
class Write:
    """A value for one field, and the dots whose values of that field it replaces."""

    field: int
    value: Value
    names: tuple[Dot, ...]
    """Sorted; the record's birth dot alone for a field never written before."""


@dataclass(frozen=True, slots=True)
class Elements:
    """Values added to one list field; element i is (the operation's dot, i)."""

    field: int
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Removal:
    """Elements taken out of one list field: those that the remover saw. Sorted."""

    field: int
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """What every operation has: its number, who, and when by the author's clock."""

    n: int
    actor: Actor
    made_at: int
    """Unix seconds as claimed; shown, never compared."""


@dataclass(frozen=True, slots=True)
class Create(Operation):
    """A new record; its id is this operation's dot. Fields in rising order."""

    values: tuple[tuple[int, Value], ...]
    lists: tuple[Elements, ...] = ()


@dataclass(frozen=True, slots=True)
class Set(Operation):
    """New values for fields of *record*, in rising order of field; one save."""

    record: Dot
    writes: tuple[Write, ...]


@dataclass(frozen=True, slots=True)
class Add(Operation):
    """Elements added to list fields of *record*; positions count over all fields."""

    record: Dot
    lists: tuple[Elements, ...]


@dataclass(frozen=True, slots=True)
class Remove(Operation):
    """Elements removed from list fields of *record*."""

    record: Dot
    removals: tuple[Removal, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """Evidence of what the withdrawer saw in one field; supersedes nothing."""

    field: int
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Withdraw(Operation):
    """The record should not exist: a write to field 0 with what was seen."""

    record: Dot
    names: tuple[Dot, ...]
    seen: tuple[Seen, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Restore(Operation):
    """The record should exist after all: a write to field 0 naming withdrawals."""

    record: Dot
    names: tuple[Dot, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Resolve(Operation):
    """A person's decision on one open field: a write that says why."""

    record: Dot
    write: Write
    choice: int
    """1 one of the values · 2 another value · 3 both kept · 4 taken back."""
    version: bytes
    """16 bytes: hash of the sorted dots that the decider saw."""
    reason: str


@dataclass(frozen=True, slots=True)
class Link(Operation):
    """*record* has to do with another record: an element of LINKS_FIELD."""

    record: Dot
    link: int
    """1 the same text in another fonds · 2 duplicate of · 3 alias of · …"""
    scope: Scope
    target: Dot
    note: str


@dataclass(frozen=True, slots=True)
class Claim(Operation):
    """*record* claims a code of a sequence: an element of CLAIMS_FIELD."""

    record: Dot
    sequence: str
    code: str
    state: int
    """1 provisional · 2 final · 3 the hub names the holder."""


@dataclass(frozen=True, slots=True)
class Redact(Operation):
    """A set's body was removed by order; what may stay of it is in *body*."""

    log: bytes
    seq: int
    hash: bytes
    order: str
    by: str
    ordered_at: int
    body: bytes
    """The set's body, canonical, with REMOVED values; old dots, same log and n."""


@dataclass(frozen=True, slots=True)
class Unknown(Operation):
    """An operation of a kind that this version does not know; kept as it came."""

    kind: int
    payload: bytes
    """Canonical bytes of its row."""


@dataclass(frozen=True, slots=True)
class OperatorSignature:
    """An operator's own signature over the canonical form of operation *n*."""

    n: int
    public_key: bytes
    signature: bytes
