"""A workbook at the desk: looked at, tried out, taken in, mended, taken back."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from textual.pilot import Pilot

from node.search.query import Query
from tests.support.desks import CLERK, at_desk, keys, room_desk, settled, shown, typed
from tests.support.real_data import REPOSITORY, real_data_folder
from tui.desk.machine_desk import MachineDesk
from tui.desk.workbook_files import files
from tui.jobs import JobKind, JobState
from tui.port.imports import FoundFile, Place

HEADINGS = ("序号", "档号", "题名", "文号", "责任者", "日期", "来源")
NAUGHTY = REPOSITORY.parent / "shared" / "data" / "naughty_strings" / "blns.txt"


def entry(number: int, date: str = "20190203") -> tuple[str, ...]:
    code = f"0001-WS·2019-D30-{number:04d}"
    return (str(number), code, f"关于第{number}号的通知", "", "保康镇", date, "旧册")


def listed(
    path: Path, *rows: Sequence[str], headings: Sequence[str] = HEADINGS
) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


@pytest.fixture
def saved_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder 下载 of the person at the desk."""
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "下载"
    folder.mkdir()
    return folder


async def job_ended(pilot: Pilot[int], kind: JobKind) -> JobState:
    """Wait until the work of that kind has come to its end."""
    job = pilot.app.jobs.get(kind)  # type: ignore[attr-defined]
    assert job is not None
    assert job.task is not None
    await job.task
    await settled(pilot)
    return JobState(job.state)


async def titles(desk: MachineDesk) -> list[str]:
    page = await desk._machine.catalogue.search(CLERK, Query((), limit=100))
    return [str(record.fields["title"]) for record in page.results]


def text(pilot: Pilot[int]) -> str:
    return "\n".join(shown(pilot))


async def to_columns(pilot: Pilot[int], name: str) -> None:
    """Open the workbook *name* from the list of what was saved."""
    await settled(pilot)
    row = next(line for line in shown(pilot) if name in line)
    await keys(pilot, *row.replace("›", " ").split()[0], "enter")


async def test_from_the_file_to_the_records_and_back(
    tmp_path: Path, saved_in: Path
) -> None:
    listed(
        saved_in / "目录.csv", *(entry(n) for n in range(1, 20)), entry(20, "2019.2.30")
    )
    async with (
        room_desk(tmp_path / "room") as desk,
        at_desk(desk, first="importing") as pilot,
    ):
        await to_columns(pilot, "目录.csv")
        assert "表头在第 1 行  20 条  全宗 0001" in text(pilot)
        assert "第 2 行存成:档号:0001-WS·2019-D30-0001" in text(pilot)
        await keys(pilot, "1", "enter")
        assert "会新增 19,更新 0,未变 0,不能收 1" in text(pilot)
        assert "没有这一天" in text(pilot)
        assert await titles(desk) == []
        await keys(pilot, "1", "enter")
        assert await job_ended(pilot, JobKind.IMPORT) is JobState.DONE
        assert "新增 19,更新 0,未变 0,未收 1" in text(pilot)
        assert len(await titles(desk)) == 19
        await keys(pilot, "2", "enter")
        await keys(pilot, "2", "enter")
        assert "会撤回 19 件" in text(pilot)
        await keys(pilot, "9", "enter")
        assert await job_ended(pilot, JobKind.UNDO) is JobState.DONE
        assert "已撤销:19 件" in text(pilot)
        assert await titles(desk) == []


async def test_a_column_is_given_another_field_by_its_number(
    tmp_path: Path, saved_in: Path
) -> None:
    headings = ("档号", "文件叫什么", "题名")
    row = ("0001-WS·2019-D30-0001", "关于防汛的通知", "甲")
    listed(saved_in / "目录.csv", row, headings=headings)
    async with (
        room_desk(tmp_path / "room") as desk,
        at_desk(desk, first="importing") as pilot,
    ):
        await to_columns(pilot, "目录.csv")
        assert "不认得" in text(pilot)
        await keys(pilot, "1", "2", "enter")
        assert "B 栏“文件叫什么”当作什么" in text(pilot)
        place = next(
            line.split()[0] for line in shown(pilot) if line.split()[1:2] == ["题名"]
        )
        await keys(pilot, *place, "enter")
        assert "题名:关于防汛的通知" in text(pilot)
        await keys(pilot, "1", "enter")
        await keys(pilot, "1", "enter")
        await job_ended(pilot, JobKind.IMPORT)
        assert await titles(desk) == ["关于防汛的通知"]


