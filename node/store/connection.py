"""One encrypted SQLite connection, and its errors as ours.

SQLCipher's exception classes are its own, not sqlite3's; nobody above this module sees
either. The first statement on a connection silences SQLCipher, which would otherwise
write over the terminal.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar, cast

import aiosqlite
from sqlcipher3 import dbapi2

from node.clock import elapsed
from node.errors import (
    NodeError,
    ReadStopped,
    StoreBusy,
    StoreDamaged,
    StoreFull,
)
from node.store.stopping import Stop

T = TypeVar("T")

WRITER_CACHE_KIB: Final = 16 * 1024
READER_CACHE_KIB: Final = 24 * 1024
LONG_READER_CACHE_KIB: Final = 12 * 1024
BUSY_SECONDS: Final = 30.0
_JOURNAL_LIMIT_BYTES: Final = 8 * 1024 * 1024
_CHECKPOINT_PAGES: Final = 2000
_STATEMENT_CACHE: Final = 256
_STEPS_BETWEEN_LOOKS: Final = 4000
"""Steps of the database's machine; some tenths of a millisecond."""

Database = sqlite3.Connection
"""The driver's connection; sqlcipher3 has the same face and no types."""

DatabaseError: Final = cast("type[sqlite3.Error]", dbapi2.Error)
"""What every failing statement raises."""


def connect(path: Path, key: bytes, *, cache_kib: int, is_reader: bool) -> Database:
    """Open *path* with the raw *key*; called in the thread that will use it.

    Raises:
        StoreDamaged: it is no database, or its key is another one.
    """
    begun = elapsed()
    database = cast(
        "Database",
        dbapi2.connect(
            str(path),
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=True,
            cached_statements=_STATEMENT_CACHE,
        ),
    )
    with errors_of(path, begun):
        database.execute("PRAGMA cipher_log_level=NONE")
        database.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        database.execute("PRAGMA journal_mode=WAL").fetchone()
        database.execute("PRAGMA synchronous=FULL")
        database.execute(f"PRAGMA cache_size=-{cache_kib}")
        database.execute(f"PRAGMA journal_size_limit={_JOURNAL_LIMIT_BYTES}")
        database.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        database.execute("PRAGMA temp_store=MEMORY")
        if is_reader:
            database.execute("PRAGMA query_only=ON")
    return database


@contextmanager
def stopped_by(database: Database, stop: Stop | None) -> Iterator[None]:
    """Interrupt statements once *stop* is set.

    Raises:
        ReadStopped: it is set.
    """
    if stop is None:
        yield
        return
    if stop.is_set:
        raise ReadStopped

    def look() -> int:
        return int(stop.is_set)

    database.set_progress_handler(look, _STEPS_BETWEEN_LOOKS)
    try:
        yield
    except DatabaseError as error:
        if stop.is_set:
            raise ReadStopped from error
        raise
    finally:
        database.set_progress_handler(None, 0)
    if stop.is_set:
        raise ReadStopped


@contextmanager
def errors_of(path: Path, begun: float) -> Iterator[None]:
    """Translate the driver's errors into this floor's."""
    try:
        yield
    except DatabaseError as error:
        raise translated(error, path, begun) from error


def translated(error: sqlite3.Error, path: Path, begun: float) -> NodeError:
    """The error of ours that says what *error* means for the operator."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(round(elapsed() - begun, 1))
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR_WRITE")):
        return StoreFull(path)
    return StoreDamaged(path, f"{name} {error}".strip())


class Link:
    """A connection in a thread of its own; work goes to it one function at a time."""

    __slots__ = ("_connection",)

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, make: Callable[[], Database]) -> Link:
        """Start the thread and open the connection in it.

        The thread does not keep a process alive that ends by an error, and it has
        ended when opening fails: it must not speak to a loop that is closed.
        """
        connection = aiosqlite.Connection(make, iter_chunk_size=64)
        thread = connection._thread  # noqa: SLF001
        thread.daemon = True
        try:
            return cls(await connection)
        except BaseException:
            await asyncio.to_thread(thread.join)
            raise

    async def run(self, work: Callable[[], T]) -> T:
        """The result of *work*, done in the connection's thread."""
        execute = cast("Callable[..., Awaitable[T]]", self._connection._execute)  # noqa: SLF001
        return await execute(work)

    @property
    def database(self) -> Database:
        """The driver's connection; for use inside ``run`` only."""
        return self._connection._conn  # noqa: SLF001

    async def close(self) -> None:
        """Close the connection and end its thread."""
        await self._connection.close()
