"""Power cuts at both ends: nothing lost, nothing doubled, every chain whole."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import pytest

from tests.support.processes import HubProcess, dangyi, start

KILLS = 200 if os.environ.get("DANGYI_SOAK") else 10

IS_SOAK = KILLS > 10
_POINTS = ("commit", "before-commit", "frame")
_EVERY = [f"{point}:{n}" for point in _POINTS for n in range(1, 13)]
HUB_FAULTS = (
    _EVERY if IS_SOAK else ["commit:1", "commit:3", "before-commit:2", "frame:1"]
)
ROOM_FAULTS = [*HUB_FAULTS, "before-sidecar:1", "sidecar:1"]

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1_800 if IS_SOAK else 170)]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    home = tmp_path / "hub"
    dangyi(home, "init", "--hub", "--name", "旗档案馆")
    process = HubProcess(home)
    process.start()
    yield process
    process.stop()


def new_room(hub: HubProcess, home: Path, name: str, *fonds: str) -> Path:
    dangyi(home, "init", "--name", name, *(f"--fonds={each}" for each in fonds))
    text = dangyi(
        hub.home, "invite", "--name", name, "--fonds", "A01", "--address", hub.address
    )["invitation"]
    dangyi(home, "join", text)
    return home


def add(home: Path, title: str, fault: str | None = None) -> None:
    dangyi(home, "--as", "王秀英", "add", "fonds=A01", f"title={title}", fault=fault)


def all_titles(home: Path) -> list[str]:
    found = dangyi(home, "search", "level=item", "--limit", "100000")["results"]
    return sorted(each["fields"]["title"] for each in found)


def assert_whole(*homes: Path) -> None:
    for home in homes:
        report = dangyi(home, "verify", "--rebuild")
        assert report["is_whole"], report["faults"]


def may_be_killed(home: Path, *arguments: str, fault: str) -> None:
    """Run a command that the fault may kill, and nothing else may make fail."""
    process = start(home, *arguments, fault=fault)
    process.communicate(timeout=60)
    assert process.returncode in {0, -9}


def test_random_kills_at_both_ends_lose_and_double_nothing(
    tmp_path: Path, hub: HubProcess
) -> None:
    rooms = [
        new_room(hub, tmp_path / "a", "甲镇", "A01=全宗"),
        new_room(hub, tmp_path / "b", "乙镇"),
    ]
    for room in rooms:
        dangyi(room, "sync")
    expected: list[str] = []
    for kill in range(KILLS):
        dice = blake2b(b"kill %d" % kill, digest_size=8).digest()
        room = rooms[dice[0] % 2]
        title = f"关于第{kill}号工作安排的通知"
        add(room, title)
        expected.append(title)
        victim_is_hub = dice[1] % 2 == 0
        syncing = start(room, "sync")
        time.sleep(0.15 + dice[2] / 255 * 0.6)
        if victim_is_hub:
            hub.kill()
        else:
            syncing.kill()
        if victim_is_hub:
            hub.start()
        syncing.wait(timeout=60)
        if syncing.stdout is not None:
            syncing.stdout.close()
    for room in (*rooms, *rooms):
        dangyi(room, "sync")
    for home in (*rooms, hub.home):
        assert all_titles(home) == sorted(expected)
    assert_whole(*rooms, hub.home)


def test_a_hub_killed_at_a_commit_has_told_nothing_that_it_has_not(
    tmp_path: Path, hub: HubProcess
) -> None:
    """Also between the commit of a set and the answer that would have told of it."""
    room = new_room(hub, tmp_path / "a", "甲镇", "A01=全宗")
    dangyi(room, "sync")
    expected: list[str] = []
    for fault in HUB_FAULTS:
        expected.append(f"关于防汛抗旱工作的通知（{fault}）")
        add(room, expected[-1])
        hub.stop()
        hub.start(fault=fault)
        syncing = start(room, "sync")
        for _ in range(400):
            if not hub.is_running or syncing.poll() is not None:
                break
            time.sleep(0.02)
        hub.kill()
        receipt = dangyi(room, "status")["receipt"]
        hub.start()
        syncing.communicate(timeout=60)
        dangyi(room, "sync")
        assert dangyi(room, "status")["receipt"]["number"] >= receipt["number"]
        assert all_titles(hub.home) == sorted(expected)
    assert all_titles(room) == sorted(expected)
    assert_whole(room, hub.home)


def test_a_room_killed_at_a_commit_goes_on_where_it_was(
    tmp_path: Path, hub: HubProcess
) -> None:
    room = new_room(hub, tmp_path / "a", "甲镇", "A01=全宗")
    other = new_room(hub, tmp_path / "b", "乙镇")
    dangyi(room, "sync")
    dangyi(other, "sync")
    certain: list[str] = []
    possible: list[str] = []
    for fault in ROOM_FAULTS:
        certain.append(f"关于春耕生产的通知（{fault}）")
        add(other, certain[-1])
        dangyi(other, "sync")
        possible.append(f"关于秋收工作的通知（{fault}）")
        title = f"title={possible[-1]}"
        may_be_killed(room, "--as", "王秀英", "add", "fonds=A01", title, fault=fault)
        may_be_killed(room, "sync", fault=fault)
    dangyi(room, "sync")
    dangyi(other, "sync")
    titles = all_titles(room)
    assert set(certain) <= set(titles) <= {*certain, *possible}
    assert len(titles) == len(set(titles))
    assert all_titles(hub.home) == all_titles(other) == titles
    assert_whole(room, other, hub.home)
