"""Statements on the newest hello heard of each log."""

from __future__ import annotations

from node.store.connection import Database
from node.store.row_types import PeerRow


class SqlitePeers:
    """Peers in SQLite."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, log_no: int) -> PeerRow | None:
        """What was last heard of the log's machine."""
        row = self._database.execute(
            "SELECT log_no, exchange, hello_hash, heard_at, hello FROM peers"
            " WHERE log_no = ?",
            (log_no,),
        ).fetchone()
        return None if row is None else PeerRow(*row)

    def put(self, row: PeerRow) -> None:
        """A newer hello was heard."""
        self._database.execute(
            "INSERT OR REPLACE INTO peers (log_no, exchange, hello_hash, heard_at,"
            " hello) VALUES (?, ?, ?, ?, ?)",
            row,
        )

    def all(self) -> list[PeerRow]:
        """Every machine that was heard of, by log number."""
        rows = self._database.execute(
            "SELECT log_no, exchange, hello_hash, heard_at, hello FROM peers"
            " ORDER BY log_no"
        ).fetchall()
        return [PeerRow(*row) for row in rows]
