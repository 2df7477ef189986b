"""SQL of the tables ``named_codes`` and ``stamped_codes``, beside ``former_codes``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from node.store.claim_port import ContestedRow, StampedRow
from node.store.ticket_port import TicketClass

_CODE: Final = int(TicketClass.CODE)


class SqliteClaims:
    """Codes between records and paper."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def unnamed(self, limit: int) -> list[ContestedRow]:
        found = self._database.execute(
            "SELECT t.scope_no, t.subject, t.version FROM tickets t"
            " LEFT JOIN named_codes c ON c.scope_no = t.scope_no"
            " AND c.subject = t.subject WHERE t.ticket_class = ?"
            " AND (c.version IS NULL OR c.version <> t.version) LIMIT ?",
            (_CODE, limit),
        )
        return [ContestedRow(*row) for row in found]

    def name(self, row: ContestedRow) -> None:
        self._database.execute(
            "INSERT INTO named_codes (scope_no, subject, version) VALUES (?, ?, ?)"
            " ON CONFLICT (scope_no, subject) DO UPDATE SET version = excluded.version",
            row,
        )

    def forget_settled(self) -> None:
        self._database.execute(
            "DELETE FROM named_codes WHERE NOT EXISTS (SELECT 1 FROM tickets t"
            " WHERE t.scope_no = named_codes.scope_no"
            " AND t.subject = named_codes.subject)"
        )

    def had(self, part: str, limit: int) -> list[int]:
        found = self._database.execute(
            "SELECT DISTINCT record_no FROM former_codes WHERE instr(code, ?) > 0"
            " ORDER BY record_no LIMIT ?",
            (part, limit),
        )
        return [int(number) for (number,) in found]

    def changed(self, scope_no: int, after: int, limit: int) -> list[int]:
        found = self._database.execute(
            "SELECT DISTINCT record_no FROM former_codes WHERE scope_no = ?"
            " AND record_no > ? ORDER BY record_no LIMIT ?",
            (scope_no, after, limit),
        )
        return [int(number) for (number,) in found]

    def stamped(self, record_nos: Iterable[int]) -> dict[int, StampedRow]:
        found = {}
        for number in record_nos:
            row = self._database.execute(
                "SELECT record_no, code, former, actor, made_at FROM stamped_codes"
                " WHERE record_no = ?",
                (number,),
            ).fetchone()
            if row is not None:
                found[number] = StampedRow(*row)
        return found

    def stamp(self, rows: Sequence[StampedRow]) -> None:
        self._database.executemany(
            "INSERT INTO stamped_codes (record_no, code, former, actor, made_at)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (record_no) DO UPDATE SET"
            " code = excluded.code, former = excluded.former, actor = excluded.actor,"
            " made_at = excluded.made_at",
            rows,
        )

    def unstamp(self, record_nos: Iterable[int]) -> None:
        self._database.executemany(
            "DELETE FROM stamped_codes WHERE record_no = ?",
            [(number,) for number in record_nos],
        )
