"""封册 and 待改盖章 at the desk."""

from __future__ import annotations

from pathlib import Path

from tests.support.desks import CLERK, at_desk, keys, room_desk, shown, typed, until
from tests.tui.test_filing import enter, three
from tui.desk.machine_desk import MachineDesk


async def file(desk: MachineDesk) -> str:
    """File what is entered; the sequence."""
    filing = desk._machine.catalogue.filing
    (fonds,) = await desk._machine.catalogue.fonds(CLERK)
    (group,) = await filing.groups(CLERK, fonds.code)
    await filing.file(CLERK, await filing.arrangement(CLERK, group.key))
    return group.stem


async def test_a_sequence_is_sealed_with_its_last_number_typed(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk:
        await three(desk)
        stem = await file(desk)
        async with at_desk(desk, first="filing") as pilot:
            await keys(pilot, "1")
            await keys(pilot, "enter")
            await until(pilot, "暂定号")
            await keys(pilot, "4", "enter")
            await until(pilot, "末号 3,共 3 件")
            await keys(pilot, "1", "enter")
            await until(pilot, "封册以后号是正式号")
            await typed(pilot, "0002")
            await keys(pilot, "enter")
            await until(pilot, "对不上")
            await typed(pilot, "0003")
            await keys(pilot, "enter")
            await until(pilot, "已封册:末号 3")
            await keys(pilot, "escape")
            await until(pilot, "正式号")
        shown_now = await desk._machine.catalogue.show(CLERK, f"{stem}0003")
        assert shown_now.code.is_final


async def test_gaps_are_closed_by_choice_and_the_papers_listed(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk:
        await three(desk)
        stem = await file(desk)
        catalogue = desk._machine.catalogue
        second = await catalogue.show(CLERK, f"{stem}0002")
        values = {"code": f"{stem}0007"}
        await catalogue.set(CLERK, second.record.id, values, reason="错号")
        async with at_desk(desk, size=(100, 30), first="filing") as pilot:
            await keys(pilot, "1", "enter")
            await until(pilot, "暂定号")
            await keys(pilot, "4", "enter")
            await until(pilot, "空号 2、4-6")
            await keys(pilot, "1", "enter")
            await until(pilot, "中间有空号")
            await keys(pilot, "1", "enter")
            await typed(pilot, "0003")
            await keys(pilot, "enter")
            await until(pilot, "合拢空号改了 2 件的号")
        async with at_desk(desk, size=(100, 30), first="restamping") as pilot:
            await until(pilot, f"{stem}0002")
            assert sum(stem in line for line in shown(pilot)) == 2
            await keys(pilot, "2", "enter")
            await until(pilot, "已记下改盖 1 件")
            await keys(pilot, "1", "enter")
            await until(pilot, "改号通知单已存到")
        (slip,) = (desk._machine.home.path / "printed").glob("改号通知单-*.pdf")
        assert slip.read_bytes().startswith(b"%PDF")


async def test_a_group_without_numbers_has_nothing_to_seal(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk:
        await enter(desk, "没有期限的", "20240501", retention_code="Y")
        async with at_desk(desk, first="filing") as pilot:
            await keys(pilot, "4", "enter")
            await until(pilot, "封册")


async def test_a_former_code_finds_the_item_at_the_desk(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk:
        await three(desk)
        stem = await file(desk)
        catalogue = desk._machine.catalogue
        second = await catalogue.show(CLERK, f"{stem}0002")
        values = {"code": f"{stem}0077"}
        await catalogue.set(CLERK, second.record.id, values, reason="错号")
        async with at_desk(desk, size=(120, 30), first="search") as pilot:
            await typed(pilot, f"{stem}0002")
            await until(pilot, f"原档号 {stem}0002")
