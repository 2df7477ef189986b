"""SQL of the table ``tickets``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final

from node.store.row_types import TicketRow

_SELECT: Final = (
    "SELECT scope_no, record_no, field, opened_at, version, sides FROM tickets"
)


class SqliteTickets:
    """Open fields."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put(self, row: TicketRow) -> None:
        self._database.execute(
            "INSERT INTO tickets (scope_no, record_no, field, opened_at, version,"
            " sides) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (scope_no, record_no, field) DO UPDATE"
            " SET version = excluded.version, sides = excluded.sides",
            row,
        )

    def remove(self, scope_no: int, record_no: int, fields: Iterable[int]) -> None:
        self._database.executemany(
            "DELETE FROM tickets WHERE scope_no = ? AND record_no = ? AND field = ?",
            [(scope_no, record_no, field) for field in fields],
        )

    def of_record(self, scope_no: int, record_no: int) -> list[TicketRow]:
        found = self._database.execute(
            f"{_SELECT} WHERE scope_no = ? AND record_no = ? ORDER BY field",
            (scope_no, record_no),
        )
        return [TicketRow(*row) for row in found]

    def get(self, scope_no: int, record_no: int, field: int) -> TicketRow | None:
        found = self._database.execute(
            f"{_SELECT} WHERE scope_no = ? AND record_no = ? AND field = ?",
            (scope_no, record_no, field),
        ).fetchone()
        return None if found is None else TicketRow(*found)

    def all(self) -> Iterator[TicketRow]:
        found = self._database.execute(f"{_SELECT} ORDER BY scope_no, record_no, field")
        return (TicketRow(*row) for row in found)

    def count(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM tickets").fetchone()[0])
