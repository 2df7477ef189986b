"""The page of a record: what stands in it, who wrote it, and what can be done to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from node.catalogue.numbering import FilingKey
from node.catalogue.record import Record
from protocol.operations import Actor
from tests.support.desks import CLERK, at_desk, at_once, keys, room_desk, shown, until
from tui.desk.machine_desk import MachineDesk
from tui.screens.asking import last_four
from tui.screens.entry import EntryScreen
from tui.screens.record import RecordScreen

VALUES = {
    "year": "2020",
    "retention_code": "Y",
    "org_code": "BGS",
    "doc_no": "库政发〔2020〕12号",
    "title": "关于做好2020年防汛工作的通知",
    "creators": "库伦旗人民政府、库伦旗水利局",
    "date": "20200601",
    "pages": "8",
    "parallel_title": "ᠬᠦᠷᠢᠶ᠎ᠡ ᠬᠣᠰᠢᠭᠤ",
}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[MachineDesk]:
    async with room_desk(tmp_path / "room") as opened:
        yield opened


async def entered(desk: MachineDesk) -> Record:
    return await desk.entries.add("0001", VALUES, level="item", draft_no=0)


async def changed(desk: MachineDesk, record: Record, **values: str) -> None:
    filled = await desk.entries.fill(record.id)
    await desk.entries.change(record.id, values, filled.seen, reason="", draft_no=0)


async def filed(desk: MachineDesk) -> Record:
    record = await entered(desk)
    filing = desk._machine.catalogue.filing
    found = await filing.arrangement(CLERK, FilingKey("0001", 2020, "Y", "BGS"))
    await filing.file(CLERK, found)
    return (await desk.records.detail(record.id)).record


async def opened(pilot: Pilot[int], record: Record, part: str = "") -> None:
    await pilot.app.open("record", record.id, part=part)  # type: ignore[attr-defined]
    await until(pilot, "修改(F2)" if not part else "内容(F4)")
    await until(pilot, "上报  " if not part else "著录  ")


def text(pilot: Pilot[int]) -> str:
    return "\n".join(shown(pilot))


async def test_everything_known_of_a_record_stands_on_its_page(
    desk: MachineDesk,
) -> None:
    record = await entered(desk)
    async with at_desk(desk, size=(80, 40)) as pilot:
        await opened(pilot, record)
        for line in (
            "档号  未编号",
            "状态  待归档",
            "上报  已保存本机",
            "题名  关于做好2020年防汛工作的通知",
            "责任者  库伦旗人民政府、库伦旗水利局",
            "并列题名  [蒙文 12字]",
        ):
            await until(pilot, line)
        await keys(pilot, "4", "enter")
        await until(pilot, "主题词  —")


async def test_looking_at_a_record_seals_nothing_and_its_id_is_sealed_when_asked(
    desk: MachineDesk,
) -> None:
    record = await entered(desk)
    async with at_desk(desk) as pilot:
        await opened(pilot, record)
        assert not (await desk.records.detail(record.id)).is_sealed
        assert record.id not in text(pilot)
        await keys(pilot, "5", "enter")
        await until(pilot, f"这一件的编号:{record.id}")
        assert (await desk.records.detail(record.id)).is_sealed


async def test_the_history_says_who_changed_what_from_which_value(
    desk: MachineDesk,
) -> None:
    record = await entered(desk)
    await changed(MachineDesk(desk._machine, Actor("其其格")), record, pages="9")
    async with at_desk(desk, size=(80, 40)) as pilot:
        await opened(pilot, record, part="history")
        await until(pilot, "乌兰 在 科尔沁街道档案室 著录  已保存本机")
        await until(pilot, "其其格 在 科尔沁街道档案室 改  已保存本机")
        await until(pilot, "页数  8 → 9")
        await keys(pilot, "f4")
        await until(pilot, "页数  9")


async def test_former_codes_and_both_values_of_an_open_field_are_shown(
    desk: MachineDesk,
) -> None:
    record = await entered(desk)
    await changed(desk, record, code="0001-WS·2020-Y-BGS-0001")
    await changed(desk, record, code="0001-WS·2020-Y-BGS-0002")
    filled = await desk.entries.fill(record.id)
    other = MachineDesk(desk._machine, Actor("其其格"))
    await changed(desk, record, title="甲题名")
    await other.entries.change(
        record.id, {"title": "乙题名"}, filled.seen, reason="", draft_no=0
    )
    async with at_desk(desk, size=(80, 40)) as pilot:
        await opened(pilot, record)
        await until(pilot, "曾用档号  0001-WS·2020-Y-BGS-0001")
        await until(pilot, "有分歧待裁 1 处")
        await until(pilot, "★题名  1 甲题名(乌兰,")
        await until(pilot, "2 乙题名(其其格,")


async def test_withdrawing_asks_for_the_last_four_and_can_be_taken_back(
    desk: MachineDesk,
) -> None:
    record = await entered(desk)
    await changed(desk, record, code="0001-WS·2020-Y-BGS-0042")
    async with at_desk(desk) as pilot:
        await opened(pilot, record)
        await keys(pilot, "3", "enter")
        await until(pilot, "再输档号的后四位")
        await at_once(pilot, "重复著录\r0043\r")
        await until(pilot, "后四位不对")
        assert (await desk.records.detail(record.id)).record.state == "active"
        await at_once(pilot, "００４２\r")
        await until(pilot, "已撤件,已保存本机")
        detail = await desk.records.detail(record.id)
        assert detail.record.state == "withdrawn"
        assert detail.history[-1].value == "重复著录"
        await keys(pilot, "3", "enter")
        await until(pilot, "复件:这一件重新在册")
        await at_once(pilot, "撤错了\r")
        await until(pilot, "已复件,已保存本机")
        assert (await desk.records.detail(record.id)).record.state == "active"


async def test_withdrawing_needs_a_reason_and_esc_does_nothing(
    desk: MachineDesk,
) -> None:
    record = await entered(desk)
    async with at_desk(desk) as pilot:
        await opened(pilot, record)
        await keys(pilot, "3", "enter")
        await until(pilot, f"编号 {record.id}")
        await at_once(pilot, f"\r{last_four(record.id)}\r")
        await until(pilot, "要写原因")
        await keys(pilot, "escape")
        await until(pilot, "修改(F2)")
    assert (await desk.records.detail(record.id)).record.state == "active"


async def test_a_filed_item_is_read_only_until_a_reason_is_given(
    desk: MachineDesk,
) -> None:
    record = await filed(desk)
    assert record.code == "0001-WS·2020-Y-BGS-0001"
    async with at_desk(desk) as pilot:
        await pilot.app.open("record", record.id)  # type: ignore[attr-defined]
        await until(pilot, "状态  已归档")
        await keys(pilot, "1", "enter")
        await until(pilot, "已归档:只能更正")
        screen = pilot.app.screen
        assert isinstance(screen, EntryScreen)
        await at_once(pilot, "1999")
        assert screen._texts()["year"] == "2020"
        await keys(pilot, "f2")
        await until(pilot, "更正原因")
        await at_once(pilot, "\r")
        await until(pilot, "要写原因")
        await at_once(pilot, "原件共9页\r")
        await until(pilot, "更正,原因:原件共9页")
        screen._form_widget.field("pages").replace_with("9")
        await keys(pilot, "f2")
        await until(pilot, lambda: isinstance(pilot.app.screen, RecordScreen))
        await until(pilot, "页数  9")
    fields = (await desk.records.detail(record.id)).record.fields
    assert fields["pages"] == 9
    assert fields["corrections"] == ["页数:原件共9页"]


async def test_the_page_is_read_in_forty_columns_and_in_english(
    desk: MachineDesk,
) -> None:
    record = await entered(desk)
    async with at_desk(desk, size=(40, 12), language="en") as pilot:
        await pilot.app.open("record", record.id)  # type: ignore[attr-defined]
        await until(pilot, "waits for")
        await keys(pilot, "2", "enter", "pagedown", "end")
        assert shown(pilot)


def test_the_last_four_of_codes_and_ids() -> None:
    assert last_four("0073-WS·2020-Y-BGS-0012") == "0012"
    assert last_four("53S4CU-2-S") == "CU2S"
    assert last_four("00１２") == "0012"
