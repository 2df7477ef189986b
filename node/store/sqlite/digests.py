"""SQL of the tables ``dirty_buckets`` and ``bucket_digests``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from node.store.row_types import LeafRow


class SqliteDigests:
    """Buckets of leaves."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def mark(self, scope_no: int, buckets: Iterable[int]) -> None:
        self._database.executemany(
            "INSERT OR IGNORE INTO dirty_buckets (scope_no, bucket) VALUES (?, ?)",
            [(scope_no, bucket) for bucket in buckets],
        )

    def dirty(self, scope_no: int, limit: int) -> list[int]:
        found = self._database.execute(
            "SELECT bucket FROM dirty_buckets WHERE scope_no = ?"
            " ORDER BY bucket LIMIT ?",
            (scope_no, limit),
        )
        return [row[0] for row in found]

    def leaves(self, scope_no: int, bucket: int) -> list[LeafRow]:
        found = self._database.execute(
            "SELECT record_no, log_no, n, leaf FROM records"
            " WHERE scope_no = ? AND bucket = ? AND leaf <> x''",
            (scope_no, bucket),
        )
        return [LeafRow(*row) for row in found]

    def put(self, scope_no: int, digests: Mapping[int, bytes]) -> None:
        keys = [(scope_no, bucket) for bucket in digests]
        for table in ("dirty_buckets", "bucket_digests"):
            self._database.executemany(
                f"DELETE FROM {table} WHERE scope_no = ? AND bucket = ?", keys
            )
        self._database.executemany(
            "INSERT INTO bucket_digests (scope_no, bucket, digest) VALUES (?, ?, ?)",
            [
                (scope_no, bucket, digest)
                for bucket, digest in digests.items()
                if digest
            ],
        )

    def all(self, scope_no: int) -> dict[int, bytes]:
        found = self._database.execute(
            "SELECT bucket, digest FROM bucket_digests WHERE scope_no = ?"
            " ORDER BY bucket",
            (scope_no,),
        )
        return dict(found.fetchall())
