"""SQL of the tables ``classes`` and ``import_classes``."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from node.store.row_types import ShelfPlace
from node.store.shelf_port import ClassNumbers, ClassRow


class SqliteClasses:
    """Classes and their amounts.

    *numbers* may outlive the transaction: a class is never removed and keeps its
    number. Who rolls a transaction back has to empty it.
    """

    __slots__ = ("_database", "_numbers")

    def __init__(self, database: sqlite3.Connection, numbers: ClassNumbers) -> None:
        self._database = database
        self._numbers = numbers

    def number(self, scope_no: int, level: int, place: ShelfPlace) -> int:
        key = (scope_no, level, place)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = self._ensure((scope_no, level, *place))
        return found

    def _ensure(self, key: tuple[object, ...]) -> int:
        cursor = self._database.execute(
            "INSERT OR IGNORE INTO classes (scope_no, level, category, year, retention,"
            " org, volume, stage) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            key,
        )
        if cursor.rowcount == 1:
            return int(cursor.lastrowid or 0)
        found = self._database.execute(
            "SELECT class_no FROM classes WHERE scope_no = ? AND level = ?"
            " AND category = ? AND year = ? AND retention = ? AND org = ?"
            " AND volume = ? AND stage = ?",
            key,
        ).fetchone()
        return int(found[0])

    def count(self, changes: Mapping[int, int]) -> None:
        self._database.executemany(
            "UPDATE classes SET amount = amount + ? WHERE class_no = ?",
            [(change, class_no) for class_no, change in changes.items() if change],
        )

    def count_imported(self, import_no: int, changes: Mapping[int, int]) -> None:
        self._database.executemany(
            "INSERT INTO import_classes (import_no, class_no, amount)"
            " VALUES (?, ?, ?) ON CONFLICT (import_no, class_no) DO UPDATE"
            " SET amount = amount + excluded.amount",
            [
                (import_no, class_no, change)
                for class_no, change in changes.items()
                if change
            ],
        )

    def imported(self, import_no: int) -> dict[int, int]:
        found = self._database.execute(
            "SELECT class_no, amount FROM import_classes WHERE import_no = ?"
            " AND amount <> 0",
            (import_no,),
        )
        return dict(found.fetchall())

    def imported_at(self, import_no: int, stage: int) -> int:
        found = self._database.execute(
            "SELECT sum(i.amount) FROM import_classes AS i"
            " JOIN classes AS c USING (class_no) WHERE i.import_no = ? AND c.stage = ?",
            (import_no, stage),
        ).fetchone()
        return int(found[0] or 0)

    def all(self) -> list[ClassRow]:
        return self.after(0)

    def after(self, class_no: int) -> list[ClassRow]:
        found = self._database.execute(
            "SELECT class_no, scope_no, level, category, year, retention, org, volume,"
            " stage, amount FROM classes WHERE class_no > ? ORDER BY class_no",
            (class_no,),
        )
        return [ClassRow(*row) for row in found]

    def amounts(self) -> dict[int, int]:
        found = self._database.execute(
            "SELECT class_no, amount FROM classes WHERE amount <> 0"
        )
        return dict(found.fetchall())

    def single(
        self, scope_no: int, level: int, org: str | None = None
    ) -> list[ClassRow]:
        found = self._database.execute(
            "SELECT class_no, scope_no, level, category, year, retention, org, volume,"
            " stage, amount FROM classes WHERE scope_no = ? AND level = ?"
            " AND volume = '' AND amount <> 0 AND (? IS NULL OR org = ?)",
            (scope_no, level, org, org),
        )
        return [ClassRow(*row) for row in found]

    def levels(self, scope_no: int) -> dict[int, int]:
        found = self._database.execute(
            "SELECT level, sum(amount) FROM classes WHERE scope_no = ?"
            " GROUP BY level HAVING sum(amount) <> 0",
            (scope_no,),
        )
        return dict(found.fetchall())

    def recount(self, after_class_no: int, limit: int) -> list[tuple[int, int, int]]:
        found = self._database.execute(
            "SELECT class_no, amount, (SELECT count(*) FROM records AS r"
            " INDEXED BY records_by_class WHERE r.class_no = c.class_no"
            " AND r.flags & 3 = 1 AND r.class_no > 0)"
            " FROM classes AS c WHERE class_no > ? ORDER BY class_no LIMIT ?",
            (after_class_no, limit),
        )
        return found.fetchall()

    def recount_imported(
        self, after: tuple[int, int], limit: int
    ) -> list[tuple[int, int, int, int]]:
        found = self._database.execute(
            "SELECT import_no, class_no, amount, (SELECT count(*) FROM records AS r"
            " INDEXED BY records_by_class WHERE r.class_no = c.class_no"
            " AND r.flags & 3 = 1 AND r.class_no > 0 AND r.import_no = c.import_no)"
            " FROM import_classes AS c WHERE (import_no, class_no) > (?, ?)"
            " ORDER BY import_no, class_no LIMIT ?",
            (*after, limit),
        )
        return found.fetchall()

    def put(self, class_no: int, amount: int) -> None:
        self._database.execute(
            "UPDATE classes SET amount = ? WHERE class_no = ?", (amount, class_no)
        )

    def put_imported(self, import_no: int, class_no: int, amount: int) -> None:
        self._database.execute(
            "UPDATE import_classes SET amount = ? WHERE import_no = ? AND class_no = ?",
            (amount, import_no, class_no),
        )