async def test_a_row_that_was_refused_is_mended_in_the_form(
    tmp_path: Path, saved_in: Path
) -> None:
    path = listed(saved_in / "目录.csv", entry(1), entry(2, "2019.2.30"))
    async with room_desk(tmp_path / "room") as desk:
        batch = await desk._machine.catalogue.import_workbook(CLERK, path)
        async with at_desk(desk, first="importing") as pilot:
            await settled(pilot)
            await keys(pilot, "4", "enter")
            await keys(pilot, "1", "enter")
            assert "没有这一天:2019.2.30" in text(pilot)
            await keys(pilot, "1", "enter")
            assert "补录未收的行" in text(pilot)
            field = pilot.app.focused
            assert field is not None
            assert field.name == "date"
            await keys(pilot, *["backspace"] * 9)
            await typed(pilot, "20190228")
            await keys(pilot, "f2")
            assert "没有要处理的行了" in text(pilot)
        assert await titles(desk) == ["关于第1号的通知", "关于第2号的通知"]
        again = await desk._machine.catalogue.import_workbook(CLERK, path)
        assert (batch.refused, again.refused, again.added) == (1, 0, 0)


async def test_a_row_that_is_no_entry_is_left_out(
    tmp_path: Path, saved_in: Path
) -> None:
    path = listed(saved_in / "目录.csv", entry(1, "某日"), entry(2, "2019.2.30"))
    async with room_desk(tmp_path / "room") as desk:
        await desk._machine.catalogue.import_workbook(CLERK, path)
        async with at_desk(desk, first="import_past") as pilot:
            await settled(pilot)
            await keys(pilot, "enter")
            await keys(pilot, "2", "enter")
            assert "第 2 行不要了" in text(pilot)
            assert "某日" not in text(pilot)


async def test_an_import_that_is_stopped_leaves_nothing(
    tmp_path: Path, saved_in: Path
) -> None:
    listed(saved_in / "目录.csv", *(entry(n) for n in range(1, 9000)))
    async with (
        room_desk(tmp_path / "room") as desk,
        at_desk(desk, first="importing") as pilot,
    ):
        await to_columns(pilot, "目录.csv")
        await keys(pilot, "1", "enter")
        await keys(pilot, "1", "enter")
        await keys(pilot, "1", "enter")
        assert await job_ended(pilot, JobKind.IMPORT) is JobState.STOPPED
        assert "一行也没有存" in text(pilot)
        assert await titles(desk) == []


async def test_the_import_goes_on_when_its_screen_is_left(
    tmp_path: Path, saved_in: Path
) -> None:
    listed(saved_in / "目录.csv", *(entry(n) for n in range(1, 400)))
    async with (
        room_desk(tmp_path / "room") as desk,
        at_desk(desk, first="importing") as pilot,
    ):
        await to_columns(pilot, "目录.csv")
        await keys(pilot, "1", "enter")
        await keys(pilot, "1", "enter")
        await keys(pilot, "escape", "escape")
        assert await job_ended(pilot, JobKind.IMPORT) is JobState.DONE
        await keys(pilot, "5", "enter")
        assert "新增 399" in text(pilot)


async def test_a_path_can_be_typed(tmp_path: Path, saved_in: Path) -> None:
    path = listed(tmp_path / "别处.csv", entry(1))
    async with (
        room_desk(tmp_path / "room") as desk,
        at_desk(desk, first="importing") as pilot,
    ):
        await settled(pilot)
        await keys(pilot, "3", "enter")
        await typed(pilot, str(tmp_path / "没有.csv"))
        await keys(pilot, "enter")
        assert "没有这个文件" in text(pilot)
        await keys(pilot, *["backspace"] * len("没有.csv"))
        await typed(pilot, path.name)
        await keys(pilot, "enter")
        assert "1 条  全宗 0001" in text(pilot)


