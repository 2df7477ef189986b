"""A database of version 1 is brought up to date: in steps, after cuts, by several."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from node.catalogue.listing import ClassCount, Where
from node.history import upgrading
from node.history.upgrading import (
    bring_rows_up_to_date,
    is_up_to_date,
    next_step,
)
from node.home import Home
from node.keys import KeyFolder
from node.machine import Machine
from node.search.text import searchable
from node.store.port import Rows
from node.store.store import Store
from protocol.operations import Actor
from tests.support.older_stores import make_version_1

CLERK = Actor("其其格")
RECORDS = 130

Portrait = tuple[list[ClassCount], Sequence[str | None]]


async def portrait(machine: Machine) -> Portrait:
    """Classes with their amounts, and codes or titles as they stand on the shelf."""
    shelves = machine.catalogue.shelves
    listing = await shelves.listing(CLERK, Where())
    records = await shelves.rows(CLERK, listing, 0, 1000)
    names = [record.code or str(record.fields["title"]) for record in records]
    return await shelves.classes(CLERK), names


async def make_room(folder: Path) -> Portrait:
    """A room with items of all kinds; what it looks like."""
    machine = await Machine.init_room(Home(folder), "室", {"0001": "全宗"})
    door = machine.catalogue
    for number in range(RECORDS):
        values = {"title": f"关于第{number}件事的通知", "date": f"201{number % 4}0203"}
        if number % 3 == 0:
            values["code"] = f"0001-WS·201{number % 4}-D30-BGS-{number:04d}"
        elif number % 3 == 1:
            values["code"] = f"0001-2-{number % 7 + 1:04d}-{number:03d}"
        await door.add(CLERK, None, values, at_desk=True)
    listing = await door.shelves.listing(CLERK, Where())
    first, second, *_ = await door.shelves.rows(CLERK, listing, 0, 9)
    await door.withdraw(CLERK, first.id, "重复")
    await door.set(CLERK, second.id, {"pages": "7"})
    found = await portrait(machine)
    await machine.close()
    return found


async def open_store(home: Home) -> Store:
    return await Store.open(home, KeyFolder(home), describe=searchable)


async def test_a_room_of_version_1_stands_on_its_shelves_after_opening(
    tmp_path: Path,
) -> None:
    before = await make_room(tmp_path)
    make_version_1(Home(tmp_path))
    told: list[tuple[int, int]] = []
    machine = await Machine.open(
        Home(tmp_path), progress=lambda done, total: told.append((done, total))
    )
    assert await portrait(machine) == before
    assert told[-1] == (RECORDS + 1, RECORDS + 1)
    assert (await machine.verify(rebuild=True)).faults == []
    told.clear()
    await machine.close()
    machine = await Machine.open(
        Home(tmp_path), progress=lambda done, total: told.append((done, total))
    )
    assert told == []
    await machine.close()


async def test_a_cut_costs_one_step_and_nothing_is_counted_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await make_room(tmp_path)
    make_version_1(Home(tmp_path))
    monkeypatch.setattr(upgrading, "STEP_SECONDS", 0.0)
    steps = 0
    while True:
        store = await open_store(Home(tmp_path))
        if await store.read(is_up_to_date):
            await store.close()
            break

        def broken(rows: Rows) -> None:
            next_step(rows)
            raise InterruptedError

        with pytest.raises(InterruptedError):
            await store.write(broken)
        step = await store.write(next_step)
        steps += step.records > 0
        await store.close()
    assert steps > 3
    machine = await Machine.open(Home(tmp_path))
    assert await portrait(machine) == before
    await machine.close()


async def test_several_processes_share_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two stores stand for two processes: their locks and connections are their own."""
    before = await make_room(tmp_path)
    make_version_1(Home(tmp_path))
    monkeypatch.setattr(upgrading, "STEP_SECONDS", 0.0)
    stores = [await open_store(Home(tmp_path)) for _ in range(2)]
    done = await asyncio.gather(*map(bring_rows_up_to_date, stores))
    passes = 2
    assert sum(done) == passes * (RECORDS + 1)
    for store in stores:
        await store.close()
    machine = await Machine.open(Home(tmp_path))
    assert await portrait(machine) == before
    await machine.close()


async def test_what_is_saved_between_the_steps_is_in_its_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_room(tmp_path)
    machine = await Machine.open(Home(tmp_path))
    listing = await machine.catalogue.shelves.listing(CLERK, Where())
    shown = await machine.catalogue.shelves.rows(CLERK, listing, 0, 1000)
    ids = [shown[place].id for place in (0, 50, -1)]
    await machine.close()
    make_version_1(Home(tmp_path))
    monkeypatch.setattr(upgrading, "STEP_SECONDS", 0.0)
    store = await open_store(Home(tmp_path))
    await store.write(next_step)
    desk = Machine(
        Home(tmp_path),
        KeyFolder(Home(tmp_path)),
        store,
        machine.clock,
        ("室", machine._role, machine._log),
    )
    for record_id in ids:
        await desk.catalogue.set(CLERK, record_id, {"year": "1999"}, at_desk=True)
    await desk.catalogue.withdraw(CLERK, ids[1], "重复")
    added = await desk.catalogue.add(CLERK, None, {"title": "新收"}, at_desk=True)
    await bring_rows_up_to_date(store)
    totals = await desk.catalogue.shelves.totals(CLERK)
    assert totals.items == RECORDS - 1
    later = await desk.catalogue.shelves.listing(CLERK, Where(year=1999))
    found = await desk.catalogue.shelves.rows(CLERK, later, 0, 9)
    assert {record.id for record in found} == {ids[0], ids[2]}
    everything = await desk.catalogue.shelves.listing(CLERK, Where())
    place = await desk.catalogue.shelves.place_of(CLERK, everything, added.id)
    assert place is not None
    assert (await desk.verify(rebuild=True)).faults == []
    await store.close()
