"""SQL of the table ``logs``."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from node.store.row_types import LogRow
from protocol.identity import printed_log

_COLUMNS: Final = (
    "log_no, log, public_key, nonce, name, state, cut_seq, cut_hash, parent_no,"
    " fork_seq, fork_hash, fork_first_n, is_own"
)


class SqliteLogs:
    """Logs that were heard of."""

    __slots__ = ("_database", "_ids", "_numbers")

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._numbers: dict[bytes, int] = {}
        self._ids: dict[int, bytes] = {}

    def number_of(self, log: bytes) -> int | None:
        known = self._numbers.get(log)
        if known is not None:
            return known
        found = self._database.execute(
            "SELECT log_no FROM logs WHERE log = ?", (log,)
        ).fetchone()
        if found is None:
            return None
        self._numbers[log] = int(found[0])
        return int(found[0])

    def ensure(self, log: bytes) -> int:
        known = self.number_of(log)
        if known is not None:
            return known
        cursor = self._database.execute("INSERT INTO logs (log) VALUES (?)", (log,))
        number = int(cursor.lastrowid or 0)
        self._numbers[log] = number
        return number

    def id_of(self, log_no: int) -> bytes:
        known = self._ids.get(log_no)
        if known is None:
            known = self._ids[log_no] = self.row(log_no).log
        return known

    def row(self, log_no: int) -> LogRow:
        found = self._one(f"SELECT {_COLUMNS} FROM logs WHERE log_no = ?", (log_no,))
        if found is None:
            raise LookupError(log_no)
        return found

    def by_id(self, log: bytes) -> LogRow | None:
        return self._one(f"SELECT {_COLUMNS} FROM logs WHERE log = ?", (log,))

    def all(self) -> list[LogRow]:
        found = self._database.execute(f"SELECT {_COLUMNS} FROM logs ORDER BY log_no")
        return [_row(row) for row in found]

    def by_prefix(self, printed: str) -> list[LogRow]:
        return [row for row in self.all() if printed_log(row.log) == printed]

    def own(self) -> LogRow | None:
        return self._one(
            f"SELECT {_COLUMNS} FROM logs WHERE is_own > 0"
            " ORDER BY is_own DESC LIMIT 1",
            (),
        )

    def identify(self, log_no: int, public_key: bytes, nonce: bytes) -> None:
        self._database.execute(
            "UPDATE logs SET public_key = ?, nonce = ? WHERE log_no = ?",
            (public_key, nonce, log_no),
        )

    def describe(self, log_no: int, name: str, state: int) -> None:
        self._database.execute(
            "UPDATE logs SET name = ?, state = ? WHERE log_no = ?",
            (name, state, log_no),
        )

    def cut(self, log_no: int, seq: int, set_hash: bytes) -> None:
        self._database.execute(
            "UPDATE logs SET cut_seq = ?, cut_hash = ? WHERE log_no = ?",
            (seq, set_hash, log_no),
        )

    def branch_off(
        self, log_no: int, parent_no: int, seq: int, set_hash: bytes, first_n: int
    ) -> None:
        self._database.execute(
            "UPDATE logs SET parent_no = ?, fork_seq = ?, fork_hash = ?,"
            " fork_first_n = ? WHERE log_no = ?",
            (parent_no, seq, set_hash, first_n, log_no),
        )

    def branches(self, parent_no: int) -> list[LogRow]:
        found = self._database.execute(
            f"SELECT {_COLUMNS} FROM logs WHERE parent_no = ?"
            " ORDER BY fork_seq, log_no",
            (parent_no,),
        )
        return [_row(row) for row in found]

    def own_it(self, log_no: int) -> None:
        self._database.execute(
            "UPDATE logs SET is_own = 1 + (SELECT max(is_own) FROM logs)"
            " WHERE log_no = ?",
            (log_no,),
        )

    def _one(self, statement: str, values: tuple[object, ...]) -> LogRow | None:
        found = self._database.execute(statement, values).fetchone()
        return None if found is None else _row(found)


def _row(found: tuple[Any, ...]) -> LogRow:
    return LogRow(*found)._replace(is_own=bool(found[12]))
