"""The folder in which one machine keeps everything, and its lock files."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.clock import elapsed, pause
from node.errors import HomeExists, NotThisHome, StoreFull

_FOLDER_MODE: Final = 0o700
_LOCK_PAUSE_SECONDS: Final = 0.002


@dataclass(frozen=True, slots=True)
class Home:
    """Paths inside one machine's folder; holds no open file."""

    path: Path

    @property
    def database(self) -> Path:
        """The encrypted database."""
        return self.path / "archive.db"

    @property
    def ballast(self) -> Path:
        """Space given up when the disk is full, so that clearing can begin."""
        return self.path / "ballast"

    @property
    def keys(self) -> Path:
        """The key folder: without it a copy of the database is not an identity."""
        return self.path / "keys"

    @property
    def sidecar(self) -> Path:
        """What this machine last sealed, outside the database."""
        return self.path / "sidecar"

    @property
    def locks(self) -> Path:
        """Lock files; empty, and of no worth in a backup."""
        return self.path / "locks"

    @property
    def write_lock(self) -> Path:
        """Held through one write transaction."""
        return self.locks / "write"

    @property
    def turn_lock(self) -> Path:
        """Held while waiting for the write lock, so that waiters go first."""
        return self.locks / "turn"

    @property
    def seal_lock(self) -> Path:
        """Held while the journal is sealed and the sidecar written."""
        return self.locks / "seal"

    @property
    def import_lock(self) -> Path:
        """Held through a whole import."""
        return self.locks / "import"

    @property
    def act_lock(self) -> Path:
        """Held through an act on many records."""
        return self.locks / "act"

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.path / "dangyi.toml"

    @property
    def making(self) -> Path:
        """Stands there while a machine is being made."""
        return self.path / "making"

    @property
    def is_made(self) -> bool:
        """Whether a machine lives here; not one whose making was cut short."""
        has_parts = self.database.is_file() and self.keys.is_dir()
        return has_parts and not self.making.exists()

    def make(self) -> None:
        """Make the folders of a new machine.

        Keys that are there already stay: a database can be lost, an identity not.

        Raises:
            HomeExists: there is a machine already.
        """
        if self.database.exists():
            raise HomeExists(self.path)
        for folder in (self.path, self.keys, self.locks):
            folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        self.keys.chmod(_FOLDER_MODE)

    def begin(self) -> None:
        """Make the folders; until ``finish``, a cut leaves nothing in the way.

        Raises:
            HomeExists: there is a machine already.
        """
        if self.making.exists():
            for rest in self.path.glob(self.database.name + "*"):
                rest.unlink()
        self.make()
        write_durably(self.making, b"")

    def finish(self) -> None:
        """The machine is made."""
        self.making.unlink(missing_ok=True)
        sync_folder(self.path)

    def require(self) -> None:
        """Go on only where a machine lives.

        Raises:
            NotThisHome: the folder holds none.
        """
        if not self.is_made:
            raise NotThisHome(self.path)
        self.locks.mkdir(mode=_FOLDER_MODE, exist_ok=True)


class FileLock:
    """An exclusive lock on one file; the kernel releases it when the process dies."""

    __slots__ = ("_descriptor", "_path")

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def try_acquire(self) -> bool:
        """Take the lock if nobody holds it."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def acquire(self, wait_seconds: float) -> bool:
        """Take the lock, waiting at most *wait_seconds*; blocks the thread."""
        begun = elapsed()
        while not self.try_acquire():
            if elapsed() - begun >= wait_seconds:
                return False
            pause(_LOCK_PAUSE_SECONDS)
        return True

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock file at *path*."""
    lock = FileLock(path)
    if lock.try_acquire():
        lock.release()
        return False
    return True


def write_durably(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put *content* at *path* by rename, on the disk when this returns.

    Raises:
        StoreFull: there is no room for it; the old file stands.
    """
    fresh = path.with_name(path.name + ".new")
    with _full_disk_as_store_full(path):
        descriptor = os.open(
            fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode
        )
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names inside the folder *path* durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _full_disk_as_store_full(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFull(path) from error
        raise
