"""Statements on trust entries, as the hub wrote them."""

from __future__ import annotations

from node.store.connection import Database
from node.store.row_types import TrustRow


class SqliteTrust:
    """Trust entries in SQLite."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, row: TrustRow) -> None:
        """Keep an entry in place of the log's former one."""
        self._database.execute(
            "INSERT OR REPLACE INTO trust (log, serial, entry) VALUES (?, ?, ?)", row
        )

    def get(self, log: bytes) -> TrustRow | None:
        """The log's entry."""
        row = self._database.execute(
            "SELECT log, serial, entry FROM trust WHERE log = ?", (log,)
        ).fetchone()
        return None if row is None else TrustRow(*row)

    def above(self, serial: int) -> list[TrustRow]:
        """Entries of a higher serial, sorted by log."""
        rows = self._database.execute(
            "SELECT log, serial, entry FROM trust WHERE serial > ? ORDER BY log",
            (serial,),
        ).fetchall()
        return [TrustRow(*row) for row in rows]

    def clear(self) -> None:
        """Forget every entry."""
        self._database.execute("DELETE FROM trust")
