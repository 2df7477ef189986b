"""The port's nouns of classes and of leafing through them (node/store/port.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from node.store.catalogue_port import MatchTest
from node.store.row_types import ShelfPlace

ClassNumbers = dict[tuple[int, int, ShelfPlace], int]
"""Numbers of classes that a writing connection has met."""


class ClassRow(NamedTuple):
    """A class, and how many visible records it holds."""

    class_no: int
    scope_no: int
    level: int
    category: str
    year: int
    retention: str
    org: str
    volume: str
    stage: int
    amount: int


class ShelfRow(NamedTuple):
    """What of a record decides where it stands in a list."""

    record_no: int
    class_no: int
    shelf_key: bytes
    sort_date: str | None
    search_text: str
    import_no: int


class ClassRows(Protocol):
    """Classes, and how many visible records (created, not withdrawn) they hold."""

    def number(self, scope_no: int, level: int, place: ShelfPlace) -> int:
        """The number of the class that *place* is in; a new one where it is new."""

    def count(self, changes: Mapping[int, int]) -> None:
        """Add to the amounts, by class."""

    def count_imported(self, import_no: int, changes: Mapping[int, int]) -> None:
        """Add to the amounts of what an import made, by class."""

    def imported(self, import_no: int) -> dict[int, int]:
        """How many visible records of an import stand in each class."""

    def imported_at(self, import_no: int, stage: int) -> int:
        """How many visible records of an import stand at a stage."""

    def all(self) -> list[ClassRow]:
        """Every class, by number; some hold no record any more."""

    def after(self, class_no: int) -> list[ClassRow]:
        """Every class above a number, by number; some hold no record any more."""

    def amounts(self) -> dict[int, int]:
        """How many visible records each class holds; empty ones may be left out."""

    def single(
        self, scope_no: int, level: int, org: str | None = None
    ) -> list[ClassRow]:
        """Classes of no volume that hold something; of one office if one is named."""

    def levels(self, scope_no: int) -> dict[int, int]:
        """How many visible records the scope holds, by level."""

    def recount(self, after_class_no: int, limit: int) -> list[tuple[int, int, int]]:
        """(class_no, amount as kept, amount as counted) of classes behind a number."""

    def recount_imported(
        self, after: tuple[int, int], limit: int
    ) -> list[tuple[int, int, int, int]]:
        """(import_no, class_no, amount as kept, as counted) behind a key."""

    def put(self, class_no: int, amount: int) -> None:
        """The class holds that many."""

    def put_imported(self, import_no: int, class_no: int, amount: int) -> None:
        """So many of the class are of that import."""


class ShelfRows(Protocol):
    """Visible records by class and key."""

    def page(
        self, class_nos: Sequence[int], hidden: Sequence[int], offset: int, limit: int
    ) -> list[int]:
        """Numbers of records of these classes together, by key, from *offset* on."""

    def before(
        self, class_nos: Sequence[int], hidden: Sequence[int], row: ShelfRow
    ) -> int:
        """How many records of these classes stand before *row*."""

    def keys(
        self, class_no: int, after: tuple[bytes, int, int], limit: int
    ) -> list[tuple[bytes, int, int]]:
        """(shelf_key, import_no, record_no) of a class behind *after*, by key."""

    def row(self, record_no: int) -> ShelfRow | None:
        """One visible record."""

    def rows(self, after_record_no: int, limit: int) -> list[ShelfRow]:
        """Visible records above a number."""

    def of_numbers(self, record_nos: Iterable[int]) -> Iterator[ShelfRow]:
        """Visible records among these."""

    def matching(
        self, test: MatchTest, after_record_no: int, limit: int
    ) -> tuple[list[ShelfRow], int]:
        """Records above a number that fulfil *test*; 0 or the number to go on from."""

    def unclassed(self, after_record_no: int, limit: int) -> list[int]:
        """Numbers above *after_record_no* of created records that are in no class."""
