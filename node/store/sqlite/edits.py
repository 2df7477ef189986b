"""SQL of the table ``edits``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from node.store.row_types import EditRow


class SqliteEdits:
    """Which operations wrote to a record, beside its create."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, rows: Sequence[EditRow]) -> None:
        self._database.executemany(
            "INSERT INTO edits (record_no, log_no, n, seq) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (record_no, log_no, n) DO UPDATE SET seq = excluded.seq",
            rows,
        )

    def of_record(self, record_no: int) -> list[EditRow]:
        found = self._database.execute(
            "SELECT record_no, log_no, n, seq FROM edits WHERE record_no = ?"
            " ORDER BY log_no, n",
            (record_no,),
        )
        return [EditRow(*row) for row in found]

    def seq_of(self, record_no: int, log_no: int, n: int) -> int | None:
        found = self._database.execute(
            "SELECT seq FROM edits WHERE record_no = ? AND log_no = ? AND n = ?",
            (record_no, log_no, n),
        ).fetchone()
        return None if found is None else int(found[0])

    def remove(self, rows: Sequence[EditRow]) -> None:
        self._database.executemany(
            "DELETE FROM edits WHERE record_no = ? AND log_no = ? AND n = ?",
            [row[:3] for row in rows],
        )

    def of_records(self, record_nos: Iterable[int]) -> dict[int, list[EditRow]]:
        return {record_no: self.of_record(record_no) for record_no in record_nos}
