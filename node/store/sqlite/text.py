"""SQL of the table ``text_index``."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence


class SqliteText:
    """The text index; its rowid is the record's number."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put(self, entries: Sequence[tuple[int, str]]) -> None:
        self._database.executemany(
            "INSERT INTO text_index (rowid, tokens) VALUES (?, ?)",
            [entry for entry in entries if entry[1]],
        )

    def replace(self, entries: Sequence[tuple[int, str]]) -> None:
        self._database.executemany(
            "DELETE FROM text_index WHERE rowid = ?", [(no,) for no, _ in entries]
        )
        self.put(entries)
