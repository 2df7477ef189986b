"""SQL of the tables ``imports`` and ``import_rows``."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from node.store.catalogue_port import ImportedRow, ImportRow

_IMPORT: Final = (
    "SELECT import_no, state, scope_no, first_n, last_n, file_name, file_hash, actor,"
    " made_at, rows, added, updated, unchanged, refused, detail FROM imports"
)
_ROW: Final = (
    "SELECT import_no, row, outcome, record_no, n, row_key, cells FROM import_rows"
)


class SqliteImports:
    """Imports and the rows they came from."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, row: ImportRow) -> int:
        cursor = self._database.execute(
            "INSERT INTO imports (state, scope_no, first_n, last_n, file_name,"
            " file_hash, actor, made_at, rows, added, updated, unchanged, refused,"
            " detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row[1:],
        )
        return int(cursor.lastrowid or 0)

    def update(self, row: ImportRow) -> None:
        self._database.execute(
            "UPDATE imports SET state = ?, scope_no = ?, first_n = ?, last_n = ?,"
            " file_name = ?, file_hash = ?, actor = ?, made_at = ?, rows = ?,"
            " added = ?, updated = ?, unchanged = ?, refused = ?, detail = ?"
            " WHERE import_no = ?",
            (*row[1:], row.import_no),
        )

    def get(self, import_no: int) -> ImportRow | None:
        found = self._imports(f"{_IMPORT} WHERE import_no = ?", (import_no,))
        return found[0] if found else None

    def all(self) -> list[ImportRow]:
        return self._imports(f"{_IMPORT} ORDER BY import_no", ())

    def in_state(self, state: int) -> list[ImportRow]:
        return self._imports(f"{_IMPORT} WHERE state = ? ORDER BY import_no", (state,))

    def add_rows(self, rows: Sequence[ImportedRow]) -> None:
        self._database.executemany(
            "INSERT INTO import_rows (import_no, row, outcome, record_no, n, row_key,"
            " cells) VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )

    def rows(self, import_no: int, after_row: int, limit: int) -> list[ImportedRow]:
        return self._rows(
            f"{_ROW} WHERE import_no = ? AND row > ? ORDER BY row LIMIT ?",
            (import_no, after_row, limit),
        )

    def by_key(self, row_key: bytes) -> list[ImportedRow]:
        return self._rows(
            f"{_ROW} WHERE row_key = ? AND import_no IN"
            " (SELECT import_no FROM imports WHERE state IN (1, 2))"
            " ORDER BY import_no, row",
            (row_key,),
        )

    def of_record(self, record_no: int) -> list[ImportedRow]:
        return self._rows(
            f"{_ROW} WHERE record_no = ? AND import_no IN"
            " (SELECT import_no FROM imports WHERE state IN (1, 2))"
            " ORDER BY import_no, row",
            (record_no,),
        )

    def row(self, import_no: int, row: int) -> ImportedRow | None:
        found = self._rows(f"{_ROW} WHERE import_no = ? AND row = ?", (import_no, row))
        return found[0] if found else None

    def replace_row(self, row: ImportedRow) -> None:
        self._database.execute(
            "UPDATE import_rows SET outcome = ?, record_no = ?, n = ?, row_key = ?,"
            " cells = ? WHERE import_no = ? AND row = ?",
            (*row[2:], row.import_no, row.row),
        )

    def refused(self, import_no: int) -> list[ImportedRow]:
        return self._rows(
            f"{_ROW} WHERE import_no = ? AND outcome = 4 AND record_no IS NULL"
            " ORDER BY row",
            (import_no,),
        )

    def refused_amount(self, import_no: int) -> int:
        found = self._database.execute(
            "SELECT count(*) FROM import_rows WHERE import_no = ? AND outcome = 4"
            " AND record_no IS NULL",
            (import_no,),
        )
        return int(found.fetchone()[0])

    def release(self, record_no: int) -> None:
        self._database.execute(
            "UPDATE import_rows SET record_no = NULL WHERE record_no = ?", (record_no,)
        )

    def forget_rows(self, import_no: int) -> None:
        self._database.execute(
            "DELETE FROM import_rows WHERE import_no = ?", (import_no,)
        )

    def _imports(self, statement: str, values: tuple[object, ...]) -> list[ImportRow]:
        return [ImportRow(*row) for row in self._database.execute(statement, values)]

    def _rows(self, statement: str, values: tuple[object, ...]) -> list[ImportedRow]:
        return [ImportedRow(*row) for row in self._database.execute(statement, values)]
