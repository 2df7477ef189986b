"""SQL of the tables of extracts that a hub makes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from node.store.extract_port import Candidate, Choice, EditionRow

_SELECT: Final = (
    "SELECT extract, serial, kind, until, made_at, fonds, title, stamp, parts"
    " FROM extract_editions WHERE extract = ?"
)
_NOTHING: Final = ((b"", b""),)
"""What was looked at, and gave no part."""


class SqliteEditions:
    """Editions that a hub makes."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def candidates(
        self, choice: Choice, after: tuple[int, int], limit: int
    ) -> list[Candidate]:
        classes = ["scope_no = ? AND level BETWEEN ? AND ?"]
        values: list[object] = [choice.scope_no, *choice.levels]
        if choice.categories:
            marks = ", ".join("?" * len(choice.categories))
            classes.append(f"category IN ({marks})")
            values += choice.categories
        if choice.years != (0, 0):
            classes.append("year BETWEEN ? AND ?")
            values += choice.years
        hidden = "".join(" AND import_no <> ?" for _ in choice.hidden_imports)
        found = self._database.execute(
            "SELECT record_no, log_no, n, leaf FROM records INDEXED BY records_by_dot"
            " WHERE scope_no = ? AND (log_no, n) > (?, ?) AND flags & 3 = 1"
            f"{hidden} AND class_no IN"
            f" (SELECT class_no FROM classes WHERE {' AND '.join(classes)})"
            " ORDER BY log_no, n LIMIT ?",
            (choice.scope_no, *after, *choice.hidden_imports, *values, limit),
        )
        return [Candidate(*row) for row in found]

    def newest(self, extract: bytes) -> EditionRow | None:
        return self._one(f"{_SELECT} ORDER BY serial DESC LIMIT 1", (extract,))

    def get(self, extract: bytes, serial: int) -> EditionRow | None:
        return self._one(f"{_SELECT} AND serial = ?", (extract, serial))

    def put(self, row: EditionRow) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO extract_editions (extract, serial, kind, until,"
            " made_at, fonds, title, stamp, parts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )

    def forget(self, extract: bytes, *, keep: int) -> None:
        self._database.execute(
            "DELETE FROM extract_editions WHERE extract = ? AND serial NOT IN"
            " (SELECT serial FROM extract_editions WHERE extract = ?"
            " ORDER BY serial DESC LIMIT ?)",
            (extract, extract, keep),
        )

    def stamps(self, extract: bytes) -> dict[bytes, tuple[bytes, ...]]:
        found: dict[bytes, list[bytes]] = {}
        for stamp, part in self._database.execute(
            "SELECT stamp, part FROM extract_made WHERE extract = ? ORDER BY made_no",
            (extract,),
        ):
            parts = found.setdefault(stamp, [])
            if part:
                parts.append(part)
        return {stamp: tuple(parts) for stamp, parts in found.items()}

    def add_parts(
        self, extract: bytes, stamp: bytes, parts: Sequence[tuple[bytes, bytes]]
    ) -> None:
        self._database.execute(
            "DELETE FROM extract_made WHERE extract = ? AND stamp = ?", (extract, stamp)
        )
        self._database.executemany(
            "INSERT INTO extract_made (extract, stamp, part, content)"
            " VALUES (?, ?, ?, ?)",
            [(extract, stamp, part, content) for part, content in parts or _NOTHING],
        )

    def content(self, extract: bytes, part: bytes) -> bytes | None:
        found = self._database.execute(
            "SELECT content FROM extract_made WHERE extract = ? AND part = ? LIMIT 1",
            (extract, part),
        ).fetchone()
        return None if found is None else bytes(found[0])

    def drop_parts(self, extract: bytes, keep: Iterable[bytes], limit: int) -> bool:
        kept = set(keep)
        found = [
            (number,)
            for number, stamp in self._database.execute(
                "SELECT made_no, stamp FROM extract_made WHERE extract = ?", (extract,)
            )
            if stamp not in kept
        ]
        self._database.executemany(
            "DELETE FROM extract_made WHERE made_no = ?", found[:limit]
        )
        return bool(found)

    def _one(self, statement: str, values: tuple[object, ...]) -> EditionRow | None:
        found = self._database.execute(statement, values).fetchone()
        return None if found is None else EditionRow(*found)
