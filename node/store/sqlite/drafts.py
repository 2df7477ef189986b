"""SQL of the table ``drafts``."""

from __future__ import annotations

import sqlite3
from typing import Final

from node.store.desk_port import DraftRow

_SELECT: Final = "SELECT draft_no, actor, kind, about, changed_at, content FROM drafts"


class SqliteDrafts:
    """What people were typing when the light went out."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put(self, row: DraftRow) -> int:
        if row.draft_no:
            cursor = self._database.execute(
                "UPDATE drafts SET kind = ?, about = ?, changed_at = ?, content = ?"
                " WHERE draft_no = ? AND actor = ?",
                (row.kind, row.about, row.changed_at, row.content, *row[:2]),
            )
            return row.draft_no if cursor.rowcount else 0
        cursor = self._database.execute(
            "INSERT INTO drafts (actor, kind, about, changed_at, content)"
            " VALUES (?, ?, ?, ?, ?)",
            row[1:],
        )
        return int(cursor.lastrowid or 0)

    def of_actor(self, actor: str) -> list[DraftRow]:
        found = self._database.execute(
            f"{_SELECT} WHERE actor = ? ORDER BY draft_no", (actor,)
        )
        return [DraftRow(*row) for row in found]

    def get(self, draft_no: int) -> DraftRow | None:
        found = self._database.execute(
            f"{_SELECT} WHERE draft_no = ?", (draft_no,)
        ).fetchone()
        return None if found is None else DraftRow(*found)

    def remove(self, draft_no: int, actor: str) -> None:
        self._database.execute(
            "DELETE FROM drafts WHERE draft_no = ? AND actor = ?", (draft_no, actor)
        )
