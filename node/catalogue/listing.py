"""What is leafed through: which records, in which order, and how they are counted."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import ClassVar, Literal, NamedTuple

from node.search.query import Query

OrderField = Literal[
    "code",
    "date",
    "title",
    "doc_no",
    "creators",
    "retention_code",
    "year",
    "pages",
    "entry",
]


class Stage(IntEnum):
    """How far a record is on its way to the shelf."""

    DRAFT = 0
    """Without a code."""
    NUMBERED = 1
    """With a code."""
    FILED = 2


class ClassKey(NamedTuple):
    """What the records of one class have in common."""

    fonds: str
    """Code of the fonds."""
    level: str
    """fonds · volume · item."""
    category: str
    year: int | None
    retention: str
    org: str
    volume: str
    """``目录号-案卷号`` of items that are kept by volume, without leading zeros."""
    stage: Stage


class ClassCount(NamedTuple):
    """A class, and how many records are shown in it."""

    key: ClassKey
    amount: int


@dataclass(frozen=True, slots=True)
class Totals:
    """How much the shelves hold; what is withdrawn is not counted."""

    drafts: int
    """Items without a code."""
    numbered: int
    filed: int
    volumes: int
    fonds: int

    @property
    def items(self) -> int:
        """Items of all stages."""
        return self.drafts + self.numbered + self.filed


@dataclass(frozen=True, slots=True)
class Where:
    """Which records; what is None is not asked."""

    fonds: str | None = None
    category: str | None = None
    year: int | None = None
    """0 asks for records of no year."""
    retention: str | None = None
    org: str | None = None
    volume: str | None = None
    """A volume by its name; '' asks for items that are in none."""
    level: str | None = None
    """None: volumes and items."""
    stages: frozenset[Stage] | None = None
    query: Query | None = None
    """Words and filters as in a search; its limit and offset do not count."""


@dataclass(frozen=True, slots=True)
class Order:
    """By which column, and whether from the end."""

    CODE: ClassVar[Order]
    """As the ledgers stand on the shelf."""

    field: OrderField = "code"
    is_descending: bool = False


Order.CODE = Order()


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbours on the shelf: records of some classes, together by key."""

    class_nos: tuple[int, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Listing:
    """An ordered list of records of which only numbers are held, if that.

    It says how things stood at its making; what is withdrawn or added since moves it
    by so many rows. ``version`` beside ``Shelves.version`` tells that it may have.
    """

    where: Where
    order: Order
    size: int
    version: int
    runs: tuple[Run, ...] = ()
    ends: tuple[int, ...] = ()
    """How many records stand up to the end of each run."""
    numbers: Sequence[int] | None = None
    """Numbers of all records, where the order is not that of the shelf."""
    run_of: Mapping[int, int] = field(default_factory=dict)
    """Which run a class stands in."""

    def run_at(self, place: int) -> tuple[int, int]:
        """Which run *place* is in, and where in the run."""
        number = bisect_right(self.ends, place)
        return number, place - (self.ends[number - 1] if number else 0)
