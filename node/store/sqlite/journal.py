"""SQL of the table ``journal``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from node.store.row_types import JournalRow

_COLUMNS: Final = "n, scope_no, act, import_no, size, op, signatures"
_SELECT: Final = f"SELECT {_COLUMNS} FROM journal"


class SqliteJournal:
    """Own operations that are not sealed yet, in order of n."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, rows: Sequence[JournalRow]) -> None:
        self._database.executemany(
            f"INSERT INTO journal ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )

    def get(self, n: int) -> JournalRow | None:
        found = self._database.execute(f"{_SELECT} WHERE n = ?", (n,)).fetchone()
        return None if found is None else JournalRow(*found)

    def between(self, first_n: int, last_n: int, limit: int) -> list[JournalRow]:
        found = self._database.execute(
            f"{_SELECT} WHERE n BETWEEN ? AND ? ORDER BY n LIMIT ?",
            (first_n, last_n, limit),
        )
        return [JournalRow(*row) for row in found]

    def remove(self, ns: Iterable[int]) -> None:
        self._database.executemany(
            "DELETE FROM journal WHERE n = ?", [(n,) for n in ns]
        )

    def amount(self) -> tuple[int, int]:
        found = self._database.execute(
            "SELECT count(*), coalesce(sum(size), 0) FROM journal"
        ).fetchone()
        return int(found[0]), int(found[1])

    def last_n(self) -> int:
        found = self._database.execute("SELECT max(n) FROM journal").fetchone()
        return int(found[0] or 0)
