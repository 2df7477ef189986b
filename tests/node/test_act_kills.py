"""Acts on many records, ended at every commit and at random instants.

Whoever opens the machine next finishes what had begun, or drops what had not; then no
number is missing, none is given twice, and the rows are what the log says.
"""

from __future__ import annotations

import asyncio
import os
import random  # noqa: TID251 (when to pull the plug is left to chance)
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from node.catalogue.act_recovery import Recovered
from node.faults import VARIABLE
from node.history.checking import check
from node.home import Home
from node.machine import Machine
from node.store.desk_port import StepState
from tests.support.filing_clerk import CLERK, KEY, LOCATION, enter
from tests.support.forks import Forked

ITEMS = 160
KILLS = 60 if os.environ.get("DANGYI_SOAK") else 4
ACTS = ("file", "change", "undo", "undo-sealed")


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Rooms in which each act can be done."""
    folder = tmp_path_factory.mktemp("rooms")

    async def make() -> None:
        machine = await Machine.init_room(
            Home(folder / "file"), "库伦镇档案室", {"0073": "库伦街道办事处"}
        )
        await enter(machine, ITEMS)
        await machine.close()
        shutil.copytree(folder / "file", folder / "undo")
        machine = await Machine.open(Home(folder / "undo"))
        arranged = await machine.catalogue.filing.arrangement(CLERK, KEY)
        await machine.catalogue.filing.file(CLERK, arranged)
        await machine.close()
        shutil.copytree(folder / "undo", folder / "undo-sealed")
        machine = await Machine.open(Home(folder / "undo-sealed"))
        await machine.catalogue.premises.seal()
        await machine.close()

    asyncio.run(make())
    return {act: folder / ("file" if act == "change" else act) for act in ACTS}


def run_clerk(home: Path, act: str, fault: str = "") -> subprocess.Popen[str]:
    environment = dict(os.environ)
    environment.pop(VARIABLE, None)
    if fault:
        environment[VARIABLE] = fault
    return Forked(
        [sys.executable, "-m", "tests.support.filing_clerk", str(home), act],
        cwd=Path(__file__).parents[2],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


async def recover(home: Path, act: str, *, is_done: bool) -> list[Recovered]:
    """What the next opening does with what was cut off, and that all is whole then."""
    machine = await Machine.open(Home(home))
    try:
        recovered = await machine.catalogue.acts.recover()
        assert await machine.catalogue.acts.recover() == []
        await assert_whole(machine, act, recovered, is_done=is_done)
        report = await check(machine.store, machine.keys, machine.home, rebuild=True)
        assert report.faults == []
        return recovered
    finally:
        await machine.close()


async def assert_whole(
    machine: Machine, act: str, recovered: list[Recovered], *, is_done: bool
) -> None:
    catalogue = machine.catalogue
    arranged = await catalogue.filing.arrangement(CLERK, KEY)
    assert len(arranged.lines) == ITEMS
    numbers = [line.number for line in arranged.lines if line.is_filed]
    moved = sum(
        line.record.fields.get("location") == LOCATION for line in arranged.lines
    )
    is_changed = moved == ITEMS if act == "change" else bool(numbers)
    assert moved in (0, ITEMS)
    assert numbers in ([], list(range(1, ITEMS + 1)))
    if is_done or recovered:
        is_finished = is_done or any(each.is_finished for each in recovered)
        assert is_changed == (is_finished != act.startswith("undo"))
    left = await machine.store.read(
        lambda rows: [row.act_no for row in rows.acts.unfinished()]
    )
    assert left == []
    last = (await catalogue.acts.last(CLERK))[0]
    planned = await machine.store.read(
        lambda rows: rows.acts.amounts(last.act_no).get(StepState.PLANNED, 0)
    )
    assert planned == 0


@pytest.mark.journey
@pytest.mark.timeout(300)
@pytest.mark.parametrize("act", ACTS)
async def test_an_act_cut_at_any_commit_is_finished_or_has_not_been(
    tmp_path: Path, rooms: dict[str, Path], act: str
) -> None:
    outcomes: set[bool | None] = set()
    number = 1
    while True:
        home = tmp_path / f"{act}-{number}"
        shutil.copytree(rooms[act], home)
        clerk = run_clerk(home, act, f"commit:{number}")
        said, _ = clerk.communicate(timeout=60)
        assert clerk.returncode in (0, -signal.SIGKILL)
        recovered = await recover(home, act, is_done="done" in said)
        outcomes |= {each.is_finished for each in recovered}
        shutil.rmtree(home)
        if clerk.returncode == 0:
            break
        number += 1
    assert number > 2
    assert True in outcomes
    assert (False in outcomes) == (not act.startswith("undo"))


@pytest.mark.journey
@pytest.mark.timeout(900)
@pytest.mark.parametrize("act", ACTS)
async def test_an_act_killed_at_random_is_finished_or_has_not_been(
    tmp_path: Path, rooms: dict[str, Path], act: str
) -> None:
    for number in range(KILLS):
        home = tmp_path / f"{act}-{number}"
        shutil.copytree(rooms[act], home)
        clerk = run_clerk(home, act)
        assert clerk.stdout is not None
        assert clerk.stdout.readline() == "open\n"
        await asyncio.sleep(random.uniform(0.0, 0.3))
        clerk.kill()
        said, _ = clerk.communicate(timeout=60)
        await recover(home, act, is_done="done" in said)
        shutil.rmtree(home)
