"""SQL of the table ``deciding``."""

from __future__ import annotations

import sqlite3
from typing import Final

from node.store.desk_port import HoldRow

_SELECT: Final = "SELECT scope_no, subject, operator, desk, taken_at FROM deciding"


class SqliteHolds:
    """Who decides what at this moment."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put(self, row: HoldRow) -> None:
        self._database.execute("DELETE FROM deciding WHERE desk = ?", (row.desk,))
        self._database.execute(
            "INSERT OR REPLACE INTO deciding (scope_no, subject, operator, desk,"
            " taken_at) VALUES (?, ?, ?, ?, ?)",
            row,
        )

    def get(self, scope_no: int, subject: bytes) -> HoldRow | None:
        found = self._database.execute(
            f"{_SELECT} WHERE scope_no = ? AND subject = ?", (scope_no, subject)
        ).fetchone()
        return None if found is None else HoldRow(*found)

    def all(self) -> list[HoldRow]:
        found = self._database.execute(f"{_SELECT} ORDER BY scope_no, subject")
        return [HoldRow(*row) for row in found]

    def remove(self, desk: str) -> None:
        self._database.execute("DELETE FROM deciding WHERE desk = ?", (desk,))