async def test_a_file_that_is_no_workbook_is_told_and_nothing_breaks(
    tmp_path: Path, saved_in: Path
) -> None:
    (saved_in / "坏.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    async with (
        room_desk(tmp_path / "room") as desk,
        at_desk(desk, first="importing") as pilot,
    ):
        await to_columns(pilot, "坏.xlsx")
        assert "文件损坏" in text(pilot)
        await keys(pilot, "escape")
        assert "坏.xlsx" in text(pilot)


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (132, 43)])
async def test_every_size_of_window_shows_the_import(
    tmp_path: Path, saved_in: Path, size: tuple[int, int]
) -> None:
    odd = ("1", "0001-WS·2019-D30-0001", "ᠮᠣᠩᠭᠣᠯ\u202e甲\x07乙", "", "", "某日", "é̀")
    listed(saved_in / "目录.csv", odd, entry(2))
    async with (
        room_desk(tmp_path / "room") as desk,
        at_desk(desk, first="importing", size=size) as pilot,
    ):
        await to_columns(pilot, "目录.csv")
        await keys(pilot, "1", "enter")
        await keys(pilot, "1", "enter")
        await job_ended(pilot, JobKind.IMPORT)
        await keys(pilot, "1", "enter")
        lines = shown(pilot)
        assert len(lines) == size[1]
        assert "ᠮ" not in text(pilot)


async def test_naughty_strings_are_looked_at_and_taken_in(
    tmp_path: Path, saved_in: Path
) -> None:
    if not NAUGHTY.is_file():
        pytest.skip("the naughty strings are not beside the repository")
    strings = [
        line
        for line in NAUGHTY.read_text("utf-8", "replace").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    rows = [
        (f"0001-WS·2019-D30-{n:04d}", text, text) for n, text in enumerate(strings, 1)
    ]
    listed(saved_in / "目录.csv", *rows, headings=("档号", "题名", "备注"))
    async with (
        room_desk(tmp_path / "room") as desk,
        at_desk(desk, first="importing") as pilot,
    ):
        await to_columns(pilot, "目录.csv")
        await keys(pilot, "1", "enter")
        await keys(pilot, "1", "enter")
        assert await job_ended(pilot, JobKind.IMPORT) is JobState.DONE
        result = pilot.app.jobs.get(JobKind.IMPORT).result  # type: ignore[attr-defined]
        assert result.added + result.refused + result.updated == len(strings)


def test_workbooks_come_before_folders_and_the_newest_first(tmp_path: Path) -> None:
    for place, name in enumerate(("旧.xlsx", "新.csv", "说明.docx", "~$新.csv")):
        (tmp_path / name).write_text("x", "utf-8")
        os.utime(tmp_path / name, (1000 + place, 1000 + place))
    (tmp_path / "甲").mkdir()
    assert [each.path.name for each in files(tmp_path)] == ["新.csv", "旧.xlsx", "甲"]


async def test_places_hold_what_is_in_them(tmp_path: Path, saved_in: Path) -> None:
    async with room_desk(tmp_path / "room") as desk:
        places = await desk.imports.places()
        assert Place(saved_in, "folder") in places
        listed(saved_in / "目录.csv", entry(1))
        (found,) = await desk.imports.files(saved_in)
        assert isinstance(found, FoundFile)
        assert found.size_bytes > 0


@pytest.mark.realdata
async def test_the_workbook_of_a_real_room_goes_in_whole(
    tmp_path: Path, saved_in: Path
) -> None:
    folder = real_data_folder()
    if folder is None:
        pytest.skip("the real catalogue is not beside the repository")
    shutil.copy(folder / "catalogue" / "rooms" / "0001.xlsx", saved_in / "一.xlsx")
    async with (
        room_desk(tmp_path / "room") as desk,
        at_desk(desk, first="importing") as pilot,
    ):
        await to_columns(pilot, "一.xlsx")
        assert "各栏都认出来了" in text(pilot)
        await keys(pilot, "1", "enter")
        assert "不能收 0" in text(pilot)
        await keys(pilot, "1", "enter")
        await job_ended(pilot, JobKind.IMPORT)
        assert "新增 611" in text(pilot)
