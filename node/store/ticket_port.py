"""The port's nouns of conflicts: tickets, what was decided, codes given up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple, Protocol

from protocol.operations import Value


class TicketClass(IntEnum):
    """What kind of contradiction it is."""

    NOTE = 0
    """附注: nobody has to decide; the value that is not shown can be brought back."""
    FIELD = 1
    """同字段分歧: two values for one field."""
    EXISTENCE = 2
    """一改一撤: withdrawn by one, edited by another."""
    CODE = 3
    """重号: two records claim one code."""
    DUPLICATE = 4
    """疑似重复: perhaps the same paper, catalogued twice."""
    ORDER = 5
    """顺序分歧: the same members in another order."""
    STATE = 6
    """状态冲突: states, or a change behind a filing, that do not go together."""
    PROPOSAL = 7
    """越权提议: somebody else wrote in a fonds that has an owner."""
    ASIDE = 8
    """隔离: what may not differ differs."""


class TicketRow(NamedTuple):
    """A contradiction, as it stands."""

    scope_no: int
    subject: bytes
    """What it is about; the same on every machine (node/history/tickets.py)."""
    record_no: int
    """The record under which it is listed."""
    field: int
    ticket_class: int
    weight: int
    """0 to 99; the heaviest are decided first."""
    opened_at: int
    """When this machine saw it first."""
    version: bytes
    """16 bytes: hash of the sorted dots of its sides."""
    sides: bytes
    """Packed; node.history.tickets reads it."""


class TicketOrder(StrEnum):
    """How a list of tickets is sorted."""

    WEIGHT = "weight"
    CLASS = "class"
    AGE = "age"
    ROOM = "room"


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets are meant; what is not said does not matter."""

    classes: tuple[int, ...] = ()
    """Empty: all but notes."""
    scope_no: int | None = None
    log_nos: tuple[int, ...] = ()
    """Machines that wrote one of the sides."""
    field: int | None = None
    opened_before: int | None = None
    order: TicketOrder = TicketOrder.WEIGHT


class DecisionRow(NamedTuple):
    """One decision on one field of a record."""

    record_no: int
    log_no: int
    n: int
    scope_no: int
    field: int
    choice: int
    made_at: int


class Judged(NamedTuple):
    """What a rule pack makes of differing values."""

    ticket_class: int
    weight: int


Judge = Callable[[int, Sequence[Value], Callable[[], Value], int], Judged | None]
"""(Field, differing values, the value before them, pack version; 0 the usual): what
it is; None where nobody needs to know."""


def every_difference(
    _field: int, _values: object, _before: object, _pack: int
) -> Judged:
    """A judgement for a store without rules: people decide whatever differs."""
    return Judged(TicketClass.FIELD, 50)


class TicketRows(Protocol):
    """Contradictions."""

    def put(self, row: TicketRow, log_nos: Iterable[int] = ()) -> bool:
        """Open the ticket, or renew it; the day of opening stays. Whether it is new.

        *log_nos* are the machines that wrote its sides.
        """

    def remove(self, scope_no: int, subjects: Iterable[bytes]) -> None:
        """These are open no more."""

    def get(self, scope_no: int, subject: bytes) -> TicketRow | None:
        """One ticket."""

    def of_record(self, record_no: int) -> list[TicketRow]:
        """Tickets listed under one record, notes among them, by subject."""

    def of_records(self, record_nos: Iterable[int]) -> dict[int, list[TicketRow]]:
        """The same of several records."""

    def by_version(self, prefix: bytes) -> list[TicketRow]:
        """Tickets whose version begins so; at most a hundred.

        One save may open many fields of a record, and then their versions are one.
        """

    def page(self, wanted: TicketFilter, offset: int, limit: int) -> list[TicketRow]:
        """A part of the tickets, sorted; of one weight or class the oldest first."""

    def count(self, wanted: TicketFilter = TicketFilter()) -> int:
        """How many there are."""

    def amounts(self) -> Mapping[int, int]:
        """How many of each class, notes among them."""

    def rooms(self) -> Mapping[int, int]:
        """How many tickets (notes aside) have a side of each log."""

    def all(self) -> Iterator[TicketRow]:
        """All tickets and notes, by scope and subject."""


class DecisionRows(Protocol):
    """What people decided; a projection of resolve operations."""

    def add(self, rows: Sequence[DecisionRow]) -> None:
        """Enter decisions; one already entered stays."""

    def of_record(self, record_no: int) -> list[DecisionRow]:
        """The decisions on a record, by log and number."""

    def newest(self, offset: int, limit: int) -> list[DecisionRow]:
        """Decisions, the newest first by the decider's clock."""

    def replace(self, record_no: int, rows: Sequence[DecisionRow]) -> None:
        """These are the record's decisions, and no others."""


class FormerCodeRows(Protocol):
    """档号历史: codes that records have given up."""

    def add(self, scope_no: int, record_no: int, codes: Iterable[str]) -> None:
        """The record had these codes."""

    def replace(self, scope_no: int, record_no: int, codes: Iterable[str]) -> None:
        """The record had these codes, and no others."""

    def records(self, code: str) -> list[int]:
        """Records that had the code, by number."""

    def of_record(self, record_no: int) -> list[str]:
        """Codes that the record had, sorted."""
