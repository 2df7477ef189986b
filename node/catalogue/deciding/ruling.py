"""How a ticket can be decided, and the reason that stands ready for each way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final

from node.store.ticket_port import TicketClass


class RulingKind(StrEnum):
    """One way of deciding."""

    TAKE = "take"
    """One of the values, with its author."""
    WRITE = "write"
    """Another value."""
    BOTH = "both"
    """The record keeps one value; a new record is made with the other."""
    MERGE = "merge"
    """One paper, catalogued twice: one record stays, the other resolves to it."""
    DISTINCT = "distinct"
    """Two papers that only look alike."""
    RENUMBER = "renumber"
    """One record keeps the code, the other gets another."""
    KEEP = "keep"
    """The record stays, though somebody withdrew it."""
    WITHDRAW = "withdraw"
    """The record is withdrawn, though somebody edited it."""
    ADOPT = "adopt"
    """What was proposed counts."""
    REFUSE = "refuse"
    """What stood before the proposal, or before a change behind a filing, stays."""
    UPHOLD = "uphold"
    """A decision to which a room objected stays."""


class Choice(IntEnum):
    """What a resolve operation says of its value (docs/protocol.md, Operations)."""

    ONE_OF_THEM = 1
    ANOTHER = 2
    BOTH_KEPT = 3
    TAKEN_BACK = 4


@dataclass(frozen=True, slots=True)
class Ruling:
    """One decision, as a person chose it."""

    kind: RulingKind
    side: int = 1
    """Which side, from 1: the value taken, the record that stays or keeps the code."""
    value: str = ""
    """The value written, or the other record's new code."""
    picks: Mapping[str, int | str] = field(default_factory=dict)
    """For a merge: the side whose value stays, or the value itself, by field."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A way in which a ticket can be decided."""

    kind: RulingKind
    side: int
    """0 where the ruling has no side, or every side will do."""
    reason: str
    """What stands as the reason where the operator writes none."""


READY_REASONS: Final[Mapping[RulingKind, str]] = {
    RulingKind.TAKE: "经核对,采用此值",
    RulingKind.WRITE: "经核对原件,两值均不准确",
    RulingKind.BOTH: "确系两件,分别著录",
    RulingKind.MERGE: "同一件重复著录,合并",
    RulingKind.DISTINCT: "经核对,不是同一件",
    RulingKind.RENUMBER: "档号重复,后编者改号",
    RulingKind.KEEP: "该件应当保留",
    RulingKind.WITHDRAW: "该件应当撤销",
    RulingKind.ADOPT: "提议属实,予以采用",
    RulingKind.REFUSE: "维持原著录",
    RulingKind.UPHOLD: "复核后维持原裁定",
}
"""In the words of the trade: the reason stands in the history of the record."""
TAKE_BACK_REASON: Final = "撤销裁定"

_FIELD_WAYS: Final = (RulingKind.TAKE, RulingKind.WRITE, RulingKind.BOTH)
_VALUE_WAYS: Final = (RulingKind.TAKE, RulingKind.WRITE)
_WAYS: Final[Mapping[TicketClass, tuple[RulingKind, ...]]] = {
    TicketClass.NOTE: _VALUE_WAYS,
    TicketClass.FIELD: _FIELD_WAYS,
    TicketClass.EXISTENCE: (RulingKind.KEEP, RulingKind.WITHDRAW),
    TicketClass.CODE: (RulingKind.RENUMBER,),
    TicketClass.DUPLICATE: (RulingKind.MERGE, RulingKind.DISTINCT),
    TicketClass.ORDER: _VALUE_WAYS,
    TicketClass.STATE: (*_VALUE_WAYS, RulingKind.REFUSE),
    TicketClass.PROPOSAL: (RulingKind.ADOPT, RulingKind.REFUSE, RulingKind.WRITE),
    TicketClass.ASIDE: _VALUE_WAYS,
}
_SIDED: Final = frozenset(
    {RulingKind.TAKE, RulingKind.BOTH, RulingKind.MERGE, RulingKind.RENUMBER}
)


def ways(ticket_class: TicketClass, *, is_objected: bool) -> tuple[RulingKind, ...]:
    """In which ways a ticket of the class can be decided."""
    found = _WAYS[ticket_class]
    return (*found, RulingKind.UPHOLD) if is_objected else found


def offers(
    ticket_class: TicketClass, sides: int, *, is_objected: bool
) -> tuple[Offer, ...]:
    """The ways, one for each side where the side makes the difference."""
    found: list[Offer] = []
    for kind in ways(ticket_class, is_objected=is_objected):
        numbers = range(1, sides + 1) if kind in _SIDED else (0,)
        found += [Offer(kind, number, READY_REASONS[kind]) for number in numbers]
    return tuple(found)
