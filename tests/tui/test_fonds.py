"""Fonds at the desk: listed, opened, and opened out of an import that needs one."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from node.search.query import Query
from node.store.port import Rows
from tests.support.desks import CLERK, at_desk, keys, room_desk, settled, shown, typed
from tests.tui.test_importing import job_ended, listed, to_columns
from tui.desk.fonds import code_fault
from tui.desk.machine_desk import MachineDesk
from tui.jobs import JobKind, JobState

HEADINGS = ("全宗号", "全宗名称", "题名", "责任者", "日期")
TITLE = "保康镇人民政府"


def row(number: int, fonds: str = "0003") -> tuple[str, ...]:
    return (fonds, TITLE, f"关于第{number}号的通知", "保康镇", "20190203")


def text(pilot: Pilot[int]) -> str:
    return "\n".join(shown(pilot))


async def granted(desk: MachineDesk) -> None:
    """The hub has granted what the room has, and nothing else."""

    def work(rows: Rows) -> None:
        for each in list(rows.scopes.all()):
            rows.scopes.set_granted(each.scope_no, is_granted=True)

    await desk._machine.store.write(work)


@pytest.fixture
def saved_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "下载"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("code", ["0001", "3", "X043", " j12 "])
def test_codes_as_archives_give_them(code: str) -> None:
    assert code_fault(code) == ""


@pytest.mark.parametrize("code", ["乌兰", "00001", "AB12", "A", "0-1", "12a"])
def test_what_is_no_code(code: str) -> None:
    assert code_fault(code) == "shape"


async def test_a_fonds_is_opened_from_the_settings(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk, at_desk(desk, first="settings") as pilot:
        await settled(pilot)
        await keys(pilot, "5", "enter")
        assert "科尔沁街道办事处" in text(pilot)
        assert "在用" in text(pilot)
        await keys(pilot, "1", "enter")
        await typed(pilot, "乌兰")
        await keys(pilot, "enter")
        await typed(pilot, TITLE)
        await keys(pilot, "enter")
        assert "1 到 4 位数字" in text(pilot)
        await keys(pilot, "up", "backspace", "backspace")
        await typed(pilot, "0003")
        await keys(pilot, "enter", "enter")
        await settled(pilot)
        assert "已开全宗 0003" in text(pilot)
        assert [each.code for each in await desk.fonds.all()] == ["0001", "0003"]
        await keys(pilot, "escape")
        assert "2 个" in text(pilot)


async def test_a_code_that_is_there_is_refused(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk, at_desk(desk, first="fonds") as pilot:
        await keys(pilot, "1", "enter")
        await typed(pilot, "0001")
        await keys(pilot, "enter")
        await typed(pilot, TITLE)
        await keys(pilot, "enter")
        await settled(pilot)
        assert "[fonds-exists]" in text(pilot)


async def test_up_from_the_first_answer_answers_nothing(tmp_path: Path) -> None:
    async with room_desk(tmp_path) as desk, at_desk(desk, first="fonds") as pilot:
        await keys(pilot, "1", "enter", "up")
        assert "请填" not in text(pilot)
        await keys(pilot, "escape")
        assert len(await desk.fonds.all()) == 1


async def test_an_import_of_a_fonds_that_is_not_here_opens_it(
    tmp_path: Path, saved_in: Path
) -> None:
    listed(saved_in / "目录.csv", *map(row, range(1, 6)), headings=HEADINGS)
    async with room_desk(tmp_path / "room") as desk:
        await granted(desk)
        async with at_desk(desk, first="importing") as pilot:
            await to_columns(pilot, "目录.csv")
            await keys(pilot, "1", "enter")
            assert "有 5 行的全宗不在本机:0003 保康镇人民政府" in text(pilot)
            assert "没有一行能收:全宗 0003 不在本机" in text(pilot)
            assert "各栏" not in text(pilot)
            assert "3 新开全宗 0003" in text(pilot)
            await keys(pilot, "3", "enter")
            assert "中心给了权限才能上报" in text(pilot).replace("\n", "")
            assert TITLE in text(pilot)
            await keys(pilot, "enter", "enter")
            await settled(pilot)
            assert "会新增 5" in text(pilot)
            await keys(pilot, "1", "enter")
            assert await job_ended(pilot, JobKind.IMPORT) is JobState.DONE
            page = await desk._machine.catalogue.search(CLERK, Query((), limit=9))
            assert len(page.results) == 5
            lines = {each.code: each for each in await desk.fonds.all()}
            assert lines["0003"].items == 5
            assert lines["0003"].title == TITLE
            assert lines["0003"].needs_grant
            assert not lines["0001"].needs_grant
            await pilot.app.open("fonds")  # type: ignore[attr-defined]
            await settled(pilot)
            assert "等中心给权限" in text(pilot)


async def test_rows_that_have_other_faults_get_another_advice(
    tmp_path: Path, saved_in: Path
) -> None:
    bad = ("0001", "", "甲", "", "2019.2.30")
    listed(saved_in / "目录.csv", bad, headings=HEADINGS)
    async with (
        room_desk(tmp_path / "room") as desk,
        at_desk(desk, first="importing") as pilot,
    ):
        await to_columns(pilot, "目录.csv")
        await keys(pilot, "1", "enter")
        assert "请在工作簿里改好" in text(pilot)
        assert "各栏" not in text(pilot)
