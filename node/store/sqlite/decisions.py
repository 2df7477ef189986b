"""SQL of the tables ``decisions`` and ``former_codes``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from node.store.ticket_port import DecisionRow

_SELECT: Final = (
    "SELECT record_no, log_no, n, scope_no, field, choice, made_at FROM decisions"
)


class SqliteDecisions:
    """What people decided."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, rows: Sequence[DecisionRow]) -> None:
        self._database.executemany(
            "INSERT OR IGNORE INTO decisions (record_no, log_no, n, scope_no, field,"
            " choice, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            rows,
        )

    def of_record(self, record_no: int) -> list[DecisionRow]:
        found = self._database.execute(
            f"{_SELECT} WHERE record_no = ? ORDER BY log_no, n", (record_no,)
        )
        return [DecisionRow(*row) for row in found]

    def newest(self, offset: int, limit: int) -> list[DecisionRow]:
        found = self._database.execute(
            f"{_SELECT} ORDER BY made_at DESC, record_no DESC, n DESC LIMIT ? OFFSET ?",
            (limit, offset),
        )
        return [DecisionRow(*row) for row in found]

    def replace(self, record_no: int, rows: Sequence[DecisionRow]) -> None:
        self._database.execute(
            "DELETE FROM decisions WHERE record_no = ?", (record_no,)
        )
        self.add(rows)


class SqliteFormerCodes:
    """Codes that records have given up."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, scope_no: int, record_no: int, codes: Iterable[str]) -> None:
        self._database.executemany(
            "INSERT OR IGNORE INTO former_codes (code, scope_no, record_no)"
            " VALUES (?, ?, ?)",
            [(code, scope_no, record_no) for code in codes],
        )

    def replace(self, scope_no: int, record_no: int, codes: Iterable[str]) -> None:
        self._database.execute(
            "DELETE FROM former_codes WHERE record_no = ?", (record_no,)
        )
        self.add(scope_no, record_no, codes)

    def records(self, code: str) -> list[int]:
        found = self._database.execute(
            "SELECT record_no FROM former_codes WHERE code = ? ORDER BY record_no",
            (code,),
        )
        return [int(number) for (number,) in found]

    def of_record(self, record_no: int) -> list[str]:
        found = self._database.execute(
            "SELECT code FROM former_codes WHERE record_no = ? ORDER BY code",
            (record_no,),
        )
        return [code for (code,) in found]
