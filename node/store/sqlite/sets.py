"""SQL of the table ``change_sets``."""

from __future__ import annotations

import sqlite3
from typing import Final

from node.store.row_types import ArrivedRow, SetRow, SetState, SetsWeight

_COLUMNS: Final = (
    "log_no, seq, hash, scope_no, first_n, count, state, reason, received_at,"
    " receipt, header, signature, body"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM change_sets"
_LIKELY_HOLDERS: Final = 8
_WEIGHT: Final = (
    "count(*), coalesce(sum(count), 0),"
    " coalesce(sum(length(header) + length(signature) + coalesce(length(body), 0)), 0)"
)
_ARRIVED: Final = (
    " FROM change_sets WHERE rowid > ? AND state = 3"
    " AND log_no NOT IN (SELECT log_no FROM logs WHERE is_own)"
)


class SqliteSets:
    """Stored change-sets. One (log, seq) may have several, of different hash."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, row: SetRow) -> None:
        self._database.execute(
            f"INSERT INTO change_sets ({_COLUMNS})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )

    def get(self, log_no: int, seq: int, set_hash: bytes) -> SetRow | None:
        found = self._all(
            f"{_SELECT} WHERE log_no = ? AND seq = ? AND hash = ?",
            (log_no, seq, set_hash),
        )
        return found[0] if found else None

    def at(self, log_no: int, seq: int) -> list[SetRow]:
        return self._all(
            f"{_SELECT} WHERE log_no = ? AND seq = ? ORDER BY hash", (log_no, seq)
        )

    def states_at(self, log_no: int, seq: int) -> tuple[int, ...]:
        found = self._database.execute(
            "SELECT state FROM change_sets WHERE log_no = ? AND seq = ?", (log_no, seq)
        )
        return tuple(row[0] for row in found)

    def last(self, log_no: int) -> SetRow | None:
        found = self._all(
            f"{_SELECT} WHERE log_no = ? ORDER BY seq DESC LIMIT 1", (log_no,)
        )
        return found[0] if found else None

    def range(self, log_no: int, first_seq: int, last_seq: int) -> list[SetRow]:
        return self._all(
            f"{_SELECT} WHERE log_no = ? AND seq BETWEEN ? AND ? ORDER BY seq, hash",
            (log_no, first_seq, last_seq),
        )

    def in_state(self, log_no: int | None, state: int, limit: int) -> list[SetRow]:
        if log_no is None:
            return self._all(
                f"{_SELECT} WHERE state <> 3 AND state = ? ORDER BY log_no, seq"
                " LIMIT ?",
                (state, limit),
            )
        return self._all(
            f"{_SELECT} WHERE state <> 3 AND state = ? AND log_no = ?"
            " ORDER BY seq LIMIT ?",
            (state, log_no, limit),
        )

    def set_state(
        self, log_no: int, seq: int, set_hash: bytes, state: int, reason: str = ""
    ) -> None:
        self._database.execute(
            "UPDATE change_sets SET state = ?, reason = ?"
            " WHERE log_no = ? AND seq = ? AND hash = ?",
            (state, reason, log_no, seq, set_hash),
        )

    def set_receipt(self, log_no: int, seq: int, set_hash: bytes, receipt: int) -> None:
        self._database.execute(
            "UPDATE change_sets SET receipt = ?"
            " WHERE log_no = ? AND seq = ? AND hash = ?",
            (receipt, log_no, seq, set_hash),
        )

    def set_receipts(self, log_no: int, up_to_seq: int, receipt: int) -> None:
        self._database.execute(
            "UPDATE change_sets SET receipt = ?"
            " WHERE log_no = ? AND seq <= ? AND receipt = 0",
            (receipt, log_no, up_to_seq),
        )

    def drop_body(self, log_no: int, seq: int, set_hash: bytes) -> None:
        self._database.execute(
            "UPDATE change_sets SET body = NULL"
            " WHERE log_no = ? AND seq = ? AND hash = ?",
            (log_no, seq, set_hash),
        )

    def holding(self, scope_no: int, log_no: int, n: int) -> list[SetRow]:
        return self._all(
            f"{_SELECT} WHERE scope_no = ? AND log_no = ? AND first_n <= ?"
            " ORDER BY first_n DESC LIMIT ?",
            (scope_no, log_no, n, _LIKELY_HOLDERS),
        )

    def after(self, log_no: int, seq: int, set_hash: bytes, limit: int) -> list[SetRow]:
        return self._all(
            f"{_SELECT} WHERE (log_no, seq, hash) > (?, ?, ?)"
            " ORDER BY log_no, seq, hash LIMIT ?",
            (log_no, seq, set_hash, limit),
        )

    def count(self) -> int:
        found = self._database.execute("SELECT count(*) FROM change_sets").fetchone()
        return int(found[0])

    def amount(self, log_no: int, state: int) -> tuple[int, int]:
        unsettled = "" if state == SetState.ADMITTED else "state <> 3 AND "
        found = self._database.execute(
            "SELECT count(*), coalesce(sum(length(header) + length(signature)"
            " + coalesce(length(body), 0)), 0) FROM change_sets"
            f" WHERE {unsettled}log_no = ? AND state = ?",
            (log_no, state),
        ).fetchone()
        return int(found[0]), int(found[1])

    def behind(self, log_no: int, seq: int) -> SetsWeight:
        return self._weight(
            f"SELECT {_WEIGHT}, coalesce(min(seq), 0) FROM change_sets"
            " WHERE log_no = ? AND seq > ?",
            (log_no, seq),
        )

    def unreceipted(self, log_no: int, state: int, above_seq: int) -> SetsWeight:
        return self._weight(
            f"SELECT {_WEIGHT}, coalesce(min(seq), 0) FROM change_sets"
            " WHERE state <> 3 AND state = ? AND log_no = ? AND seq > ?"
            " AND receipt = 0",
            (state, log_no, above_seq),
        )

    def unnamed_weight(self, but_log_no: int, but_reason: str) -> SetsWeight:
        return self._weight(
            f"SELECT {_WEIGHT}, 0 FROM change_sets WHERE state <> 3"
            " AND state IN (1, 7) AND log_no <> ? AND reason <> ?",
            (but_log_no, but_reason),
        )

    def last_arrival(self) -> int:
        found = self._database.execute("SELECT max(rowid) FROM change_sets").fetchone()
        return int(found[0] or 0)

    def arrived(self, after_row: int, limit: int) -> list[ArrivedRow]:
        found = self._database.execute(
            f"SELECT rowid, log_no, seq, hash, scope_no, count{_ARRIVED}"
            " ORDER BY rowid LIMIT ?",
            (after_row, limit),
        )
        return [ArrivedRow(*row) for row in found]

    def arrived_by_log(self, after_row: int) -> dict[tuple[int, int], SetsWeight]:
        found = self._database.execute(
            f"SELECT log_no, scope_no, {_WEIGHT}, 0{_ARRIVED}"
            " GROUP BY log_no, scope_no",
            (after_row,),
        )
        return {(row[0], row[1]): SetsWeight(*row[2:]) for row in found}

    def linked(self, log_no: int) -> SetRow | None:
        found = self._all(
            f"{_SELECT} WHERE log_no = ? AND state NOT IN (2, 7)"
            " ORDER BY seq DESC LIMIT 1",
            (log_no,),
        )
        return found[0] if found else None

    def unnamed(
        self,
        but_log_no: int,
        but_reason: str,
        after: tuple[int, int, bytes],
        limit: int,
    ) -> list[SetRow]:
        return self._all(
            f"{_SELECT} WHERE state <> 3 AND state IN (1, 7) AND log_no <> ?"
            " AND reason <> ? AND (log_no, seq, hash) > (?, ?, ?)"
            " ORDER BY log_no, seq, hash LIMIT ?",
            (but_log_no, but_reason, *after, limit),
        )

    def forget_reason(self, reason: str) -> None:
        self._database.execute(
            "UPDATE change_sets SET reason = '' WHERE state <> 3"
            " AND state IN (1, 2, 7) AND reason = ?",
            (reason,),
        )

    def remove(self, row: SetRow) -> None:
        self._database.execute(
            "DELETE FROM change_sets WHERE log_no = ? AND seq = ? AND hash = ?",
            (row.log_no, row.seq, row.hash),
        )

    def move(self, row: SetRow, to_log_no: int, to_scope_no: int) -> None:
        self._database.execute(
            "UPDATE change_sets SET log_no = ?, scope_no = ?"
            " WHERE log_no = ? AND seq = ? AND hash = ?",
            (to_log_no, to_scope_no, row.log_no, row.seq, row.hash),
        )

    def _weight(self, statement: str, values: tuple[object, ...]) -> SetsWeight:
        return SetsWeight(*self._database.execute(statement, values).fetchone())

    def _all(self, statement: str, values: tuple[object, ...]) -> list[SetRow]:
        return [SetRow(*row) for row in self._database.execute(statement, values)]
