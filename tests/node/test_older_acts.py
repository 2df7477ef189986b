"""Taking back what was done to items that were filed or withdrawn since."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from node.catalogue.act_errors import CannotUndo
from node.catalogue.act_steps import planned, run_act
from node.catalogue.reading import dot_of
from node.errors import SecretRefused
from node.exchange.entry import Refusal
from node.exchange.kept import KeptRow, unpack_row
from node.home import Home
from node.machine import Machine
from node.store.desk_port import ActRow, ActState
from node.store.port import Rows
from protocol.operations import Set, Write
from tests.support.filing_clerk import CLERK, KEY, LOCATION, enter

ITEMS = 6
MARKED = "见机密★文件"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Machine]:
    machine = await Machine.init_room(Home(tmp_path / "room"), "室", {"0073": "库伦"})
    await enter(machine, ITEMS)
    yield machine
    await machine.close()


async def file_all(machine: Machine) -> int:
    filing = machine.catalogue.filing
    filed = await filing.file(CLERK, await filing.arrangement(CLERK, KEY))
    return filed.act_no


async def ids(machine: Machine) -> list[str]:
    arranged = await machine.catalogue.filing.arrangement(CLERK, KEY)
    return [line.record.id for line in arranged.lines]


async def numbers(machine: Machine) -> list[int]:
    arranged = await machine.catalogue.filing.arrangement(CLERK, KEY)
    return [line.number for line in arranged.lines if line.is_filed]


@pytest.mark.parametrize("place", [0, -1], ids=["set", "add"])
async def test_a_save_before_the_filing_stays_while_the_item_is_filed(
    room: Machine, place: int
) -> None:
    record = (await ids(room))[0]
    await room.catalogue.set(CLERK, record, {"pages": "7"}, at_desk=True)
    act = (await room.catalogue.acts.last(CLERK))[place]
    filing = await file_all(room)
    told = (await room.catalogue.acts.last(CLERK))[place or 1]
    assert (told.can_undo, told.why_not) == (False, "filed-since")
    with pytest.raises(CannotUndo, match="filed-since"):
        await room.catalogue.acts.undo(CLERK, act.act_no)
    assert await numbers(room) == list(range(1, ITEMS + 1))
    await room.catalogue.acts.undo(CLERK, filing)
    assert (await room.catalogue.acts.undo(CLERK, act.act_no)).records == 1


async def test_a_change_of_many_stays_with_what_was_filed_or_withdrawn_since(
    room: Machine,
) -> None:
    acts = room.catalogue.acts
    changed = await acts.change_many(CLERK, await ids(room), "location", LOCATION)
    gone = (await ids(room))[2]
    await room.catalogue.withdraw(CLERK, gone, "重复", at_desk=True)
    undone = await acts.undo(CLERK, changed.act_no)
    assert (undone.records, undone.kept) == (ITEMS - 1, 1)
    assert gone not in await ids(room)
    changed = await acts.change_many(CLERK, await ids(room), "location", LOCATION)
    await file_all(room)
    undone = await acts.undo(CLERK, changed.act_no)
    assert (undone.records, undone.kept) == (0, ITEMS - 1)


async def test_a_correction_of_many_is_taken_back_though_they_are_filed(
    room: Machine,
) -> None:
    await file_all(room)
    acts = room.catalogue.acts
    changed = await acts.change_many(
        CLERK, await ids(room), "location", LOCATION, "迁库"
    )
    await room.catalogue.premises.seal()
    assert (await acts.undo(CLERK, changed.act_no)).records == ITEMS


async def test_a_filing_does_not_bring_back_what_was_withdrawn_since(
    room: Machine,
) -> None:
    act_no = await file_all(room)
    gone = (await ids(room))[2]
    await room.catalogue.withdraw(CLERK, gone, "重复", at_desk=True)
    with pytest.raises(CannotUndo, match="corrected-since"):
        await room.catalogue.acts.undo(CLERK, act_no)
    assert gone not in await ids(room)


async def test_a_filed_item_that_lost_its_number_is_given_the_next_one(
    room: Machine,
) -> None:
    await file_all(room)
    record = (await ids(room))[2]
    await room.catalogue.set(CLERK, record, {"code": ""}, reason="误编", at_desk=True)
    await enter(room, 2)
    filing = room.catalogue.filing
    filed = await filing.file(CLERK, await filing.arrangement(CLERK, KEY))
    assert (filed.filed, filed.numbered) == (3, 3)
    assert await numbers(room) == [1, 2, 4, 5, 6, 7, 8, 9]


async def test_a_filing_that_was_broken_off_is_finished_before_the_next_act(
    room: Machine,
) -> None:
    await enter(room, 200)
    filing = room.catalogue.filing
    arranged = await filing.arrangement(CLERK, KEY)

    def stop(done: int, _total: int) -> None:
        if done > ITEMS:
            running.cancel()

    running = asyncio.create_task(filing.file(CLERK, arranged, progress=stop))
    with pytest.raises(asyncio.CancelledError):
        await running
    await room.store.write(lambda _rows: None)
    assert 0 < len(await numbers(room)) < 200
    first = (await ids(room))[0]
    await room.catalogue.acts.change_many(CLERK, [first], "location", LOCATION, "迁")
    assert await numbers(room) == list(range(1, ITEMS + 201))
    assert await room.catalogue.conflicts(CLERK) == []


async def test_a_step_whose_record_is_gone_is_not_done_to_another(
    room: Machine,
) -> None:
    acts = room.catalogue.acts
    added = (await acts.last(CLERK))[0].act_no

    def plan(rows: Rows) -> int:
        (newest,) = rows.records.after(ITEMS, 1)
        record = dot_of(rows, newest)
        written = Set(1, CLERK, 0, record, (Write(30, "x", (record,)),))
        row = ActRow(0, CLERK.name, "change", 0, "", 0, int(ActState.RUNNING), 1, b"")
        act_no = rows.acts.add(row)
        rows.acts.add_steps([planned(act_no, 0, newest.record_no, (written,))])
        return act_no

    act_no = await room.store.write(plan)
    await acts.undo(CLERK, added)
    await enter(room, 1)
    operations = await room.store.read(lambda rows: rows.journal.amount())
    await run_act(room.store, act_no)
    assert await room.store.read(lambda rows: rows.journal.amount()) == operations
    assert (await room.verify(rebuild=True)).faults == []


@pytest.mark.parametrize("how", ["set", "change", "withdraw"])
async def test_a_reason_with_the_marking_of_a_secret_is_refused(
    room: Machine, how: str
) -> None:
    await file_all(room)
    record = (await ids(room))[0]
    door = room.catalogue
    with pytest.raises(SecretRefused):
        match how:
            case "set":
                await door.set(CLERK, record, {"pages": "9"}, reason=MARKED)
            case "change":
                await door.acts.change_many(CLERK, [record], "notes", "x", MARKED)
            case _:
                await door.withdraw(CLERK, record, MARKED)


def workbook(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("目录")
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(line, column, cell)
    book.close()
    return path


async def test_an_import_stays_while_something_of_it_is_filed(
    room: Machine, tmp_path: Path
) -> None:
    heading = ["年度", "保管期限", "题名", "责任者", "日期", "页数"]
    rows = [["2020", "D30", f"第{n}件", "旗政府", "20200101", "2"] for n in range(3)]
    path = workbook(tmp_path / "a.xlsx", [heading, *rows])
    result = await room.catalogue.import_workbook(CLERK, path, "0073")
    imported = (await room.catalogue.acts.last(CLERK))[0]
    filing = await file_all(room)
    told = (await room.catalogue.acts.last(CLERK))[1]
    assert (told.act_no, told.why_not) == (imported.act_no, "filed-since")
    for undo in (
        room.catalogue.acts.undo(CLERK, imported.act_no),
        room.catalogue.undo_import(CLERK, result.batch),
    ):
        with pytest.raises(CannotUndo, match="filed-since"):
            await undo
    assert await numbers(room) == list(range(1, ITEMS + 4))
    await room.catalogue.acts.undo(CLERK, filing)
    assert (await room.catalogue.acts.undo(CLERK, imported.act_no)).records == 3


async def test_of_a_secret_in_a_workbook_only_its_place_is_kept(
    room: Machine, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "a.xlsx", [["题名", "页数"], ["甲事机密★", "3"]])
    result = await room.catalogue.import_workbook(CLERK, path, "0073")
    (kept,) = await room.store.read(lambda rows: rows.imports.refused(result.batch))
    assert unpack_row(kept.cells) == KeptRow((), Refusal("secret-refused", "题名", ""))
