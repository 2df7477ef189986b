"""Numbered migrations: NNNN.sql brings the schema from NNNN - 1 to NNNN.

Each runs in one transaction together with the schema's version number.
"""

from __future__ import annotations

import re
import sqlite3
from importlib.resources import files
from typing import Final

_NAME: Final = re.compile(r"([0-9]{4})\.sql")


def _steps() -> list[tuple[int, str]]:
    """All migrations, in order."""
    found = []
    for entry in files("node.store.migrations").iterdir():
        name = _NAME.fullmatch(entry.name)
        if name is not None:
            found.append((int(name[1]), entry.read_text("utf-8")))
    return sorted(found)


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def schema_version(database: sqlite3.Connection) -> tuple[int, int]:
    """The version found in the database, and the newest that is known."""
    return _version(database), max(number for number, _ in _steps())


def migrate(database: sqlite3.Connection) -> None:
    """Bring the schema up to date; another process may have done it meanwhile."""
    for number, script in _steps():
        database.execute("BEGIN IMMEDIATE")
        try:
            if _version(database) < number:
                for statement in _statements(script):
                    database.execute(statement)
                database.execute(f"PRAGMA user_version={number}")
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise


def _statements(script: str) -> list[str]:
    """The single statements of a migration (which holds no trigger)."""
    parts = []
    pending = ""
    for line in script.splitlines(keepends=True):
        if line.lstrip().startswith("--"):
            continue
        pending += line
        if sqlite3.complete_statement(pending):
            parts.append(pending)
            pending = ""
    return parts
