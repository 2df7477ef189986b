"""Whether the encrypting database engine of this machine does what it must.

Run by the doctor before anything is stored: a wheel that is built without the cipher
or without full-text search imports without complaint.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlcipher3 import dbapi2

_PLAIN_HEADER: Final = b"SQLite format 3\0"
_KEY: Final = "x'" + "5a" * 32 + "'"
_OTHER_KEY: Final = "x'" + "a5" * 32 + "'"


@dataclass(frozen=True, slots=True)
class EngineReport:
    """What was found; the engine is fit when every answer is yes."""

    sqlite_version: str
    cipher_version: str
    """Empty: the library has no cipher."""
    is_encrypted: bool
    """The file on the disk is not readable without the key."""
    is_wrong_key_refused: bool
    has_text_search: bool
    """FTS5 with contentless tables from which rows can be deleted."""

    @property
    def is_fit(self) -> bool:
        """Whether an archive may be kept with it."""
        return (
            bool(self.cipher_version)
            and self.is_encrypted
            and self.is_wrong_key_refused
            and self.has_text_search
        )


def examine_engine(folder: Path) -> EngineReport:
    """Write, close and read a small encrypted database inside *folder*."""
    path = folder / "engine.db"
    cipher_version = _write_sample(path)
    with path.open("rb") as file:
        is_encrypted = file.read(len(_PLAIN_HEADER)) != _PLAIN_HEADER
    return EngineReport(
        sqlite_version=str(dbapi2.sqlite_version),
        cipher_version=cipher_version,
        is_encrypted=is_encrypted and _reads(path, _KEY),
        is_wrong_key_refused=not _reads(path, _OTHER_KEY),
        has_text_search=_finds_text(),
    )


def _write_sample(path: Path) -> str:
    connection = dbapi2.connect(str(path), isolation_level=None)
    try:
        connection.execute("PRAGMA cipher_log_level=NONE")
        connection.execute(f'PRAGMA key="{_KEY}"')
        row = connection.execute("PRAGMA cipher_version").fetchone()
        connection.execute("CREATE TABLE sample (word TEXT)")
        connection.execute("INSERT INTO sample VALUES ('档驿')")
    finally:
        connection.close()
    return str(row[0]) if row is not None else ""


def _reads(path: Path, key: str) -> bool:
    connection = dbapi2.connect(str(path), isolation_level=None)
    try:
        connection.execute("PRAGMA cipher_log_level=NONE")
        connection.execute(f'PRAGMA key="{key}"')
        row = connection.execute("SELECT word FROM sample").fetchone()
    except dbapi2.DatabaseError:
        return False
    finally:
        connection.close()
    return bool(row == ("档驿",))


def _finds_text() -> bool:
    connection = dbapi2.connect(":memory:", isolation_level=None)
    try:
        connection.execute(
            "CREATE VIRTUAL TABLE sample USING fts5(tokens, content='',"
            " contentless_delete=1, tokenize='ascii', detail=none)"
        )
        connection.execute("INSERT INTO sample (rowid, tokens) VALUES (7, '档驿')")
        found = connection.execute(
            "SELECT rowid FROM sample WHERE sample MATCH '\"档驿\"'"
        ).fetchall()
        connection.execute("DELETE FROM sample WHERE rowid = 7")
    except dbapi2.DatabaseError:
        return False
    finally:
        connection.close()
    return list(found) == [(7,)]
