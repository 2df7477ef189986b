"""Statements on the ledger of exchanges."""

from __future__ import annotations

from node.store.connection import Database
from node.store.row_types import ExchangeRow

_EXCHANGE = (
    "SELECT exchange_no, carrier, peer, begun_at, ended_at, requests, bytes_up,"
    " bytes_down, sent, received, outcome, answer FROM exchanges"
)


_HIGHEST = 2**63 - 1


class SqliteExchanges:
    """The ledger in SQLite."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, carrier: str, peer: bytes | None, begun_at: int) -> int:
        """Open a line of the ledger; its number."""
        cursor = self._database.execute(
            "INSERT INTO exchanges (carrier, peer, begun_at) VALUES (?, ?, ?)",
            (carrier, peer, begun_at),
        )
        return int(cursor.lastrowid or 0)

    def put(self, row: ExchangeRow) -> None:
        """Write the line as it stands now."""
        self._database.execute(
            "INSERT OR REPLACE INTO exchanges (exchange_no, carrier, peer, begun_at,"
            " ended_at, requests, bytes_up, bytes_down, sent, received, outcome,"
            " answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )

    def get(self, exchange_no: int) -> ExchangeRow | None:
        """One line."""
        row = self._database.execute(
            f"{_EXCHANGE} WHERE exchange_no = ?", (exchange_no,)
        ).fetchone()
        return None if row is None else ExchangeRow(*row)

    def newest(self, limit: int, before: int | None = None) -> list[ExchangeRow]:
        """The last lines, or the last with a number below *before*, newest first."""
        rows = self._database.execute(
            f"{_EXCHANGE} WHERE exchange_no < ? ORDER BY exchange_no DESC LIMIT ?",
            (_HIGHEST if before is None else before, limit),
        ).fetchall()
        return [ExchangeRow(*row) for row in rows]
