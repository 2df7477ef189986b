"""SQL of the table ``settings``."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgpack


class SqliteSettings:
    """Small named values of this machine."""

    __slots__ = ("_database",)

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def get(self, name: str) -> Any:  # noqa: ANN401 (each name has its own type)
        found = self._database.execute(
            "SELECT value FROM settings WHERE name = ?", (name,)
        ).fetchone()
        return None if found is None else msgpack.unpackb(found[0])

    def put(self, name: str, value: object) -> None:
        self._database.execute(
            "INSERT INTO settings (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, msgpack.packb(value)),
        )
