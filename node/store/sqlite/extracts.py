"""SQL of the tables of extracts that a room holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from node.store.extract_port import (
    ExtractRow,
    ExtractTest,
    FoundRow,
    PartRow,
    RowTextOf,
)

_COLUMNS: Final = (
    "extract_no, extract, serial, head, coming_serial, coming, missing FROM extracts"
)
_PART: Final = "SELECT part_no, part, content, signature FROM extract_parts"
_WASTE: Final = (
    "SELECT part_no FROM extract_parts INDEXED BY extract_parts_waste"
    " WHERE is_shown = 0 AND is_wanted = 0 LIMIT 1"
)
_ANY: Final = "SELECT 1 FROM extract_parts LIMIT 1"
_EMPTY_INDEX: Final = "INSERT INTO extract_index (extract_index) VALUES ('delete-all')"


class SqliteExtracts:
    """Extracts that a room holds."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def all(self) -> list[ExtractRow]:
        found = self._database.execute(f"SELECT {_COLUMNS} ORDER BY extract_no")
        return [ExtractRow(*row) for row in found]

    def get(self, extract: bytes) -> ExtractRow | None:
        found = self._database.execute(
            f"SELECT {_COLUMNS} WHERE extract = ?", (extract,)
        ).fetchone()
        return None if found is None else ExtractRow(*found)

    def put(self, row: ExtractRow) -> int:
        self._database.execute(
            "INSERT INTO extracts"
            " (extract, serial, head, coming_serial, coming, missing)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (extract) DO UPDATE SET"
            " serial = excluded.serial, head = excluded.head,"
            " coming_serial = excluded.coming_serial, coming = excluded.coming,"
            " missing = excluded.missing",
            row[1:],
        )
        found = self._database.execute(
            "SELECT extract_no FROM extracts WHERE extract = ?", (row.extract,)
        ).fetchone()
        return int(found[0])

    def part_ids(self, extract_no: int) -> set[bytes]:
        found = self._database.execute(
            "SELECT part FROM extract_parts WHERE extract_no = ?", (extract_no,)
        )
        return {row[0] for row in found}

    def has(self, extract_no: int, part: bytes) -> bool:
        found = self._database.execute(
            "SELECT 1 FROM extract_parts WHERE extract_no = ? AND part = ?",
            (extract_no, part),
        )
        return found.fetchone() is not None

    def want(self, extract_no: int, parts: Sequence[bytes]) -> None:
        self._database.execute(
            "UPDATE extract_parts SET is_wanted = 0"
            " WHERE extract_no = ? AND is_wanted = 1",
            (extract_no,),
        )
        self._database.executemany(
            "UPDATE extract_parts SET is_wanted = 1 WHERE extract_no = ? AND part = ?",
            [(extract_no, part) for part in parts],
        )

    def show(self, extract_no: int) -> None:
        self._database.execute(
            "UPDATE extract_parts SET is_shown = is_wanted, is_wanted = 0"
            " WHERE extract_no = ? AND (is_shown = 1 OR is_wanted = 1)",
            (extract_no,),
        )

    def hide(self, extract_no: int) -> None:
        self._database.execute(
            "UPDATE extract_parts SET is_shown = 0, is_wanted = 0"
            " WHERE extract_no = ? AND (is_shown = 1 OR is_wanted = 1)",
            (extract_no,),
        )

    def add(
        self,
        extract_no: int,
        part: bytes,
        content: bytes,
        signature: bytes,
        texts: Sequence[RowTextOf],
    ) -> None:
        part_no = self._next("extract_parts", "part_no")
        self._database.execute(
            "INSERT INTO extract_parts (part_no, extract_no, part, is_shown,"
            " is_wanted, content, signature) VALUES (?, ?, ?, 0, 1, ?, ?)",
            (part_no, extract_no, part, content, signature),
        )
        first = self._next("extract_rows", "row_no")
        self._database.executemany(
            "INSERT INTO extract_rows (row_no, part_no, place, level, search_text)"
            " VALUES (?, ?, ?, ?, ?)",
            [
                (first + place, part_no, place, text.level, text.search_text)
                for place, text in enumerate(texts)
            ],
        )
        self._database.executemany(
            "INSERT INTO extract_index (rowid, tokens) VALUES (?, ?)",
            [(first + place, text.tokens) for place, text in enumerate(texts)],
        )

    def parts(self, extract_no: int, ids: Iterable[bytes]) -> list[PartRow]:
        found = []
        for part in ids:
            row = self._database.execute(
                f"{_PART} WHERE extract_no = ? AND part = ?", (extract_no, part)
            ).fetchone()
            if row is not None:
                found.append(PartRow(*row))
        return found

    def part(self, part_no: int) -> PartRow | None:
        found = self._database.execute(
            f"{_PART} WHERE part_no = ?", (part_no,)
        ).fetchone()
        return None if found is None else PartRow(*found)

    def amount(self, extract_no: int) -> int:
        found = self._database.execute(
            "SELECT count(*) FROM extract_parts AS p CROSS JOIN extract_rows AS r"
            " ON r.part_no = p.part_no WHERE p.extract_no = ? AND p.is_shown = 1",
            (extract_no,),
        ).fetchone()
        return int(found[0])

    def find(self, test: ExtractTest, limit: int) -> list[FoundRow]:
        source = "extract_rows AS r"
        shown = ", ".join("?" * len(test.extract_nos))
        tests = [f"p.is_shown = 1 AND p.extract_no IN ({shown})"]
        values: list[object] = [*test.extract_nos]
        if test.match:
            source = (
                "extract_index AS t CROSS JOIN extract_rows AS r ON r.row_no = t.rowid"
            )
            tests.insert(0, "t.extract_index MATCH ?")
            values.insert(0, test.match)
        tests.append("r.level BETWEEN ? AND ?")
        values += test.levels
        for needle in test.needles:
            tests.append("instr(r.search_text, ?) > 0")
            values.append(needle)
        statement = (
            "SELECT r.row_no, p.extract_no, r.part_no, r.place, r.search_text"
            f" FROM {source} CROSS JOIN extract_parts AS p ON p.part_no = r.part_no"
            f" WHERE {' AND '.join(tests)} ORDER BY r.row_no"
        )
        found: list[FoundRow] = []
        for *row, text in self._database.execute(statement, values):
            if test.accepts is None or test.accepts(text):
                found.append(FoundRow(*row))
                if len(found) >= limit:
                    break
        return found

    def has_waste(self) -> bool:
        return self._database.execute(_WASTE).fetchone() is not None

    def drop_waste(self) -> bool:
        found = self._database.execute(_WASTE).fetchone()
        if found is None:
            return False
        numbers = self._database.execute(
            "SELECT row_no FROM extract_rows WHERE part_no = ?", found
        ).fetchall()
        self._database.executemany("DELETE FROM extract_index WHERE rowid = ?", numbers)
        self._database.execute("DELETE FROM extract_rows WHERE part_no = ?", found)
        self._database.execute("DELETE FROM extract_parts WHERE part_no = ?", found)
        if self._database.execute(_ANY).fetchone() is None:
            self._database.execute(_EMPTY_INDEX)
        return True

    def _next(self, table: str, column: str) -> int:
        found = self._database.execute(f"SELECT max({column}) FROM {table}").fetchone()
        return int(found[0] or 0) + 1
