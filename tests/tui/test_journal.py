"""What is typed is written within a second, in one piece, and never twice at once."""

from __future__ import annotations

import asyncio

import pytest

from node.errors import StoreBusy
from tui.journal import Journal


class Disk:
    """Counts writes; fails as often as it is told."""

    def __init__(self, failures: int = 0) -> None:
        self.writes: list[float] = []
        self.failures = failures
        self.told: list[Exception | None] = []
        self.written = asyncio.Event()
        self._is_writing = False

    async def write(self) -> None:
        assert not self._is_writing
        self._is_writing = True
        await asyncio.sleep(0)
        self._is_writing = False
        if self.failures:
            self.failures -= 1
            raise StoreBusy(1.0)
        self.writes.append(asyncio.get_running_loop().time())
        self.written.set()


async def test_a_clerk_who_never_rests_is_kept_within_a_second() -> None:
    disk = Disk()
    journal = Journal(disk.write, disk.told.append)
    begun = asyncio.get_running_loop().time()
    while not disk.written.is_set():
        journal.touch()
        await asyncio.sleep(0.02)
    assert disk.writes[0] - begun <= 1.0


async def test_a_pause_is_enough_and_nothing_is_written_without_need() -> None:
    disk = Disk()
    journal = Journal(disk.write, disk.told.append)
    for _ in range(5):
        journal.touch()
    await asyncio.wait_for(disk.written.wait(), 1.0)
    await journal.flush()
    assert len(disk.writes) == 1
    assert not journal.is_dirty


async def test_a_failed_write_is_told_and_done_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui.journal.AGAIN_SECONDS", 0.05)
    disk = Disk(failures=1)
    journal = Journal(disk.write, disk.told.append)
    journal.touch()
    await asyncio.wait_for(disk.written.wait(), 2.0)
    await journal.flush()
    assert isinstance(disk.told[0], StoreBusy)
    assert len(disk.writes) == 1


async def test_what_was_saved_is_not_kept_again_and_a_left_form_keeps_nothing() -> None:
    disk = Disk()
    journal = Journal(disk.write, disk.told.append)
    journal.touch()
    await journal.forget()
    await journal.flush()
    await journal.close()
    journal.touch()
    await journal.flush()
    assert not disk.writes
