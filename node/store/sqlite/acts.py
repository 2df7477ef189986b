"""SQL of the tables ``acts`` and ``act_steps``."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from node.store.desk_port import ActRow, StepRow

_ACT: Final = (
    "SELECT act_no, actor, kind, made_at, title, import_no, state, amount, detail"
    " FROM acts"
)
_STEP: Final = (
    "SELECT act_no, place, record_no, log_no, first_n, last_n, state, content"
    " FROM act_steps"
)


class SqliteActs:
    """What people did."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def add(self, row: ActRow) -> int:
        cursor = self._database.execute(
            "INSERT INTO acts (actor, kind, made_at, title, import_no, state, amount,"
            " detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            row[1:],
        )
        return int(cursor.lastrowid or 0)

    def update(self, row: ActRow) -> None:
        self._database.execute(
            "UPDATE acts SET actor = ?, kind = ?, made_at = ?, title = ?,"
            " import_no = ?, state = ?, amount = ?, detail = ? WHERE act_no = ?",
            (*row[1:], row.act_no),
        )

    def get(self, act_no: int) -> ActRow | None:
        found = self._acts(f"{_ACT} WHERE act_no = ?", (act_no,))
        return found[0] if found else None

    def of_import(self, import_no: int) -> ActRow | None:
        found = self._acts(
            f"{_ACT} WHERE import_no = ? AND import_no <> 0 ORDER BY act_no DESC",
            (import_no,),
        )
        return found[0] if found else None

    def last(self, actor: str, limit: int) -> list[ActRow]:
        return self._acts(
            f"{_ACT} WHERE actor = ? AND state IN (3, 5) ORDER BY act_no DESC LIMIT ?",
            (actor, limit),
        )

    def unfinished(self) -> list[ActRow]:
        return self._acts(f"{_ACT} WHERE state NOT IN (3, 5) ORDER BY act_no", ())

    def after(self, act_no: int, kind: str) -> list[ActRow]:
        return self._acts(
            f"{_ACT} WHERE act_no > ? AND kind = ? ORDER BY act_no", (act_no, kind)
        )

    def remove(self, act_no: int) -> None:
        self._database.execute("DELETE FROM acts WHERE act_no = ?", (act_no,))

    def oldest_above(self, actor: str, kept: int) -> int:
        found = self._database.execute(
            "SELECT min(act_no) FROM acts WHERE actor = ? AND act_no <="
            " (SELECT act_no FROM acts WHERE actor = ?"
            " ORDER BY act_no DESC LIMIT 1 OFFSET ?)",
            (actor, actor, kept),
        ).fetchone()
        return int(found[0] or 0)

    def add_steps(self, steps: Sequence[StepRow]) -> None:
        self._database.executemany(
            "INSERT OR REPLACE INTO act_steps (act_no, place, record_no, log_no,"
            " first_n, last_n, state, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            steps,
        )

    def steps(
        self, act_no: int, state: int, after_place: int, limit: int
    ) -> list[StepRow]:
        return self._steps(
            f"{_STEP} WHERE act_no = ? AND place > ? AND state = ?"
            " ORDER BY place LIMIT ?",
            (act_no, after_place, state, limit),
        )

    def all_steps(self, act_no: int, after_place: int, limit: int) -> list[StepRow]:
        return self._steps(
            f"{_STEP} WHERE act_no = ? AND place > ? ORDER BY place LIMIT ?",
            (act_no, after_place, limit),
        )

    def amounts(self, act_no: int) -> dict[int, int]:
        found = self._database.execute(
            "SELECT state, count(*) FROM act_steps WHERE act_no = ? GROUP BY state",
            (act_no,),
        )
        return dict(found.fetchall())

    def forget_steps(self, act_no: int, limit: int) -> int:
        cursor = self._database.execute(
            "DELETE FROM act_steps WHERE act_no = ? AND place IN"
            " (SELECT place FROM act_steps WHERE act_no = ? ORDER BY place LIMIT ?)",
            (act_no, act_no, limit),
        )
        return int(cursor.rowcount)

    def _acts(self, statement: str, values: tuple[object, ...]) -> list[ActRow]:
        return [ActRow(*row) for row in self._database.execute(statement, values)]

    def _steps(self, statement: str, values: tuple[object, ...]) -> list[StepRow]:
        return [StepRow(*row) for row in self._database.execute(statement, values)]
