"""SQL of the tables ``paper_work``, ``papers`` and what hangs on them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from node.store.paper_port import PairRow, PaperRow, join_keys, split_keys

KEY_BYTES: Final = 8


class SqlitePapers:
    """Papers by their keys."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def note(self, record_nos: Iterable[int]) -> None:
        self._database.executemany(
            "INSERT OR IGNORE INTO paper_work (record_no) VALUES (?)",
            [(record_no,) for record_no in sorted(record_nos)],
        )

    def unnoted(self, after_record_no: int, limit: int) -> list[int]:
        found = self._database.execute(
            "SELECT record_no FROM records WHERE record_no > ?"
            " ORDER BY record_no LIMIT ?",
            (after_record_no, limit),
        )
        return [row[0] for row in found]

    def waiting(self, limit: int) -> list[int]:
        found = self._database.execute(
            "SELECT record_no FROM paper_work ORDER BY record_no LIMIT ?", (limit,)
        )
        return [row[0] for row in found]

    def waiting_amount(self) -> int:
        found = self._database.execute("SELECT count(*) FROM paper_work").fetchone()
        return int(found[0])

    def done(self, record_nos: Iterable[int]) -> None:
        self._database.executemany(
            "DELETE FROM paper_work WHERE record_no = ?", [(no,) for no in record_nos]
        )

    def get(self, record_no: int) -> PaperRow | None:
        found = self._database.execute(
            "SELECT record_no, scope_no, log_no, n, keys, marks, is_digital"
            " FROM papers WHERE record_no = ?",
            (record_no,),
        ).fetchone()
        if found is None:
            return None
        number, scope_no, log_no, n, keys, marks, is_digital = found
        return PaperRow(
            number,
            scope_no,
            log_no,
            n,
            split_keys(keys, KEY_BYTES),
            split_keys(marks, KEY_BYTES),
            bool(is_digital),
        )

    def put(self, row: PaperRow) -> None:
        old = self.get(row.record_no)
        if old == row:
            return
        self._forget_keys(old, row)
        self._database.execute(
            "INSERT OR REPLACE INTO papers (record_no, scope_no, log_no, n, keys,"
            " marks, is_digital) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*row[:4], join_keys(row.keys), join_keys(row.marks), row.is_digital),
        )
        self._database.executemany(
            "INSERT OR IGNORE INTO paper_keys (scope_no, paper_key, record_no)"
            " VALUES (?, ?, ?)",
            [(row.scope_no, key, row.record_no) for key in row.keys],
        )
        self._database.executemany(
            "INSERT OR IGNORE INTO paper_marks (mark, scope_no, record_no)"
            " VALUES (?, ?, ?)",
            [(mark, row.scope_no, row.record_no) for mark in row.marks],
        )

    def remove(self, record_no: int) -> None:
        self._forget_keys(self.get(record_no), None)
        self._database.execute("DELETE FROM papers WHERE record_no = ?", (record_no,))

    def holders(self, scope_no: int, key: bytes, limit: int) -> list[int]:
        found = self._database.execute(
            "SELECT record_no FROM paper_keys WHERE scope_no = ? AND paper_key = ?"
            " ORDER BY record_no LIMIT ?",
            (scope_no, key, limit),
        )
        return [row[0] for row in found]

    def marked(self, mark: bytes, limit: int) -> list[tuple[int, int]]:
        found = self._database.execute(
            "SELECT scope_no, record_no FROM paper_marks WHERE mark = ?"
            " ORDER BY scope_no, record_no LIMIT ?",
            (mark, limit),
        )
        return found.fetchall()

    def shared_marks(self, after: bytes, limit: int) -> list[bytes]:
        found = self._database.execute(
            "SELECT mark FROM paper_marks WHERE mark > ? GROUP BY mark"
            " HAVING min(scope_no) <> max(scope_no) ORDER BY mark LIMIT ?",
            (after, limit),
        )
        return [row[0] for row in found]

    def digital(
        self, after: tuple[int, int], limit: int
    ) -> list[tuple[int, int, tuple[bytes, ...]]]:
        found = self._database.execute(
            "SELECT scope_no, record_no, marks FROM papers INDEXED BY papers_digital"
            " WHERE is_digital = 1 AND (scope_no, record_no) > (?, ?)"
            " ORDER BY scope_no, record_no LIMIT ?",
            (*after, limit),
        )
        return [(row[0], row[1], split_keys(row[2], KEY_BYTES)) for row in found]

    def others(self, record_no: int) -> dict[int, int]:
        found = self._database.execute(
            "SELECT other_no, score FROM paper_pairs WHERE record_no = ?", (record_no,)
        )
        return dict(found.fetchall())

    def pair(self, row: PairRow) -> None:
        self._database.executemany(
            "INSERT OR REPLACE INTO paper_pairs (record_no, other_no, scope_no, score)"
            " VALUES (?, ?, ?, ?)",
            [
                (row.record_no, row.other_no, row.scope_no, row.score),
                (row.other_no, row.record_no, row.scope_no, row.score),
            ],
        )

    def part(self, record_no: int, other_no: int) -> None:
        self._database.executemany(
            "DELETE FROM paper_pairs WHERE record_no = ? AND other_no = ?",
            [(record_no, other_no), (other_no, record_no)],
        )

    def pairs(self, scope_no: int | None, offset: int, limit: int) -> list[PairRow]:
        found = self._database.execute(
            "SELECT scope_no, record_no, other_no, score FROM paper_pairs"
            " WHERE record_no < other_no AND (? IS NULL OR scope_no = ?)"
            " ORDER BY score DESC, record_no, other_no LIMIT ? OFFSET ?",
            (scope_no, scope_no, limit, offset),
        )
        return [PairRow(*row) for row in found]

    def pair_amount(self, scope_no: int | None) -> int:
        found = self._database.execute(
            "SELECT count(*) FROM paper_pairs WHERE record_no < other_no"
            " AND (? IS NULL OR scope_no = ?)",
            (scope_no, scope_no),
        ).fetchone()
        return int(found[0])

    def _forget_keys(self, old: PaperRow | None, new: PaperRow | None) -> None:
        """Take out the keys of *old* that *new* does not stand under."""
        if old is None:
            return
        is_moved = new is None or new.scope_no != old.scope_no
        keys = () if new is None or is_moved else new.keys
        marks = () if new is None or is_moved else new.marks
        self._database.executemany(
            "DELETE FROM paper_keys WHERE scope_no = ? AND paper_key = ?"
            " AND record_no = ?",
            [(old.scope_no, key, old.record_no) for key in old.keys if key not in keys],
        )
        self._database.executemany(
            "DELETE FROM paper_marks WHERE mark = ? AND scope_no = ? AND record_no = ?",
            [
                (mark, old.scope_no, old.record_no)
                for mark in old.marks
                if mark not in marks
            ],
        )
