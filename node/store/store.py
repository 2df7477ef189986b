"""The store of one machine: one writer, one reader, whole transactions.

A transaction is one plain function over ``Rows``, run in the connection's thread in a
single hop. Reads that may take long are handed a ``Stop`` and have a connection of
their own, which is opened when the first of them comes. Writers of several processes
take turns: who waits holds the turn lock, so that a writer of many transactions lets
the others in between. A write transaction should take no longer than 50 ms.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from node.clock import elapsed
from node.errors import SchemaTooNew, StoreBusy, StoreFull
from node.faults import BEFORE_COMMIT, COMMIT, reached
from node.home import FileLock, Home
from node.keys import KeyFolder
from node.store.connection import (
    BUSY_SECONDS,
    LONG_READER_CACHE_KIB,
    READER_CACHE_KIB,
    WRITER_CACHE_KIB,
    Database,
    DatabaseError,
    Link,
    connect,
    errors_of,
    stopped_by,
    translated,
)
from node.store.migrations.steps import migrate, schema_version
from node.store.port import Describe, Rows
from node.store.row_types import RowText
from node.store.shelf_port import ClassNumbers
from node.store.sqlite.rows import SqliteRows
from node.store.stopping import Stop
from node.store.ticket_port import Judge, every_difference

T = TypeVar("T")

_BALLAST_BYTES: Final = 4 * 1024 * 1024


def no_text(_values: object, _scope_no: int) -> RowText:
    """A description for a store in which nothing is searched."""
    return RowText(code=None, sort_date=None, search_text="", tokens="")


class Store:
    """Runs transactions; holds a writing and a reading connection."""

    def __init__(
        self,
        home: Home,
        rules: tuple[Describe, Judge],
        links: tuple[Link, Link],
        connect_long_reader: Callable[[], Database],
    ) -> None:
        self._home = home
        self._describe, self._judge = rules
        self._writer, self._reader = links
        self._connect_long_reader = connect_long_reader
        self._long_reader: Link | None = None
        self._opening = asyncio.Lock()
        self._class_numbers: ClassNumbers = {}
        self._turn = FileLock(home.turn_lock)
        self._lock = FileLock(home.write_lock)

    @classmethod
    async def open(
        cls,
        home: Home,
        keys: KeyFolder,
        *,
        create: bool = False,
        describe: Describe = no_text,
        judge: Judge = every_difference,
    ) -> Store:
        """Open the store of *home*, bringing its schema up to date.

        Raises:
            NotThisHome: there is no machine's data.
            KeyMissing, StoreDamaged, SchemaTooNew, StoreBusy, StoreFull.
        """
        if not create:
            home.require()
        key = keys.store_key
        path = home.database

        def connect_writer() -> Database:
            return connect(path, key, cache_kib=WRITER_CACHE_KIB, is_reader=False)

        def connect_reader() -> Database:
            return connect(path, key, cache_kib=READER_CACHE_KIB, is_reader=True)

        def connect_long_reader() -> Database:
            return connect(path, key, cache_kib=LONG_READER_CACHE_KIB, is_reader=True)

        writer = await Link.open(connect_writer)
        try:
            await writer.run(lambda: _bring_up_to_date(home, writer.database))
            reader = await Link.open(connect_reader)
        except BaseException:
            await writer.close()
            raise
        return cls(home, (describe, judge), (writer, reader), connect_long_reader)

    @property
    def home(self) -> Home:
        """Where the store lives."""
        return self._home

    async def write(self, work: Callable[[Rows], T]) -> T:
        """The result of *work*, once all that it wrote is on the disk.

        Nothing is written where *work* raises.

        Raises:
            StoreBusy: others wrote for half a minute without a pause.
            StoreFull: the disk is full; nothing of this transaction is kept.
            StoreDamaged: the database cannot be read or written.
        """
        return await self._writer.run(lambda: self._write(work))

    async def read(self, work: Callable[[Rows], T], stop: Stop | None = None) -> T:
        """The result of *work* over one unchanging state of the store.

        With *stop* the read may take long: it holds up no other but its kind.

        Raises:
            ReadStopped: *stop* was set meanwhile.
        """
        if stop is None:
            return await self._reader.run(lambda: self._read(self._reader, work, None))
        link = await self._long()
        return await link.run(lambda: self._read(link, work, stop))

    async def version(self) -> int:
        """A number that is another one after every commit, of whichever process."""
        return await self._reader.run(lambda: data_version(self._reader.database))

    async def damage(self) -> list[str]:
        """What the database itself finds wrong with its pages; empty where nothing.

        The writing connection looks: a reader may hold an old view of the text index,
        and takes the new one for damage.
        """
        return await self._writer.run(lambda: _damage(self._writer.database))

    async def wait(self, work: Callable[[], T]) -> T:
        """The result of *work* that may wait for a lock or the disk, off the loop."""
        return await asyncio.to_thread(work)

    async def close(self) -> None:
        """Close every connection."""
        if self._long_reader is not None:
            await self._long_reader.close()
        await self._reader.close()
        await self._writer.close()

    def _write(self, work: Callable[[Rows], T]) -> T:
        begun = elapsed()
        database = self._writer.database
        if not self._turn.acquire(BUSY_SECONDS):
            raise StoreBusy(BUSY_SECONDS)
        try:
            has_lock = self._lock.acquire(BUSY_SECONDS)
        finally:
            self._turn.release()
        if not has_lock:
            raise StoreBusy(BUSY_SECONDS)
        try:
            with errors_of(self._home.database, begun), _no_collection():
                database.execute("BEGIN IMMEDIATE")
                return self._commit(database, work, begun)
        finally:
            self._lock.release()

    def _commit(self, database: Database, work: Callable[[Rows], T], begun: float) -> T:
        try:
            rows = SqliteRows(
                database, self._describe, self._class_numbers, self._judge
            )
            result = work(rows)
            reached(BEFORE_COMMIT)
            database.execute("COMMIT")
            reached(COMMIT)
        except DatabaseError as error:
            self._roll_back(database)
            ours = translated(error, self._home.database, begun)
            if isinstance(ours, StoreFull):
                _drop_ballast(self._home, database)
            raise ours from error
        except BaseException:
            self._roll_back(database)
            raise
        return result

    def _roll_back(self, database: Database) -> None:
        """Undo; numbers that were given to new classes are free again."""
        self._class_numbers.clear()
        _roll_back(database)

    async def _long(self) -> Link:
        """The connection of long reads."""
        async with self._opening:
            if self._long_reader is None:
                self._long_reader = await Link.open(self._connect_long_reader)
            return self._long_reader

    def _read(self, link: Link, work: Callable[[Rows], T], stop: Stop | None) -> T:
        begun = elapsed()
        database = link.database
        with errors_of(self._home.database, begun):
            database.execute("BEGIN")
            try:
                with stopped_by(database, stop):
                    return work(SqliteRows(database, self._describe, judge=self._judge))
            finally:
                _roll_back(database)


def data_version(database: Database) -> int:
    """Another number after every commit of any other connection."""
    return int(database.execute("PRAGMA data_version").fetchone()[0])


@contextmanager
def _no_collection() -> Iterator[None]:
    """Put the search for cyclic garbage off until the short transaction is over.

    Decoding makes many tuples and no cycles; looking through them again and again
    costs a tenth of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _bring_up_to_date(home: Home, database: Database) -> None:
    """Migrate under the write lock, and lay down the ballast."""
    begun = elapsed()
    with errors_of(home.database, begun):
        found, known = schema_version(database)
        if found > known:
            raise SchemaTooNew(found, known)
        if found < known:
            lock = FileLock(home.write_lock)
            if not lock.acquire(BUSY_SECONDS):
                raise StoreBusy(BUSY_SECONDS)
            try:
                migrate(database)
            finally:
                lock.release()
    _lay_ballast(home)


def _damage(database: Database) -> list[str]:
    found: list[str] = []
    for statement in ("PRAGMA cipher_integrity_check", "PRAGMA quick_check"):
        try:
            found += [str(row[0]) for row in database.execute(statement)]
        except DatabaseError as error:
            found.append(str(error))
    return [line for line in found if line != "ok"]


def _roll_back(database: sqlite3.Connection) -> None:
    """Undo; a full disk has undone the transaction before we hear of it."""
    if database.in_transaction:
        database.execute("ROLLBACK")


def _lay_ballast(home: Home) -> None:
    """Set a few MiB aside where there is room; without room, go on without."""
    if home.ballast.exists():
        return
    descriptor = os.open(home.ballast, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, _BALLAST_BYTES)
    except OSError as error:
        home.ballast.unlink(missing_ok=True)
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EOPNOTSUPP):
            raise
    finally:
        os.close(descriptor)


def _drop_ballast(home: Home, database: Database) -> None:
    """Give the ballast up, so that the log can be folded into the database."""
    if not home.ballast.exists():
        return
    home.ballast.unlink(missing_ok=True)
    try:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except DatabaseError as error:
        raise StoreFull(home.database) from error
