"""Statements on box key statements, own and others'."""

from __future__ import annotations

from node.store.connection import Database
from node.store.row_types import BoxKeyRow

_BOX_KEY = "SELECT owner, purpose, serial, statement FROM box_keys"


class SqliteBoxKeys:
    """Box key statements in SQLite."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, row: BoxKeyRow) -> None:
        """Keep a statement."""
        self._database.execute(
            "INSERT OR REPLACE INTO box_keys (owner, purpose, serial, statement)"
            " VALUES (?, ?, ?, ?)",
            row,
        )

    def newest(self, owner: bytes, purpose: int) -> BoxKeyRow | None:
        """The owner's statement of the highest serial."""
        row = self._database.execute(
            f"{_BOX_KEY} WHERE owner = ? AND purpose = ? ORDER BY serial DESC LIMIT 1",
            (owner, purpose),
        ).fetchone()
        return None if row is None else BoxKeyRow(*row)

    def all(self, owner: bytes) -> list[BoxKeyRow]:
        """Every statement of the owner, by purpose and serial."""
        rows = self._database.execute(
            f"{_BOX_KEY} WHERE owner = ? ORDER BY purpose, serial", (owner,)
        ).fetchall()
        return [BoxKeyRow(*row) for row in rows]

    def remove(self, owner: bytes, purpose: int, serial: int) -> None:
        """Forget a statement whose private part is erased."""
        self._database.execute(
            "DELETE FROM box_keys WHERE owner = ? AND purpose = ? AND serial = ?",
            (owner, purpose, serial),
        )
