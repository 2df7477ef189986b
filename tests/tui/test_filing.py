"""整理归档 at the desk: arranged, checked, filed, printed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.pilot import Pilot

from node.search.query import Query
from tests.support.desks import CLERK, FONDS, at_desk, keys, room_desk, shown, typed
from tui.app import DeskApp
from tui.desk.machine_desk import MachineDesk
from tui.jobs import JobKind

GROUP = {"year": "2024", "retention_code": "D30", "org_code": "BGS"}


async def enter(desk: MachineDesk, title: str, date: str, **more: str) -> str:
    """Catalogue an item of the group; its id."""
    values = {"title": title, "date": date, "creators": "旗政府", "pages": "3", **more}
    record = await desk._machine.catalogue.add(CLERK, None, {**GROUP, **values})
    return record.id


async def three(desk: MachineDesk) -> None:
    await enter(desk, "关于防汛的通知", "20240501", doc_no="旗政发〔2024〕5号")
    await enter(desk, "关于造林的批复", "20240301", doc_no="旗政发〔2024〕3号")
    await enter(desk, "关于档案检查的通报", "20240901", doc_no="旗政发〔2024〕9号")


async def codes(desk: MachineDesk) -> dict[str, tuple[object, object]]:
    page = await desk._machine.catalogue.search(CLERK, Query((), {}, limit=50))
    return {
        str(record.fields["title"]): (record.code, record.fields.get("state"))
        for record in page.results
    }


async def filed(pilot: Pilot[int]) -> None:
    """Wait for the filing in the background."""
    app = pilot.app
    if not isinstance(app, DeskApp):
        raise TypeError(app)
    job = app.jobs.get(JobKind.FILING)
    if job is not None and job.task is not None:
        await asyncio.wait_for(job.task, 20)
    await keys(pilot)


async def test_a_group_is_filed_in_order_of_date_without_gaps(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk:
        await three(desk)
        async with at_desk(desk, first="filing") as pilot:
            assert any("2024" in line and "D30" in line for line in shown(pilot))
            await keys(pilot, "enter")
            lines = shown(pilot)
            places = [
                next(n for n, line in enumerate(lines) if word in line)
                for word in ("造林", "防汛", "档案检查")
            ]
            assert places == sorted(places)
            await keys(pilot, "f2")
            await typed(pilot, "0003")
            await keys(pilot, "enter")
            await filed(pilot)
            assert "已归档 3 件" in "\n".join(shown(pilot))
        assert await codes(desk) == {
            "关于造林的批复": ("0001-WS·2024-D30-BGS-0001", "filed"),
            "关于防汛的通知": ("0001-WS·2024-D30-BGS-0002", "filed"),
            "关于档案检查的通报": ("0001-WS·2024-D30-BGS-0003", "filed"),
        }


async def test_the_wrong_four_characters_file_nothing(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk:
        await three(desk)
        async with at_desk(desk, first="filing") as pilot:
            await keys(pilot, "enter", "6", "enter")
            await typed(pilot, "0007")
            await keys(pilot, "enter")
            assert "对不上" in "\n".join(shown(pilot))
            await keys(pilot, "escape")
        assert all(code is None for code, _ in (await codes(desk)).values())


async def test_an_item_moved_by_hand_gets_the_number_of_its_place(
    tmp_path: Path,
) -> None:
    async with room_desk(tmp_path) as desk:
        await three(desk)
        async with at_desk(desk, first="filing") as pilot:
            await keys(pilot, "enter", "end", "2", "enter", "2", "enter")
            await keys(pilot, "f2")
            await typed(pilot, "0003")
            await keys(pilot, "enter")
            await filed(pilot)
        found = await codes(desk)
        assert found["关于档案检查的通报"][0] == "0001-WS·2024-D30-BGS-0001"


async def test_what_is_missing_blocks_and_leads_to_the_item(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk:
        await three(desk)
        await desk._machine.catalogue.add(
            CLERK, None, {**GROUP, "title": "没有日期的一件"}
        )
        async with at_desk(desk, first="filing") as pilot:
            await keys(pilot, "enter", "f2")
            text = "\n".join(shown(pilot))
            assert "缺日期" in text
            assert "没有日期的一件" in text
            await keys(pilot, "enter")
            assert "没有日期的一件" in "\n".join(shown(pilot))
        assert all(state != "filed" for _, state in (await codes(desk)).values())


async def test_a_change_behind_the_clerks_back_is_told_and_nothing_is_filed(
    tmp_path: Path,
) -> None:
    async with room_desk(tmp_path) as desk:
        await three(desk)
        async with at_desk(desk, first="filing") as pilot:
            await keys(pilot, "enter", "f2")
            await typed(pilot, "0003")
            page = await desk._machine.catalogue.search(CLERK, Query(("防汛",), {}))
            await desk._machine.catalogue.set(CLERK, page.results[0].id, {"pages": "9"})
            await keys(pilot, "enter")
            await filed(pilot)
            assert any("关于防汛的通知" in line for line in shown(pilot)[-5:])
        assert all(state != "filed" for _, state in (await codes(desk)).values())


async def test_filed_groups_print_catalogue_note_and_spine(tmp_path: Path) -> None:
    async with room_desk(tmp_path / "room") as desk:
        await three(desk)
        async with at_desk(desk, first="filing", size=(100, 30)) as pilot:
            await keys(pilot, "enter", "f2")
            await typed(pilot, "0003")
            await keys(pilot, "enter")
            await filed(pilot)
            await keys(pilot, "f7")
            await keys(pilot, "f7")
            app = pilot.app
            if not isinstance(app, DeskApp):
                raise TypeError(app)
            job = app.jobs.get(JobKind.PRINT)
            if job is None or job.task is None:
                raise TypeError(job)
            await asyncio.wait_for(job.task, 60)
            await keys(pilot)
            assert "打印好了" in "\n".join(shown(pilot))
            assert Path(job.about).read_bytes().startswith(b"%PDF-")
            assert job.result == ["cover", "catalogue", "note", "spine"]


async def test_another_code_rule_numbers_from_now_on(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk:
        await three(desk)
        async with at_desk(desk, first="filing") as pilot:
            await keys(pilot, "3", "enter")
            await keys(pilot, "2", "enter")
            assert "DA/T 13" in shown(pilot)[0]
            await keys(pilot, "enter")
            assert "2024·D30·BGS-0001" in "\n".join(shown(pilot))
        assert list(FONDS) == ["0001"]
