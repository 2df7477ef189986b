"""SQL of the table ``tickets`` and of the machines that wrote their sides."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from node.store.ticket_port import TicketClass, TicketFilter, TicketOrder, TicketRow

_COLUMNS: Final = (
    "scope_no, subject, record_no, field, ticket_class, weight, opened_at, version,"
    " sides"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM tickets"
_ORDERS: Final = {
    TicketOrder.WEIGHT: "weight DESC, ticket_no",
    TicketOrder.CLASS: "ticket_class, ticket_no",
    TicketOrder.AGE: "opened_at, ticket_no",
    TicketOrder.ROOM: (
        "(SELECT min(log_no) FROM ticket_rooms r WHERE r.ticket_no ="
        " tickets.ticket_no), ticket_no"
    ),
}
_AT_ONCE: Final = 500
_NAMESAKES: Final = 100

_NO_FILTER: Final = TicketFilter()


class SqliteTickets:
    """Contradictions."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put(self, row: TicketRow, log_nos: Iterable[int] = ()) -> bool:
        known = self._database.execute(
            "SELECT ticket_no FROM tickets WHERE scope_no = ? AND subject = ?",
            (row.scope_no, row.subject),
        ).fetchone()
        if known is None:
            made = self._database.execute(
                f"INSERT INTO tickets ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            ticket_no = made.lastrowid
        else:
            ticket_no = known[0]
            self._database.execute(
                "UPDATE tickets SET record_no = ?, field = ?, ticket_class = ?,"
                " weight = ?, version = ?, sides = ? WHERE ticket_no = ?",
                (*row[2:6], row.version, row.sides, ticket_no),
            )
            self._database.execute(
                "DELETE FROM ticket_rooms WHERE ticket_no = ?", (ticket_no,)
            )
        self._database.executemany(
            "INSERT OR IGNORE INTO ticket_rooms (ticket_no, log_no) VALUES (?, ?)",
            [(ticket_no, log_no) for log_no in log_nos],
        )
        return known is None

    def remove(self, scope_no: int, subjects: Iterable[bytes]) -> None:
        for subject in subjects:
            known = self._database.execute(
                "DELETE FROM tickets WHERE scope_no = ? AND subject = ?"
                " RETURNING ticket_no",
                (scope_no, subject),
            ).fetchall()
            self._database.executemany(
                "DELETE FROM ticket_rooms WHERE ticket_no = ?", known
            )

    def get(self, scope_no: int, subject: bytes) -> TicketRow | None:
        found = self._database.execute(
            f"{_SELECT} WHERE scope_no = ? AND subject = ?", (scope_no, subject)
        ).fetchone()
        return None if found is None else TicketRow(*found)

    def of_record(self, record_no: int) -> list[TicketRow]:
        found = self._database.execute(
            f"{_SELECT} WHERE record_no = ? ORDER BY subject", (record_no,)
        )
        return [TicketRow(*row) for row in found]

    def of_records(self, record_nos: Iterable[int]) -> dict[int, list[TicketRow]]:
        found: dict[int, list[TicketRow]] = {}
        wanted = list(record_nos)
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            marks = ",".join("?" * len(part))
            rows = self._database.execute(
                f"{_SELECT} WHERE record_no IN ({marks}) ORDER BY subject", part
            )
            for row in rows:
                ticket = TicketRow(*row)
                found.setdefault(ticket.record_no, []).append(ticket)
        return found

    def by_version(self, prefix: bytes) -> list[TicketRow]:
        found = self._database.execute(
            f"{_SELECT} WHERE version >= ? AND version <= ? ORDER BY version LIMIT ?",
            (prefix, prefix.ljust(16, b"\xff"), _NAMESAKES),
        )
        return [TicketRow(*row) for row in found]

    def page(self, wanted: TicketFilter, offset: int, limit: int) -> list[TicketRow]:
        """Numbers first: what is skipped is never read whole."""
        where, values = _where(wanted)
        if wanted.order is TicketOrder.WEIGHT:
            where = where.replace(" ticket_class IN", " +ticket_class IN", 1)
        numbers = [
            int(number)
            for (number,) in self._database.execute(
                f"SELECT ticket_no FROM tickets{where}"
                f" ORDER BY {_ORDERS[wanted.order]} LIMIT ? OFFSET ?",
                (*values, limit, offset),
            )
        ]
        found: dict[int, TicketRow] = {}
        for start in range(0, len(numbers), _AT_ONCE):
            part = numbers[start : start + _AT_ONCE]
            marks = ",".join("?" * len(part))
            rows = self._database.execute(
                f"SELECT ticket_no, {_COLUMNS} FROM tickets"
                f" WHERE ticket_no IN ({marks})",
                part,
            )
            found.update((int(row[0]), TicketRow(*row[1:])) for row in rows)
        return [found[number] for number in numbers]

    def count(self, wanted: TicketFilter = _NO_FILTER) -> int:
        where, values = _where(wanted)
        found = self._database.execute(f"SELECT count(*) FROM tickets{where}", values)
        return int(found.fetchone()[0])

    def amounts(self) -> Mapping[int, int]:
        found = self._database.execute(
            "SELECT ticket_class, count(*) FROM tickets GROUP BY ticket_class"
        )
        return dict(found.fetchall())

    def rooms(self) -> Mapping[int, int]:
        found: dict[int, int] = dict(
            self._database.execute(
                "SELECT log_no, count(*) FROM ticket_rooms GROUP BY log_no"
            ).fetchall()
        )
        notes = self._database.execute(
            "SELECT r.log_no, count(*) FROM tickets t JOIN ticket_rooms r"
            " ON r.ticket_no = t.ticket_no WHERE t.ticket_class = ? GROUP BY r.log_no",
            (int(TicketClass.NOTE),),
        )
        for log_no, amount in notes:
            found[log_no] -= amount
        return {log_no: amount for log_no, amount in found.items() if amount}

    def all(self) -> Iterator[TicketRow]:
        found = self._database.execute(f"{_SELECT} ORDER BY scope_no, subject")
        return (TicketRow(*row) for row in found)


def _where(wanted: TicketFilter) -> tuple[str, list[object]]:
    classes = wanted.classes or tuple(each for each in TicketClass if each)
    parts = [f"ticket_class IN ({','.join('?' * len(classes))})"]
    values: list[object] = [int(each) for each in classes]
    for column, value in (("scope_no", wanted.scope_no), ("field", wanted.field)):
        if value is not None:
            parts.append(f"{column} = ?")
            values.append(value)
    if wanted.opened_before is not None:
        parts.append("opened_at < ?")
        values.append(wanted.opened_before)
    if wanted.log_nos:
        marks = ",".join("?" * len(wanted.log_nos))
        parts.append(
            "EXISTS (SELECT 1 FROM ticket_rooms r WHERE r.ticket_no = tickets.ticket_no"
            f" AND r.log_no IN ({marks}))"
        )
        values.extend(wanted.log_nos)
    return f" WHERE {' AND '.join(parts)}", values
