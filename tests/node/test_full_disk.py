"""A disk that is really full: a file system of a few MiB, where one may be mounted."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.errors import StoreFull
from node.history.checking import check
from node.home import write_durably
from tests.support.machines import TestMachine, creating

SIZE = "size=16m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 MiB; mounting needs rights that not every place gives."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", SIZE, "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


async def test_a_full_disk_keeps_every_acknowledged_save(small_disk: Path) -> None:
    machine = await TestMachine.make(small_disk / "room")
    kept = 0
    with pytest.raises(StoreFull):
        for number in range(2_000):
            await machine.save(creating(f"第{number}号" * 2_000))
            kept += 1
    assert kept > 50
    assert await machine.store.read(lambda rows: rows.records.count()) == kept
    await machine.close()

    again = await TestMachine.open(small_disk / "room")
    assert await again.store.read(lambda rows: rows.records.count()) == kept
    report = await check(again.store, again.keys, again.home)
    assert report.faults == []
    await again.close()


async def test_room_that_was_made_is_used_again(small_disk: Path) -> None:
    filler = small_disk / "filler"
    machine = await TestMachine.make(small_disk / "room")
    filler.write_bytes(bytes(6 * 1024 * 1024))
    kept = 0
    with pytest.raises(StoreFull):
        for number in range(2_000):
            await machine.save(creating(f"第{number}号" * 2_000))
            kept += 1
    filler.unlink()
    await machine.create("又有地方了")
    assert await machine.seal() > 0
    assert await machine.store.read(lambda rows: rows.journal.amount()) == (0, 0)
    assert await machine.store.read(lambda rows: rows.records.count()) == kept + 1
    report = await check(machine.store, machine.keys, machine.home, rebuild=True)
    assert report.faults == []
    await machine.close()


async def test_a_sidecar_that_cannot_be_written_leaves_the_old_one(
    small_disk: Path,
) -> None:
    path = small_disk / "sidecar"
    write_durably(path, b"old")
    free = 16 * 1024 * 1024 - 8 * 1024
    with (small_disk / "filler").open("wb") as filler:
        filler.write(bytes(free - 64 * 1024))
    with pytest.raises(StoreFull):
        write_durably(path, bytes(1024 * 1024))
    assert path.read_bytes() == b"old"
