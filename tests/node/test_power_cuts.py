"""The power is cut at every commit, sidecar and key write, and at random instants."""

from __future__ import annotations

import asyncio
import os
import random  # noqa: TID251 (when to pull the plug is left to chance)
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from node.faults import VARIABLE
from node.history.checking import check
from node.history.sidecar import Standing, read_sidecar, standing
from node.store.port import Rows
from tests.support.forks import Forked
from tests.support.machines import TestMachine

POINTS = ("before-commit", "commit", "before-sidecar", "sidecar")
SAVES = 7
RANDOM_KILLS = 200 if os.environ.get("DANGYI_SOAK") else 10


def run_clerk(home: Path, saves: int, fault: str = "") -> subprocess.Popen[str]:
    environment = dict(os.environ)
    environment.pop(VARIABLE, None)
    if fault:
        environment[VARIABLE] = fault
    return Forked(
        [sys.executable, "-m", "tests.support.clerk", str(home), str(saves)],
        cwd=Path(__file__).parents[2],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


async def assert_nothing_was_lost(home: Path, said: str) -> TestMachine:
    """Every acknowledged save is there, once; chain, sidecar and rows are whole."""
    lines = [line.split() for line in said.splitlines() if line]
    machine = await TestMachine.open(home)
    try:
        await assert_whole(machine, lines)
    except BaseException:
        await machine.close()
        raise
    return machine


async def assert_whole(machine: TestMachine, lines: list[list[str]]) -> None:
    found = read_sidecar(machine.home)
    where = await machine.store.read(lambda rows: standing(rows, found))
    assert where in (Standing.LEVEL, Standing.BEHIND)
    stored = {(row.seq, row.hash.hex()) for row in await machine.sets()}
    assert len(stored) == len({seq for seq, _ in stored})
    for line in lines:
        if line[0] == "sealed":
            assert (int(line[1]), line[2]) in stored

    def titles(rows: Rows) -> dict[int, str]:
        return {row.n: row.search_text for row in rows.records.after(0, 10**6)}

    shown = await machine.store.read(titles)
    for line in lines:
        if line[0] == "saved":
            assert shown[int(line[1])].startswith(line[2])
    report = await check(machine.store, machine.keys, machine.home, rebuild=True)
    assert report.faults == []
    await machine.seal()
    assert await machine.store.read(lambda rows: rows.journal.amount()) == (0, 0)
    report = await check(machine.store, machine.keys, machine.home, rebuild=True)
    assert report.faults == []


@pytest.mark.journey
@pytest.mark.timeout(300)
@pytest.mark.parametrize("point", POINTS)
async def test_a_cut_at_each_point_loses_nothing(tmp_path: Path, point: str) -> None:
    number = 1
    while True:
        home = tmp_path / f"{point}-{number}"
        clerk = run_clerk(home, SAVES, f"{point}:{number}")
        said, _ = clerk.communicate(timeout=60)
        if clerk.returncode == 0:
            break
        assert clerk.returncode == -signal.SIGKILL
        if "open" in said:
            machine = await assert_nothing_was_lost(home, said)
            await machine.close()
        number += 1 if number < 6 else 4
    assert number > 2


@pytest.mark.parametrize("point", ["before-key", "key"])
def test_a_cut_while_keys_are_made_leaves_no_machine_in_the_way(
    tmp_path: Path, point: str
) -> None:
    home = tmp_path / "room"
    for number in (1, 2):
        clerk = run_clerk(home, 0, f"{point}:{number}")
        said, _ = clerk.communicate(timeout=60)
        assert clerk.returncode in (-signal.SIGKILL, 0)
        assert "open" not in said or clerk.returncode == 0
    clerk = run_clerk(home, 1)
    said, _ = clerk.communicate(timeout=60)
    assert clerk.returncode == 0
    assert "saved" in said


@pytest.mark.journey
@pytest.mark.timeout(1800)
async def test_random_kills_lose_nothing(tmp_path: Path) -> None:
    home = tmp_path / "room"
    said = ""
    for _ in range(RANDOM_KILLS):
        clerk = run_clerk(home, 999)
        assert clerk.stdout is not None
        assert clerk.stdout.readline() == "open\n"
        await asyncio.sleep(random.uniform(0.0, 0.4))
        clerk.kill()
        said += clerk.communicate(timeout=60)[0].rpartition("\n")[0] + "\n"
    machine = await assert_nothing_was_lost(home, said)

    def numbers(rows: Rows) -> list[int]:
        return [row.n for row in rows.records.after(0, 1_000_000)]

    found = await machine.store.read(numbers)
    assert len(found) == len(set(found))
    await machine.close()


@pytest.mark.journey
async def test_two_processes_at_one_room_lose_nothing(tmp_path: Path) -> None:
    home = tmp_path / "room"
    await (await TestMachine.make(home)).close()
    first = run_clerk(home, 12)
    second = run_clerk(home, 12)
    outcome = [desk.communicate(timeout=60)[0] for desk in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0)
    saved = [
        line.split()[1]
        for said in outcome
        for line in said.splitlines()
        if line.startswith("saved")
    ]
    assert len(saved) == len(set(saved)) == 48
    machine = await TestMachine.open(home)

    def all_numbers(rows: Rows) -> set[int]:
        return {row.n for row in rows.records.after(0, 10**6)}

    assert {int(n) for n in saved} <= await machine.store.read(all_numbers)
    report = await check(machine.store, machine.keys, machine.home, rebuild=True)
    assert report.faults == []
    await machine.close()
