"""SQL that finds records: ``text_index`` beside ``records``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator

from node.store.catalogue_port import MatchTest


def selection(
    test: MatchTest, columns: str, after: int = 0
) -> tuple[str, list[object]]:
    """The statement that finds what fulfils *test* above *after*, and its values.

    Columns are those of ``records AS r``; ``test.accepts`` is left to the caller.
    """
    source = "records AS r"
    tests = ["r.flags & ? = ?", "r.level BETWEEN ? AND ?"]
    values: list[object] = []
    number = "r.record_no"
    if test.match:
        source = "text_index AS t CROSS JOIN records AS r ON r.record_no = t.rowid"
        number = "t.rowid"
        tests.insert(0, "t.text_index MATCH ?")
        values.append(test.match)
    values += (test.flags_mask, test.flags, *test.levels)
    if test.stages:
        stages = ", ".join("?" * len(test.stages))
        tests.append(
            f"r.class_no IN (SELECT class_no FROM classes WHERE stage IN ({stages}))"
        )
        values += test.stages
    for import_no in test.hidden_imports:
        tests.append("r.import_no <> ?")
        values.append(import_no)
    for needle in test.needles:
        tests.append("instr(r.search_text, ?) > 0")
        values.append(needle)
    if after:
        tests.append(f"{number} > ?")
        values.append(after)
    where = " AND ".join(tests)
    return f"SELECT {columns} FROM {source} WHERE {where} ORDER BY {number}", values


class SqliteMatches:
    """Records by what stands in them."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def find(
        self, test: MatchTest, limit: int, *, newest_first: bool = False
    ) -> list[int]:
        column = "r.record_no, r.search_text" if test.accepts else "r.record_no"
        statement, values = selection(test, column)
        statement += " DESC" if newest_first else ""
        if test.accepts is None:
            values.append(limit)
            rows = self._database.execute(f"{statement} LIMIT ?", values)
            return [row[0] for row in rows]
        found: list[int] = []
        for record_no, text in self._database.execute(statement, values):
            if test.accepts(text):
                found.append(record_no)
                if len(found) >= limit:
                    break
        return found

    def codes(self, codes: Iterable[str]) -> Iterator[tuple[int, int, int, str]]:
        for code in codes:
            yield from self._database.execute(
                "SELECT record_no, scope_no, flags, code FROM records"
                " WHERE code = ? ORDER BY record_no",
                (code,),
            )

    def codes_under(
        self, prefix: str, *, falling: bool = False
    ) -> Iterator[tuple[int, int, int, int, str]]:
        order = "code DESC, record_no DESC" if falling else "code, record_no"
        yield from self._database.execute(
            "SELECT record_no, scope_no, flags, import_no, code FROM records"
            f" WHERE code >= ? AND code < ? ORDER BY {order}",
            (f"{prefix}0", f"{prefix}:"),
        )

    def by_code_part(self, part: str, limit: int) -> list[int]:
        rows = self._database.execute(
            "SELECT record_no FROM records WHERE code >= ? AND code < ?"
            " ORDER BY code LIMIT ?",
            (part, f"{part}\U0010ffff", limit),
        )
        return [row[0] for row in rows]

    def fonds(self) -> list[tuple[int, int]]:
        rows = self._database.execute(
            "SELECT scope_no, record_no FROM records INDEXED BY records_of_fonds"
            " WHERE level = 1"
        )
        return sorted(rows, key=lambda row: row[1])
