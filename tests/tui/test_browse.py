"""目录: down the shelf, a list as printed, cells corrected, many changed at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from node.catalogue.door import Catalogue
from node.catalogue.drafts import Draft
from node.catalogue.fields import TITLE
from node.catalogue.listing import ClassCount, ClassKey, Order, Stage, Where
from node.catalogue.record import Record
from node.home import Home
from node.machine import Machine
from protocol.operations import Actor
from tests.support.desks import (
    CLERK,
    at_desk,
    keys,
    room_desk,
    settled,
    shown,
    typed,
    until,
)
from tui.app import DeskApp
from tui.desk.machine_desk import MachineDesk
from tui.port.searches import Asked
from tui.screens.batch import BatchScreen
from tui.screens.listing import ListingScreen
from tui.screens.shelf_steps import Place, Step, branches
from tui.widgets.form_field import FormField
from tui.widgets.ledger import Ledger
from tui.width import Drawn, adopt

NAUGHTY = [
    "\x00\x07",
    "<b>{x}[/b]",
    "\u202e倒写",
    "ᠮᠣᠩᠭᠣᠯ",
    "👩‍👩‍👧",
    "𠮷”“★①",
    "'\"\\%_",
]


async def add(desk: MachineDesk, **values: str) -> Record:
    return await desk.entries.add("0001", values, level="item", draft_no=0)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[MachineDesk]:
    async with room_desk(tmp_path / "room") as made:
        for n in range(1, 13):
            await add(
                made,
                title=f"关于第{n}次会议“纪要”的通知",
                date=f"202001{n:02d}",
                year="2020" if n > 2 else "2021",
                retention_code="Y" if n % 2 else "D30",
                org_code="BGS",
                code=f"0001-WS·{2020 if n > 2 else 2021}"
                f"-{'Y' if n % 2 else 'D30'}-BGS-{n:04d}",
            )
        for n in range(1, 4):
            await add(made, title=f"老文件之{n}", code=f"0001-2-15-{n}", date="1985")
        yield made


def catalogue(desk: MachineDesk) -> Catalogue:
    return desk._machine.catalogue


def ledger(pilot: Pilot[int]) -> Ledger:
    return pilot.app.screen.query_one(Ledger)


def cells(pilot: Pilot[int], column: str) -> list[str]:
    """The cells of a column, of the rows that have come."""
    shown_ledger = ledger(pilot)
    place = [each.name for each in shown_ledger.columns].index(column)
    lines = [shown_ledger.line_at(n) for n in range(shown_ledger.size_rows)]
    return [line.cells[place] for line in lines if line is not None]


def text_on(pilot: Pilot[int]) -> str:
    return "\n".join(shown(pilot))


async def list_open(pilot: Pilot[int], where: Where | None = None) -> ListingScreen:
    app = cast("DeskApp", pilot.app)
    screen = await app.open("listing", where=where or Where(), labels=("全部",))
    await settled(pilot)
    return cast("ListingScreen", screen)


async def to_column(pilot: Pilot[int], name: str) -> None:
    names = [each.name for each in ledger(pilot).columns]
    await keys(pilot, *["right"] * (names.index(name) + 1))


async def stored(desk: MachineDesk, record_id: str) -> Record:
    return (await catalogue(desk).details.fill(CLERK, record_id)).record


async def of_title(desk: MachineDesk, part: str) -> Record:
    results = await desk.searches.find(Asked(part))
    return (await desk.searches.hits(results, 0, 1))[0].record


async def test_digits_lead_down_the_shelf_to_a_list(desk: MachineDesk) -> None:
    async with at_desk(desk, first="browse") as pilot:
        await settled(pilot)
        assert "12 件" in text_on(pilot)
        await keys(pilot, "1", "enter")
        assert [line.split()[1] for line in shown(pilot) if " 年" in line] == [
            "2021",
            "2020",
        ]
        await keys(pilot, "2", "enter")
        await keys(pilot, "2", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ListingScreen))
        await settled(pilot)
        assert cells(pilot, "place") == ["1", "2", "3", "4", "5"]
        assert [code[-4:] for code in cells(pilot, "code")] == [
            "0003", "0005", "0007", "0009", "0011",
        ]  # fmt: skip
        assert "Y 永久" in text_on(pilot)


async def test_esc_goes_back_step_by_step(desk: MachineDesk) -> None:
    async with at_desk(desk, first="browse") as pilot:
        await settled(pilot)
        await keys(pilot, "enter", "down", "enter")
        assert "目录:选保管期限" in text_on(pilot)
        await keys(pilot, "escape")
        assert "目录:选年度" in text_on(pilot)
        assert ledger(pilot).current == 1
        await keys(pilot, "escape")
        assert "按件" in text_on(pilot)


async def test_older_papers_are_found_by_volume(desk: MachineDesk) -> None:
    async with at_desk(desk, first="browse") as pilot:
        await settled(pilot)
        await keys(pilot, "2", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ListingScreen))
        await settled(pilot)
        assert cells(pilot, "title") == ["老文件之1", "老文件之2", "老文件之3"]


def test_steps_with_one_way_on_hold_what_the_classes_hold() -> None:
    def count(year: int | None, volume: str, amount: int) -> ClassCount:
        key = ClassKey("0001", "item", "WS", year, "Y", "", volume, Stage.NUMBERED)
        return ClassCount(key, amount)

    classes = [count(2020, "", 5), count(None, "", 2), count(1985, "2-15", 3)]
    (fonds,) = branches(classes, Place(Where()))
    assert (fonds.value, fonds.items, fonds.volumes) == ("0001", 10, 1)
    (category,) = branches(classes, fonds.to)
    items, volumes = branches(classes, category.to)
    assert (items.items, volumes.items) == (7, 3)
    assert [each.value for each in branches(classes, items.to)] == ["2020", ""]
    (inventory,) = branches(classes, volumes.to)
    assert inventory.value == "2"
    (volume,) = branches(classes, inventory.to)
    assert (volume.value, volume.to.step) == ("2-15", Step.LIST)


async def test_a_list_is_sorted_by_any_column_and_back(desk: MachineDesk) -> None:
    async with at_desk(desk, size=(120, 40), first="browse") as pilot:
        await list_open(pilot, Where(year=2020))
        await keys(pilot, "3", "enter", "2", "enter")
        await settled(pilot)
        assert cells(pilot, "date") == sorted(cells(pilot, "date"))
        await keys(pilot, "3", "enter", "2", "enter")
        await settled(pilot)
        assert cells(pilot, "date") == sorted(cells(pilot, "date"), reverse=True)
        assert "日期↓" in text_on(pilot)


async def test_a_list_is_narrowed_by_words_and_stage(desk: MachineDesk) -> None:
    async with at_desk(desk, first="browse") as pilot:
        await list_open(pilot)
        await keys(pilot, "f3")
        await typed(pilot, "老文件")
        await keys(pilot, "enter")
        await settled(pilot)
        assert len(cells(pilot, "title")) == 3
        await keys(pilot, "f3", *["backspace"] * 3, "enter")
        await keys(pilot, "5", "enter", "4", "enter")
        await settled(pilot)
        assert cells(pilot, "title") == []
        assert "已归档" in text_on(pilot)


async def test_a_code_is_gone_to_by_its_end(desk: MachineDesk) -> None:
    async with at_desk(desk, first="browse") as pilot:
        await list_open(pilot)
        await keys(pilot, "f7")
        await typed(pilot, "0001-ws.2020-y-bgs-0009")
        await keys(pilot, "enter")
        current = ledger(pilot).current_line
        assert current is not None
        assert "0009" in " ".join(current.cells)
        await keys(pilot, "f7")
        await typed(pilot, "0004")
        await keys(pilot, "enter")
        current = ledger(pilot).current_line
        assert current is not None
        assert "0004" in " ".join(current.cells)
        await keys(pilot, "f7")
        await typed(pilot, "9999")
        await keys(pilot, "enter")
        assert "没有档号" in text_on(pilot)


async def test_a_cell_is_corrected_in_place(desk: MachineDesk) -> None:
    record = await of_title(desk, "第3次")
    async with at_desk(desk, first="browse") as pilot:
        await list_open(pilot, Where(year=2020, retention="Y"))
        await to_column(pilot, "title")
        await keys(pilot, "enter")
        await typed(pilot, "(补)")
        await keys(pilot, "enter")
        await settled(pilot)
        title = str((await stored(desk, record.id)).fields["title"])
        assert title == "关于第3次会议“纪要”的通知(补)"
        assert title in cells(pilot, "title")
        assert await desk.entries.waiting_drafts() == []
        acts = await desk.acts.last()
        assert acts[0].records == 1


async def test_a_cell_takes_only_what_the_rule_takes(desk: MachineDesk) -> None:
    record = await of_title(desk, "第3次")
    async with at_desk(desk, first="browse") as pilot:
        await list_open(pilot, Where(year=2020, retention="Y"))
        await to_column(pilot, "date")
        await keys(pilot, "enter", *["backspace"] * 8)
        await typed(pilot, "20190230")
        await keys(pilot, "enter")
        assert (await stored(desk, record.id)).fields["date"] == "20200103"
        assert pilot.app.screen.query_one("#field-date", FormField).text == "20190230"
        await keys(pilot, "escape")
        assert "还没存盘" in text_on(pilot)
        assert pilot.app.screen.query_one("#field-date", FormField).text == "20190230"
        await keys(pilot, "escape")
        assert not pilot.app.screen.query("#field-date")
        assert await desk.entries.waiting_drafts() == []


async def test_what_is_typed_into_a_cell_outlives_a_power_cut(
    desk: MachineDesk,
) -> None:
    record = await of_title(desk, "第3次")
    async with at_desk(desk, first="browse") as pilot:
        await list_open(pilot, Where(year=2020, retention="Y"))
        await to_column(pilot, "title")
        await keys(pilot, "enter")
        await typed(pilot, "新")
        waiting = await drafts_kept(pilot, desk)
    (draft,) = waiting
    assert draft.about == record.id
    assert draft.typed["title"].endswith("新")


async def test_typing_on_while_a_draft_is_written_makes_no_second_one(
    desk: MachineDesk,
) -> None:
    """It would be offered again after the correction was saved."""
    async with at_desk(desk, first="browse") as pilot:
        await list_open(pilot, Where(year=2020, retention="Y"))
        await to_column(pilot, "title")
        await keys(pilot, "enter")
        keep, begun = desk.entries.keep_draft, asyncio.Event()
        go_on = asyncio.Event()

        async def slowly(draft: Draft) -> int:
            begun.set()
            await go_on.wait()
            return await keep(draft)

        desk.entries.keep_draft = slowly  # type: ignore[method-assign]
        await typed(pilot, "新")
        await begun.wait()
        await typed(pilot, "的")
        go_on.set()
        assert len(await drafts_kept(pilot, desk)) == 1
        await keys(pilot, "f2")
    assert await desk.entries.waiting_drafts() == []


async def drafts_kept(pilot: Pilot[int], desk: MachineDesk) -> list[Draft]:
    """Drafts, once there is one."""
    for _ in range(200):
        if found := await desk.entries.waiting_drafts():
            return found
        await pilot.pause(0.02)
    return []


async def test_what_came_under_an_open_cell_is_not_overwritten(
    desk: MachineDesk, tmp_path: Path
) -> None:
    """Who wrote what is told first; then both values stand, to be decided."""
    record = await of_title(desk, "第3次")
    async with at_desk(desk, first="browse") as pilot:
        await list_open(pilot, Where(year=2020, retention="Y"))
        await to_column(pilot, "title")
        await keys(pilot, "enter")
        await typed(pilot, "甲")
        other = await Machine.open(Home(tmp_path / "room"))
        try:
            await other.catalogue.set(
                Actor("巴图"), record.id, {"title": "乙改的"}, at_desk=True
            )
        finally:
            await other.close()
        await keys(pilot, "enter")
        assert "巴图 刚改成“乙改的”" in text_on(pilot)
        assert (await stored(desk, record.id)).fields["title"] == "乙改的"
        await keys(pilot, "enter")
        await settled(pilot)
        assert not pilot.app.screen.query("#field-title")
    filled = await desk.entries.fill(record.id)
    assert len(filled.seen.dots[TITLE]) == 2


async def test_a_filed_item_asks_for_its_reason(tmp_path: Path) -> None:
    async with room_desk(tmp_path / "room") as desk:
        record = await add(
            desk,
            title="关于春耕的通知",
            date="20230301",
            year="2023",
            retention_code="Y",
            org_code="BGS",
            pages="2",
            creators="科尔沁街道办事处",
        )
        filing = catalogue(desk).filing
        (group,) = await filing.groups(CLERK, "0001")
        arranged = await filing.arrangement(CLERK, group.key)
        await filing.file(CLERK, arranged)
        async with at_desk(desk, first="browse") as pilot:
            await list_open(pilot, Where(year=2023))
            await to_column(pilot, "title")
            await keys(pilot, "enter")
            await typed(pilot, "(更)")
            await keys(pilot, "enter", "enter")
            assert "要写更正原因" in text_on(pilot)
            assert (await stored(desk, record.id)).fields["title"] == "关于春耕的通知"
            await typed(pilot, "原题名漏字")
            await keys(pilot, "enter")
            await settled(pilot)
        fields = (await stored(desk, record.id)).fields
        assert fields["title"] == "关于春耕的通知(更)"
        assert fields["corrections"] == ["题名:原题名漏字"]


@pytest.mark.parametrize("text", NAUGHTY)
async def test_naughty_strings_in_cells(desk: MachineDesk, text: str) -> None:
    record = await of_title(desk, "第3次")
    await desk.entries.change(
        record.id, {"title": f"甲{text}乙"},
        (await desk.entries.fill(record.id)).seen, reason="", draft_no=0,
    )  # fmt: skip
    async with at_desk(desk, first="browse") as pilot:
        await list_open(pilot, Where(year=2020, retention="Y"))
        await to_column(pilot, "title")
        await keys(pilot, "enter")
        pilot.app.screen.query_one("#field-title", FormField).type_in("丙")
        await keys(pilot, "enter")
        await settled(pilot)
        assert all(cell_len(line) <= 80 for line in shown(pilot))
    title = str((await stored(desk, record.id)).fields["title"])
    assert title.startswith("甲")
    assert title.endswith("乙丙")


async def test_marked_rows_are_changed_together_and_taken_back_at_once(
    desk: MachineDesk,
) -> None:
    async with at_desk(desk, first="browse") as pilot:
        await list_open(pilot, Where(year=2020))
        await keys(pilot, "space", "space", "space")
        assert "已选中 3 件" in text_on(pilot)
        await keys(pilot, "f8")
        await until(pilot, "改哪一项")
        numbers = [line.split() for line in shown(pilot)]
        digits = next(line[0] for line in numbers if line[1:2] == ["页数"])
        await keys(pilot, *digits, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, BatchScreen))
        await settled(pilot)
        await typed(pilot, "8")
        await keys(pilot, "f9")
        await until(pilot, "会改 3 件")
        assert [r async for r in pages_of(desk)].count(8) == 0
        await keys(pilot, "f2")
        await until(pilot, "改了 3 件")
        assert [r async for r in pages_of(desk)].count(8) == 3
    act = (await desk.acts.last())[0]
    assert act.records == 3
    await desk.acts.undo(act.act_no, lambda _done, _total: None)
    assert [r async for r in pages_of(desk)].count(8) == 0


async def pages_of(desk: MachineDesk) -> AsyncIterator[object]:
    shelves = catalogue(desk).shelves
    listing = await shelves.listing(CLERK, Where())
    for record in await shelves.rows(CLERK, listing, 0, 100):
        yield record.fields.get("pages")


async def test_a_whole_list_is_changed(desk: MachineDesk) -> None:
    async with at_desk(desk, first="browse") as pilot:
        await list_open(pilot, Where(year=2020))
        await keys(pilot, "7", "enter")
        assert "已选中 10 件" in text_on(pilot)
        await keys(pilot, "8", "enter")
        await until(pilot, "改哪一项")
        await keys(pilot, "9", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, BatchScreen))
        await settled(pilot)
        await typed(pilot, "5")
        await keys(pilot, "f2")
        await until(pilot, "会改 10 件")
        await keys(pilot, "f2")
        await until(pilot, "改了 10 件")
    assert [r async for r in pages_of(desk)].count(5) == 10


async def test_many_records_are_changed_only_by_who_types_how_many(
    desk: MachineDesk,
) -> None:
    for number in range(25):
        await add(desk, title=f"一九九九年第{number}件", year="1999")
    async with at_desk(desk, first="browse") as pilot:
        await list_open(pilot, Where(year=1999))
        await keys(pilot, "7", "enter", "8", "enter")
        await until(pilot, "改哪一项")
        await keys(pilot, "9", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, BatchScreen))
        await settled(pilot)
        await typed(pilot, "7")
        await keys(pilot, "f2")
        await until(pilot, "会改 25 件")
        await keys(pilot, "f2")
        await until(pilot, "请打件数确认")
        await typed(pilot, "24")
        await keys(pilot, "enter")
        await until(pilot, "对不上")
        assert [r async for r in pages_of(desk)].count(7) == 0
        await keys(pilot, "backspace", "backspace")
        await typed(pilot, "25")
        await keys(pilot, "enter")
        await until(pilot, "改了 25 件")
    assert [r async for r in pages_of(desk)].count(7) == 25


async def test_what_another_process_saved_shows_in_the_list(
    desk: MachineDesk, tmp_path: Path
) -> None:
    async with at_desk(desk, first="browse") as pilot:
        await list_open(pilot, Where(year=2020))
        await keys(pilot, "end")
        current = ledger(pilot).current_line
        assert current is not None
        other = await Machine.open(Home(tmp_path / "room"))
        try:
            await other.catalogue.add(
                Actor("巴图"),
                "0001",
                {
                    "title": "别处录入的",
                    "year": "2020",
                    "code": "0001-WS·2020-D30-BGS-0001",
                },
            )
        finally:
            await other.close()
        await until(pilot, lambda: "别处录入的" in cells(pilot, "title"))
        await settled(pilot)
        now = ledger(pilot).current_line
        assert now is not None
        assert now.id == current.id


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 20)])
@pytest.mark.parametrize("is_wide", [False, True])
async def test_lines_are_as_wide_as_the_screen(
    desk: MachineDesk, size: tuple[int, int], is_wide: bool
) -> None:
    try:
        async with at_desk(desk, first="browse", size=size) as pilot:
            adopt(Drawn(is_wide=is_wide, has_plain_rules=is_wide))
            await list_open(pilot)
            await keys(pilot, "right", "right", "right", "right")
            assert all(cell_len(line) <= size[0] for line in shown(pilot))
            assert len(cells(pilot, "title")) == 15
    finally:
        adopt(Drawn())


async def test_only_what_was_looked_at_is_changed_whatever_came_into_the_list(
    desk: MachineDesk,
) -> None:
    listing = await desk.shelves.listing(
        Where(year=2020), Order.CODE, "", lambda *_: None
    )
    preview = await desk.shelves.preview_change(listing, "notes", "改", "")
    late = await add(desk, title="后来的", year="2020", retention_code="Y")
    changed = await desk.shelves.change_many(
        preview.chosen, "notes", "改", "", lambda *_: None
    )
    assert changed.changed == preview.will_change
    filled = await desk.entries.fill(late.id)
    assert "notes" not in filled.record.fields
