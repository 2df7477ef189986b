"""SQL of the index ``records_by_class``: visible records by class and key.

The index is partial: a query reaches it by repeating its condition.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from node.store.catalogue_port import MatchTest
from node.store.shelf_port import ShelfRow
from node.store.sqlite.matches import selection

_OF_CLASS: Final = (
    "SELECT shelf_key, import_no, record_no FROM records INDEXED BY records_by_class"
    " WHERE class_no = ? AND flags & 3 = 1 AND class_no > 0"
)
_BEFORE: Final = (
    "SELECT count(*) FROM records INDEXED BY records_by_class"
    " WHERE class_no = ? AND flags & 3 = 1 AND class_no > 0"
)
_ROW: Final = (
    "SELECT record_no, class_no, shelf_key, sort_date, search_text, import_no"
    " FROM records WHERE"
)
_MATCHED: Final = (
    "r.record_no, r.class_no, r.shelf_key, r.sort_date, r.search_text, r.import_no"
)
_VISIBLE: Final = "flags & 3 = 1 AND class_no > 0"


class SqliteShelves:
    """Visible records by class and key."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def page(
        self, class_nos: Sequence[int], hidden: Sequence[int], offset: int, limit: int
    ) -> list[int]:
        one = f"{_OF_CLASS}{_not_of(hidden)}"
        values: list[int] = []
        for class_no in class_nos:
            values += (class_no, *hidden)
        found = self._database.execute(
            f"{' UNION ALL '.join([one] * len(class_nos))}"
            " ORDER BY shelf_key, import_no, record_no LIMIT ? OFFSET ?",
            (*values, limit, offset),
        )
        return [row[2] for row in found]

    def before(
        self, class_nos: Sequence[int], hidden: Sequence[int], row: ShelfRow
    ) -> int:
        statement = (
            f"{_BEFORE}{_not_of(hidden)}"
            " AND (shelf_key, import_no, record_no) < (?, ?, ?)"
        )
        place = (row.shelf_key, row.import_no, row.record_no)
        return sum(
            self._database.execute(statement, (class_no, *hidden, *place)).fetchone()[0]
            for class_no in class_nos
        )

    def keys(
        self, class_no: int, after: tuple[bytes, int, int], limit: int
    ) -> list[tuple[bytes, int, int]]:
        found = self._database.execute(
            f"{_OF_CLASS} AND (shelf_key, import_no, record_no) > (?, ?, ?)"
            " ORDER BY shelf_key, import_no, record_no LIMIT ?",
            (class_no, *after, limit),
        )
        return found.fetchall()

    def row(self, record_no: int) -> ShelfRow | None:
        return next(self.of_numbers([record_no]), None)

    def rows(self, after_record_no: int, limit: int) -> list[ShelfRow]:
        found = self._database.execute(
            f"{_ROW} record_no > ? AND +{_VISIBLE} ORDER BY record_no LIMIT ?",
            (after_record_no, limit),
        )
        return [ShelfRow(*row) for row in found]

    def of_numbers(self, record_nos: Iterable[int]) -> Iterator[ShelfRow]:
        for record_no in record_nos:
            found = self._database.execute(
                f"{_ROW} record_no = ? AND {_VISIBLE}", (record_no,)
            ).fetchone()
            if found is not None:
                yield ShelfRow(*found)

    def matching(
        self, test: MatchTest, after_record_no: int, limit: int
    ) -> tuple[list[ShelfRow], int]:
        statement, values = selection(test, _MATCHED, after_record_no)
        found = self._database.execute(f"{statement} LIMIT ?", (*values, limit))
        rows = [ShelfRow(*row) for row in found]
        goes_on = rows[-1].record_no if len(rows) == limit else 0
        if test.accepts is not None:
            rows = [row for row in rows if test.accepts(row.search_text)]
        return rows, goes_on

    def unclassed(self, after_record_no: int, limit: int) -> list[int]:
        found = self._database.execute(
            "SELECT record_no FROM records WHERE record_no > ? AND class_no = 0"
            " AND flags & 1 = 1 ORDER BY record_no LIMIT ?",
            (after_record_no, limit),
        )
        return [row[0] for row in found]


def _not_of(hidden: Sequence[int]) -> str:
    """That a record is of none of so many imports."""
    return " AND import_no <> ?" * len(hidden)
