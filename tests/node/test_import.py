"""Workbooks in, and out again: every cell accounted for, nothing twice."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

import msgpack
import pytest
import xlsxwriter

from node.catalogue.door import Catalogue
from node.errors import (
    ImportBusy,
    NoCatalogueInWorkbook,
    UnknownFonds,
    UnknownImport,
    WorkbookUnreadable,
)
from node.exchange.exporting import export_workbook
from node.exchange.workbook import read_workbook
from node.history.sealing import seal
from node.home import FileLock, Home
from node.machine import Machine
from node.search.query import Query
from node.store.catalogue_port import ImportState, RowOutcome
from protocol.operations import Actor
from tests.support.real_data import real_data_folder

CLERK = Actor("其其格")
HEADINGS = ["档号", "题名", "文号", "责任者", "日期", "年度", "保管期限", "备注"]
ROWS: list[list[object]] = [
    ["0073-1-0001-001", "甲通知", "库政发[2019]1号", "旗政府", "2019.1.2", 2019, "永久", ""],  # noqa: E501
    ["0073-1-0001-002", "乙报告", "", "旗政府、水利局", "", 2019, "长期", "失效"],
    ["", "丙批复", "库政函〔2020〕7号", "", "2020年3月", 2020, "30年", ""],
]  # fmt: skip


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    opened = await Machine.init_room(
        Home(tmp_path / "home"), "库伦镇档案室", {"0073": "库伦街道办事处"}
    )
    yield opened
    await opened.close()


@pytest.fixture
def catalogue(machine: Machine) -> Catalogue:
    return machine.catalogue


def workbook(path: Path, rows: Iterable[Iterable[object]]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("目录")
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(line, column, cell)
    book.close()
    return path


async def titles(catalogue: Catalogue, *words: str) -> list[str]:
    page = await catalogue.search(CLERK, Query(words, limit=1000))
    return [str(record.fields["title"]) for record in page.results]


async def test_a_workbook_goes_in_and_the_same_again_changes_nothing(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    rows: list[Sequence[object]] = [["库伦街道办事处归档文件目录"]]
    rows += [["填表单位：", "", "填表日期："], HEADINGS, *ROWS]
    path = workbook(tmp_path / "a.xlsx", [*rows, (), ("合计", "3件")])
    first = await catalogue.import_workbook(CLERK, path)
    assert (first.rows, first.added, first.refused) == (3, 3, 0)
    again = await catalogue.import_workbook(CLERK, path)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 3)
    found = await catalogue.search(CLERK, Query(("乙报告",)))
    assert found.results[0].fields["creators"] == ["旗政府", "水利局"]
    assert found.results[0].fields["retention_code"] == "长期"
    assert found.results[0].fields["notes"] == ["失效"]
    await catalogue.set(CLERK, found.results[0].id, {"title": "乙报告(改)"})
    third = await catalogue.import_workbook(CLERK, path)
    assert third.unchanged == 3
    assert await titles(catalogue, "乙报告") == ["乙报告(改)"]


async def test_a_corrected_row_updates_its_record_only_where_it_was_corrected(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    await catalogue.import_workbook(
        CLERK, workbook(tmp_path / "a.xlsx", [HEADINGS, *ROWS])
    )
    (record,) = (await catalogue.search(CLERK, Query(("甲通知",)))).results
    await catalogue.set(CLERK, record.id, {"date": "20190103", "notes": ["存疑"]})
    changed: Sequence[object] = ["0073-1-0001-001", "甲通知(二)", *ROWS[0][2:]]
    path = workbook(tmp_path / "b.xlsx", [HEADINGS, changed, *ROWS[1:]])
    dry = await catalogue.import_workbook(CLERK, path, dry_run=True)
    assert (dry.batch, dry.updated, dry.unchanged) == (0, 1, 2)
    result = await catalogue.import_workbook(CLERK, path)
    assert (result.added, result.updated, result.unchanged) == (0, 1, 2)
    after = (await catalogue.show(CLERK, record.id)).record
    assert after.fields["title"] == "甲通知(二)"
    assert after.fields["date"] == "20190103"
    assert after.fields["notes"] == ["存疑"]
    undone = await catalogue.undo_import(CLERK, result.batch)
    assert undone == 1
    assert (await catalogue.show(CLERK, record.id)).record.fields["title"] == "甲通知"


async def test_refused_rows_stand_in_a_workbook_with_the_reason(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    bad: list[list[object]] = [
        ["0073-1-0002-001", "", "", "", "", 2019, "永久", ""],
        ["0073-WS·2011-Y-BGS-001", "丁", "", "", "", "", "", ""],
        ["0073-1-0002-003", "戊", "", "", "2019.2.30", "", "", ""],
        ["0073-1-0002-004", "己", "", "", "", "", "", "机密★10年"],
    ]
    path = workbook(tmp_path / "a.xlsx", [HEADINGS, *bad, *ROWS])
    said: list[str] = []

    def say(key: str, fields: object) -> str:
        said.append(key)
        return f"{key}: {fields}"

    result = await catalogue.import_workbook(CLERK, path, say=say)
    assert (result.added, result.refused) == (3, 4)
    assert result.refused_file is not None
    (sheet,) = read_workbook(result.refused_file).sheets
    assert len(sheet.rows) == 5
    assert sheet.rows[2][2] == "0073-WS·2011-Y-BGS-001"
    assert "0073-WS·2011-Y-BGS-0001" in sheet.rows[2][0]
    reasons = {
        "refusal.title-missing",
        "refusal.code-item-digits",
        "refusal.date-impossible",
        "refusal.secret-refused",
    }
    assert reasons <= set(said)


async def test_rows_with_one_code_stay_two_records(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    twins = [["0073-1-0001-001", "甲通知"], ["0073-1-0001-001", "另一件"]]
    path = workbook(tmp_path / "a.xlsx", [["档号", "题名"], *twins])
    assert (await catalogue.import_workbook(CLERK, path)).added == 2
    assert (await catalogue.import_workbook(CLERK, path)).unchanged == 2
    same = workbook(tmp_path / "b.xlsx", [["题名", "年度"], ["丙", 1], ["丙", 1]])
    assert (await catalogue.import_workbook(CLERK, same)).refused == 2
    same = workbook(tmp_path / "c.xlsx", [["题名", "年度"], ["丙", 1999], ["丙", 1999]])
    assert (await catalogue.import_workbook(CLERK, same)).added == 2
    assert (await catalogue.import_workbook(CLERK, same)).unchanged == 2


@pytest.mark.parametrize("is_sealed", [False, True])
async def test_an_import_is_taken_back_whole(
    machine: Machine, tmp_path: Path, *, is_sealed: bool
) -> None:
    catalogue = machine.catalogue
    kept = await catalogue.add(CLERK, None, {"title": "原有"})
    path = workbook(tmp_path / "a.xlsx", [HEADINGS, *ROWS])
    result = await catalogue.import_workbook(CLERK, path)
    if is_sealed:
        await seal(machine.store, machine.keys, machine.home, machine.clock)
    assert await catalogue.undo_import(CLERK, result.batch) == 3
    assert await titles(catalogue) == ["原有"]
    assert [b.is_undone for b in await catalogue.imports(CLERK)] == [True]
    with pytest.raises(UnknownImport):
        await catalogue.undo_import(CLERK, result.batch)
    again = await catalogue.import_workbook(CLERK, path)
    assert again.added == 3
    assert (await catalogue.show(CLERK, kept.id)).record == kept
    left = await machine.store.read(lambda rows: rows.journal.amount()[0])
    assert left == (6 if is_sealed else 3)


async def test_an_import_that_was_cut_off_leaves_nothing(
    machine: Machine, tmp_path: Path
) -> None:
    catalogue = machine.catalogue
    path = workbook(tmp_path / "a.xlsx", [HEADINGS, *ROWS])
    result = await catalogue.import_workbook(CLERK, path)
    await machine.store.write(
        lambda rows: rows.imports.update(
            rows.imports.all()[0]._replace(state=int(ImportState.LIVE), last_n=0)
        )
    )
    assert await titles(catalogue) == []
    assert await catalogue.recover() == 1
    assert await titles(catalogue) == []
    assert await machine.store.read(lambda rows: rows.records.count()) == 1
    assert await catalogue.imports(CLERK) == []
    assert (await catalogue.import_workbook(CLERK, path)).added == result.added


async def test_one_import_at_a_time(machine: Machine, tmp_path: Path) -> None:
    lock = FileLock(machine.home.import_lock)
    assert lock.try_acquire()
    path = workbook(tmp_path / "a.xlsx", [HEADINGS, *ROWS])
    with pytest.raises(ImportBusy):
        await machine.catalogue.import_workbook(CLERK, path)
    lock.release()


async def test_fonds_come_from_codes_or_from_the_command(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    rows = [["开鲁镇人民政府归档文件目录"], ["档号", "题名"], ["0055-1-0001-001", "甲"]]
    path = workbook(tmp_path / "a.xlsx", rows)
    with pytest.raises(UnknownFonds):
        await catalogue.import_workbook(CLERK, path, "0099")
    result = await catalogue.import_workbook(CLERK, path)
    assert result.opened_fonds == ("0055",)
    fonds = {f.code: f.title for f in await catalogue.fonds(CLERK)}
    assert fonds == {"0055": "开鲁镇人民政府", "0073": "库伦街道办事处"}
    await catalogue.undo_import(CLERK, result.batch)
    assert [f.code for f in await catalogue.fonds(CLERK)] == ["0073"]
    await catalogue.import_workbook(CLERK, path)
    into = await catalogue.import_workbook(CLERK, path, "0073")
    assert into.added == 1
    assert (await catalogue.search(CLERK, Query((), {"fonds": "0055"}))).total == 1


async def test_csv_in_the_encodings_in_use(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    for number, encoding in enumerate(["utf-8", "utf-8-sig", "gb18030", "utf-16"]):
        path = tmp_path / f"{encoding}.csv"
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows([["题名", "年度"], [f"第{number}件", "2020"]])
        assert (await catalogue.import_workbook(CLERK, path)).added == 1
    assert len(await titles(catalogue, "件")) == 4


async def test_what_is_no_catalogue_is_said_so(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "a.xlsx", [["姓名", "电话"], ["甲", "1"]])
    with pytest.raises(NoCatalogueInWorkbook):
        await catalogue.import_workbook(CLERK, path)
    for name, content, reason in (
        ("missing.xlsx", None, "missing"),
        ("empty.xlsx", b"", "empty"),
        ("half.xlsx", path.read_bytes()[:900], "damaged"),
        ("photo.jpg", b"\xff\xd8\xff", "unknown-kind"),
        ("odd.csv", b"\xff\xff\xff\xff\x80\xff", "encoding"),
    ):
        other = tmp_path / name
        if content is not None:
            other.write_bytes(content)
        with pytest.raises(WorkbookUnreadable) as caught:
            await catalogue.import_workbook(CLERK, other)
        assert caught.value.reason == reason


async def test_naughty_strings_go_in_and_come_out(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    folder = real_data_folder()
    if folder is None:
        pytest.skip("no real data here (DANGYI_DATA)")
    strings = json.loads((folder / "naughty_strings" / "blns.json").read_text())
    wanted = [text for text in strings if text.strip() and len(text.strip()) <= 500]
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([["题名", "备注", "奇怪的栏"], *([t, t, t] for t in wanted)])
    result = await catalogue.import_workbook(CLERK, path)
    assert (result.rows, result.refused) == (len(wanted), 0)
    assert await titles(catalogue) == [text.strip() for text in wanted]
    out = tmp_path / "out.csv"
    assert await export_workbook(catalogue, CLERK, out) == len(wanted)
    again = await catalogue.import_workbook(CLERK, out)
    assert (again.added, again.refused) == (0, 0)
    assert await titles(catalogue) == [text.strip() for text in wanted]


@pytest.mark.parametrize("name", ["out.xlsx", "out.csv"])
async def test_an_export_imports_back_unchanged(
    catalogue: Catalogue, tmp_path: Path, name: str
) -> None:
    rows: list[Sequence[object]] = [[*HEADINGS, "盒内位置"]]
    rows += [[*row, "左"] for row in ROWS]
    await catalogue.import_workbook(CLERK, workbook(tmp_path / "a.xlsx", rows))
    await catalogue.add(
        CLERK, None, {"title": "丁", "notes": ["一\n行", "二"], "date": "1999"}
    )
    out = tmp_path / name
    assert await export_workbook(catalogue, CLERK, out) == 4
    result = await catalogue.import_workbook(CLERK, out)
    assert (result.rows, result.added, result.refused) == (4, 0, 0)
    (record,) = (await catalogue.search(CLERK, Query(("丁",)))).results
    assert record.fields["notes"] == ["一\n行", "二"]


@pytest.mark.realdata
@pytest.mark.timeout(300)
async def test_all_eighty_rooms_go_in_with_every_cell_accounted_for(
    machine: Machine,
) -> None:
    folder = real_data_folder()
    if folder is None:
        pytest.skip("no real data here (DANGYI_DATA)")
    paths = sorted((folder / "catalogue" / "rooms").glob("*.xlsx"))
    assert len(paths) == 80
    for path in paths[:: 1 if "DANGYI_SOAK" in os.environ else 16]:
        result = await machine.catalogue.import_workbook(CLERK, path)
        assert (result.refused, result.added) == (0, result.rows)
        cells = _cells_of(path)
        kept = await machine.store.read(
            lambda rows, batch=result.batch: rows.imports.rows(  # type: ignore[misc]
                batch, 0, 10**6
            )
        )
        texts = [str(c[1]) for row in kept for c in msgpack.unpackb(row.cells)]
        assert sorted(texts) == sorted(cells)
        assert {row.outcome for row in kept} <= {RowOutcome.ADDED, RowOutcome.BESIDE}


def _cells_of(path: Path) -> list[str]:
    """Filled cells, but those that only count rows."""
    cells: list[str] = []
    for sheet in read_workbook(path).sheets:
        counting: int | None = None
        for row in sheet.rows:
            for column, cell in enumerate(row):
                if counting == column and cell.isdecimal():
                    continue
                if cell == "序号":
                    counting = column
                if cell:
                    cells.append(cell)
    return cells
