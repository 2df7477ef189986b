"""SQL of the table ``records``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from node.store.row_types import RecordFlag, RecordRow

_COLUMNS: Final = (
    "record_no, scope_no, log_no, n, flags, level, bucket, import_no, leaf, code,"
    " sort_date, search_text, state, class_no, shelf_key"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM records"
_CREATED: Final = int(RecordFlag.CREATED)
_WITHDRAWN: Final = int(RecordFlag.WITHDRAWN)
_AT_ONCE: Final = 500


class SqliteRecords:
    """The projection."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def number_of(self, scope_no: int, log_no: int, n: int) -> int | None:
        found = self._database.execute(
            "SELECT record_no FROM records WHERE scope_no = ? AND log_no = ? AND n = ?",
            (scope_no, log_no, n),
        ).fetchone()
        return None if found is None else int(found[0])

    def numbers_of(
        self, scope_no: int, dots: Iterable[tuple[int, int]]
    ) -> dict[tuple[int, int], int]:
        found = {}
        for dot in dots:
            number = self.number_of(scope_no, *dot)
            if number is not None:
                found[dot] = number
        return found

    def numbers_between(
        self, scope_no: int, log_no: int, first_n: int, last_n: int
    ) -> dict[int, int]:
        found = self._database.execute(
            "SELECT n, record_no FROM records"
            " WHERE scope_no = ? AND log_no = ? AND n BETWEEN ? AND ?",
            (scope_no, log_no, first_n, last_n),
        )
        return dict(found.fetchall())

    def next_number(self) -> int:
        found = self._database.execute("SELECT max(record_no) FROM records").fetchone()
        return int(found[0] or 0) + 1

    def row(self, record_no: int) -> RecordRow | None:
        found = self._all(f"{_SELECT} WHERE record_no = ?", (record_no,))
        return found[0] if found else None

    def rows(self, record_nos: Iterable[int]) -> dict[int, RecordRow]:
        found = {}
        for record_no in record_nos:
            row = self.row(record_no)
            if row is not None:
                found[record_no] = row
        return found

    def by_dot(self, log_no: int, n: int) -> list[RecordRow]:
        return self._all(
            f"{_SELECT} WHERE scope_no IN (SELECT scope_no FROM scopes)"
            " AND log_no = ? AND n = ? ORDER BY scope_no",
            (log_no, n),
        )

    def by_code(self, code: str) -> list[RecordRow]:
        return self._all(f"{_SELECT} WHERE code = ? ORDER BY record_no", (code,))

    def sharing(self, scope_no: int, codes: Iterable[str]) -> dict[str, list[int]]:
        wanted = list(codes)
        found: dict[str, list[int]] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            marks = ",".join("?" * len(part))
            rows = self._database.execute(
                "SELECT code, record_no FROM records INDEXED BY records_by_code"
                f" WHERE code IN ({marks}) AND scope_no = ? AND level IN (2, 3)"
                " AND flags & ? = ? ORDER BY code, record_no",
                (*part, scope_no, _CREATED | _WITHDRAWN, _CREATED),
            )
            for code, record_no in rows:
                found.setdefault(code, []).append(record_no)
        return {code: numbers for code, numbers in found.items() if len(numbers) > 1}

    def registers(self, scope_no: int) -> list[RecordRow]:
        return self._all(
            f"{_SELECT} WHERE scope_no = ? AND level = 9 ORDER BY record_no",
            (scope_no,),
        )

    def in_scope(
        self, scope_no: int, after_record_no: int, limit: int
    ) -> list[RecordRow]:
        return self._all(
            f"{_SELECT} WHERE +scope_no = ? AND record_no > ?"
            " ORDER BY record_no LIMIT ?",
            (scope_no, after_record_no, limit),
        )

    def after(self, record_no: int, limit: int) -> list[RecordRow]:
        return self._all(
            f"{_SELECT} WHERE record_no > ? ORDER BY record_no LIMIT ?",
            (record_no, limit),
        )

    def add(self, rows: Sequence[RecordRow]) -> None:
        self._database.executemany(
            f"INSERT INTO records ({_COLUMNS})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )

    def update(self, rows: Sequence[RecordRow]) -> None:
        self._database.executemany(
            "UPDATE records SET flags = ?, level = ?, import_no = ?, leaf = ?,"
            " code = ?, sort_date = ?, search_text = ?, state = ?, class_no = ?,"
            " shelf_key = ? WHERE record_no = ?",
            [
                (
                    row.flags,
                    row.level,
                    row.import_no,
                    row.leaf,
                    row.code,
                    row.sort_date,
                    row.search_text,
                    row.state,
                    row.class_no,
                    row.shelf_key,
                    row.record_no,
                )
                for row in rows
            ],
        )

    def place(self, record_no: int, class_no: int, shelf_key: bytes) -> None:
        self._database.execute(
            "UPDATE records SET class_no = ?, shelf_key = ? WHERE record_no = ?",
            (class_no, shelf_key, record_no),
        )

    def remove(self, record_nos: Iterable[int]) -> None:
        self._database.executemany(
            "DELETE FROM records WHERE record_no = ?", [(no,) for no in record_nos]
        )

    def count(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM records").fetchone()[0])

    def _all(self, statement: str, values: tuple[object, ...]) -> list[RecordRow]:
        return [RecordRow(*row) for row in self._database.execute(statement, values)]
