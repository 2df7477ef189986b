"""Statements on verdicts: what the hub made of each change-set, in order of saying."""

from __future__ import annotations

from node.store.connection import Database
from node.store.row_types import VerdictRow

_VERDICT = "SELECT log_no, number, seq, hash, verdict, reason FROM verdicts"


class SqliteVerdicts:
    """Verdicts in SQLite."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, row: VerdictRow) -> None:
        """Keep a verdict; one with the same number is replaced."""
        self._database.execute(
            "INSERT OR REPLACE INTO verdicts (log_no, number, seq, hash, verdict,"
            " reason) VALUES (?, ?, ?, ?, ?, ?)",
            row,
        )

    def last_number(self, log_no: int) -> int:
        """Number of the newest verdict on the log's sets; 0 where there is none."""
        row = self._database.execute(
            "SELECT max(number) FROM verdicts WHERE log_no = ?", (log_no,)
        ).fetchone()
        return int(row[0] or 0)

    def above(self, log_no: int, number: int, limit: int) -> list[VerdictRow]:
        """Verdicts newer than *number* but APPLIED ones, oldest first."""
        rows = self._database.execute(
            f"{_VERDICT} WHERE log_no = ? AND number > ? AND verdict <> 1"
            " ORDER BY number LIMIT ?",
            (log_no, number, limit),
        ).fetchall()
        return [VerdictRow(*row) for row in rows]

    def latest(self, log_no: int, seq: int) -> VerdictRow | None:
        """The newest verdict on a place of the log."""
        row = self._database.execute(
            f"{_VERDICT} WHERE log_no = ? AND seq = ? ORDER BY number DESC LIMIT 1",
            (log_no, seq),
        ).fetchone()
        return None if row is None else VerdictRow(*row)

    def remove(self, log_no: int) -> None:
        """Forget the log's verdicts."""
        self._database.execute("DELETE FROM verdicts WHERE log_no = ?", (log_no,))
