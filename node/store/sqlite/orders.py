"""Statements on the orders of scopes and their heads."""

from __future__ import annotations

from node.store.connection import Database
from node.store.row_types import HeadRow, OrderRow, SizedEntry

_ENTRY = (
    "SELECT scope_no, epoch, place, kind, log_no, seq, hash, chain, from_epoch,"
    " from_place FROM orders"
)


class SqliteOrders:
    """Orders in SQLite."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self, scope_no: int) -> HeadRow | None:
        """Where the scope's order ends here."""
        row = self._database.execute(
            "SELECT scope_no, epoch, place, chain, digest, digest_serial"
            " FROM heads WHERE scope_no = ?",
            (scope_no,),
        ).fetchone()
        return None if row is None else HeadRow(*row)

    def put_head(self, row: HeadRow) -> None:
        """The order ends there now."""
        self._database.execute(
            "INSERT INTO heads (scope_no, epoch, place, chain, digest, digest_serial)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (scope_no) DO UPDATE SET"
            " epoch = excluded.epoch, place = excluded.place, chain = excluded.chain,"
            " digest = excluded.digest, digest_serial = excluded.digest_serial",
            row,
        )

    def append(self, row: OrderRow) -> None:
        """Enter one place."""
        self._database.execute(
            "INSERT INTO orders (scope_no, epoch, place, kind, log_no, seq, hash,"
            " chain, from_epoch, from_place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            row,
        )

    def entry(self, scope_no: int, epoch: int, place: int) -> OrderRow | None:
        """What stands at a place."""
        row = self._database.execute(
            f"{_ENTRY} WHERE scope_no = ? AND epoch = ? AND place = ?",
            (scope_no, epoch, place),
        ).fetchone()
        return None if row is None else OrderRow(*row)

    def of_set(self, log_no: int, seq: int, set_hash: bytes) -> OrderRow | None:
        """Where the set stands, in whichever scope."""
        rows = self._database.execute(
            f"{_ENTRY} WHERE log_no = ? AND seq = ?", (log_no, seq)
        ).fetchall()
        for row in rows:
            entry = OrderRow(*row)
            if entry.hash == set_hash:
                return entry
        return None

    def range(
        self, scope_no: int, epoch: int, after_place: int, last_place: int
    ) -> list[OrderRow]:
        """Entries behind *after_place* up to *last_place*, in order."""
        rows = self._database.execute(
            f"{_ENTRY} WHERE scope_no = ? AND epoch = ? AND place > ? AND place <= ?"
            " ORDER BY place",
            (scope_no, epoch, after_place, last_place),
        ).fetchall()
        return [OrderRow(*row) for row in rows]

    def sized(
        self, scope_no: int, epoch: int, after_place: int, limit: int
    ) -> list[SizedEntry]:
        """Entries behind *after_place* with the bytes of their sets, in order."""
        rows = self._database.execute(
            "SELECT o.place, o.kind, o.log_no, o.seq, o.hash,"
            " coalesce(length(s.header) + length(s.signature)"
            " + coalesce(length(s.body), 0), 0)"
            " FROM orders o LEFT JOIN change_sets s ON s.log_no = o.log_no"
            " AND s.seq = o.seq AND s.hash = o.hash"
            " WHERE o.scope_no = ? AND o.epoch = ? AND o.place > ?"
            " ORDER BY o.place LIMIT ?",
            (scope_no, epoch, after_place, limit),
        ).fetchall()
        return [SizedEntry(*row) for row in rows]

    def remove_above(self, scope_no: int, epoch: int, place: int) -> list[OrderRow]:
        """Forget the places behind (epoch, place), and say which they were."""
        where = " WHERE scope_no = ? AND (epoch > ? OR (epoch = ? AND place > ?))"
        found = self._database.execute(
            f"{_ENTRY}{where} ORDER BY epoch, place", (scope_no, epoch, epoch, place)
        ).fetchall()
        self._database.execute(
            f"DELETE FROM orders{where}", (scope_no, epoch, epoch, place)
        )
        return [OrderRow(*row) for row in found]

    def move(self, log_no: int, seq: int, set_hash: bytes, to_log_no: int) -> None:
        """The set belongs to another log (a fork's branch) now."""
        self._database.execute(
            "UPDATE orders SET log_no = ? WHERE log_no = ? AND seq = ? AND hash = ?",
            (to_log_no, log_no, seq, set_hash),
        )
