"""A machine's database as an older version of the program would have left it."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from node.home import Home
from node.keys import KeyFolder
from node.store.connection import Database, connect

_CACHE_KIB: Final = 2048


def make_version_1(home: Home) -> None:
    """Write the closed database of *home* anew, in the schema of version 1."""
    key = KeyFolder(home).store_key
    made = home.database.with_suffix(".older")
    new = connect(home.database, key, cache_kib=_CACHE_KIB, is_reader=True)
    old = connect(made, key, cache_kib=_CACHE_KIB, is_reader=False)
    old.executescript(files("node.store.migrations").joinpath("0001.sql").read_text())
    old.execute("BEGIN IMMEDIATE")
    for table, columns in _tables(old):
        if table == "tallies":
            rows = new.execute(
                "SELECT scope_no, level, sum(amount) FROM classes GROUP BY 1, 2"
            ).fetchall()
        else:
            rows = new.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
        old.execute(f"DELETE FROM {table}")
        marks = ", ".join("?" * len(columns))
        names = ", ".join(columns)
        old.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
    old.execute("DELETE FROM settings WHERE name LIKE 'rows.%'")
    old.execute("PRAGMA user_version=1")
    old.execute("COMMIT")
    old.close()
    new.close()
    for part in ("-wal", "-shm"):
        home.database.with_name(home.database.name + part).unlink(missing_ok=True)
    made.replace(home.database)


def _tables(database: Database) -> list[tuple[str, list[str]]]:
    """Tables with their columns; of the text index those that stand behind it."""
    found = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        " AND name NOT IN ('text_index') AND name NOT LIKE 'sqlite%'"
    ).fetchall()
    return [
        (
            name,
            [row[1] for row in database.execute(f"PRAGMA table_info({name})")],
        )
        for (name,) in found
    ]
