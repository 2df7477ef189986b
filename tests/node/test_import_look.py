"""A workbook is looked at, its columns are chosen, and refused rows are mended."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from node.catalogue.drafts import Draft, DraftKind
from node.catalogue.fields import FILED, STATE
from node.catalogue.pack import Pack
from node.catalogue.reading import find_record, held_of
from node.catalogue.saving import parse_typed
from node.errors import (
    ColumnsMistaken,
    UnknownField,
    UnknownImport,
    UnknownRefusedRow,
    WorkbookUnreadable,
)
from node.exchange.choices import SheetChoice, column_index, column_letters
from node.exchange.entry import Refusal
from node.exchange.kept import (
    KeptColumn,
    KeptSheet,
    pack_row,
    unpack_row,
)
from node.exchange.looking import look
from node.exchange.mending import keep_origin
from node.exchange.workbook import read_workbook
from node.history.journal import save_all
from node.home import Home
from node.machine import Machine
from node.search.query import Query
from node.store.port import Rows
from protocol.operations import Actor, Set, Write
from tests.support.real_data import real_data_folder

CLERK = Actor("其其格")
PACK = Pack.load()
HEADINGS = ("序号", "档号", "题名", "文号", "责任者", "日期", "来源")
GOOD = (
    "1",
    "0073-WS·2019-Y-BGS-0001",
    "甲通知",
    "库政发〔2019〕1号",
    "旗政府",
    "20190102",
    "",
)
BAD = (
    "2",
    "0073-WS·2019-Y-BGS-0002",
    "乙报告",
    "",
    "旗政府、水利局",
    "2019.2.30",
    "旧册三",
)
OTHER = ("3", "0073-WS·2019-Y-BGS-0003", "丙批复", "", "", "某日", "")


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    opened = await Machine.init_room(
        Home(tmp_path / "home"), "库伦镇档案室", {"0073": "库伦街道办事处"}
    )
    yield opened
    await opened.close()


def listed(
    path: Path, *rows: Sequence[str], headings: Sequence[str] = HEADINGS
) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([headings, *rows])
    return path


def data_folder() -> Path:
    folder = real_data_folder()
    if folder is None:
        pytest.skip("the real catalogue is not beside the repository")
    return folder


def book(path: Path, sheets: Iterable[tuple[str, Sequence[Sequence[str]]]]) -> Path:
    made = xlsxwriter.Workbook(str(path))
    for name, rows in sheets:
        sheet = made.add_worksheet(name)
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(line, column, cell)
    made.close()
    return path


async def titles(machine: Machine, *words: str) -> list[str]:
    page = await machine.catalogue.search(CLERK, Query(words, limit=1000))
    return [str(record.fields["title"]) for record in page.results]


def test_the_columns_and_the_first_rows_are_seen_before_anything_is_stored(
    tmp_path: Path,
) -> None:
    preview = look(listed(tmp_path / "目录.csv", GOOD, BAD), PACK)
    (sheet,) = preview.sheets
    assert (sheet.name, sheet.heading_row, sheet.entries) == ("目录", 1, 2)
    assert (sheet.fonds, sheet.level) == ("0073", "item")
    assert [column.meaning for column in sheet.columns] == [
        "row_number", "code", "title", "doc_no", "creators", "date", "",
    ]  # fmt: skip
    assert sheet.columns[4].samples == ("旗政府", "旗政府、水利局")
    good, bad = sheet.rows
    assert good.values["title"] == "甲通知"
    assert good.values["creators"] == ["旗政府"]
    assert bad.refusal is not None
    assert (bad.refusal.reason, bad.refusal.heading) == ("date-impossible", "日期")


def test_a_sheet_that_is_no_catalogue_shows_its_first_rows(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [("目录", [HEADINGS, GOOD]), ("统计", [["年度", "件数"], ["2019", "12"]])],
    )
    catalogue, figures = look(path, PACK).sheets
    assert catalogue.is_catalogue
    assert not figures.is_catalogue
    assert figures.head == (("年度", "件数"), ("2019", "12"))


def test_a_column_is_what_people_choose(tmp_path: Path) -> None:
    path = listed(
        tmp_path / "目录.csv",
        ("0073-WS·2019-Y-BGS-0001", "甲", "关于甲的通知"),
        headings=("档号", "题名", "全题名"),
    )
    chosen = {"目录": SheetChoice({2: "题名"})}
    (sheet,) = look(path, PACK, chosen).sheets
    assert [column.meaning for column in sheet.columns] == ["code", "", "title"]
    assert sheet.rows[0].values["title"] == "关于甲的通知"
    assert sheet.rows[0].values["legacy_raw"] == ["题名:甲"]


def test_headings_that_nobody_recognises_can_be_chosen(tmp_path: Path) -> None:
    path = listed(
        tmp_path / "目录.csv",
        ("编目", "文件叫什么", "何时"),
        ("0073-WS·2019-Y-BGS-0001", "甲", "20190102"),
        headings=("库伦镇", "", ""),
    )
    chosen = {"目录": SheetChoice({0: "code", 1: "title", 2: "date"}, heading_row=1)}
    (sheet,) = look(path, PACK, chosen).sheets
    assert (sheet.heading_row, sheet.entries) == (2, 1)
    assert sheet.rows[0].values["date"] == "20190102"


@pytest.mark.parametrize(
    ("choice", "reason"),
    [
        ({"别的": SheetChoice()}, "no-such-sheet"),
        ({"目录": SheetChoice(heading_row=40)}, "no-such-row"),
        ({"目录": SheetChoice({40: "title"})}, "no-such-column"),
        ({"目录": SheetChoice({0: "title", 2: "title"})}, "field-twice"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(
    tmp_path: Path, choice: dict[str, SheetChoice], reason: str
) -> None:
    path = listed(tmp_path / "目录.csv", GOOD)
    with pytest.raises(ColumnsMistaken) as caught:
        look(path, PACK, choice)
    assert caught.value.reason == reason


def test_a_field_that_nobody_types_cannot_be_chosen(tmp_path: Path) -> None:
    path = listed(tmp_path / "目录.csv", GOOD)
    for name in ("legacy_raw", "天气"):
        with pytest.raises(UnknownField):
            look(path, PACK, {"目录": SheetChoice({0: name})})


async def test_what_was_chosen_is_what_is_stored(
    machine: Machine, tmp_path: Path
) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [("目录", [HEADINGS, GOOD]), ("旧目录", [HEADINGS, OTHER])],
    )
    choices = {
        "目录": SheetChoice({6: "location"}),
        "旧目录": SheetChoice(is_left_out=True),
    }
    result = await machine.catalogue.workbooks.take(CLERK, path, choices=choices)
    assert (result.rows, result.added) == (1, 1)
    assert await titles(machine) == ["甲通知"]


async def test_a_dry_run_says_why_rows_are_refused(
    machine: Machine, tmp_path: Path
) -> None:
    path = listed(tmp_path / "目录.csv", GOOD, BAD, OTHER, (*OTHER[:5], "另日", ""))
    result = await machine.catalogue.workbooks.take(CLERK, path, dry_run=True)
    told = [(each.reason, each.heading, each.amount) for each in result.reasons]
    assert told == [("date-unreadable", "日期", 2), ("date-impossible", "日期", 1)]


async def test_a_refused_row_waits_with_its_cells_and_its_reason(
    machine: Machine, tmp_path: Path
) -> None:
    path = listed(tmp_path / "目录.csv", GOOD, BAD)
    result = await machine.catalogue.import_workbook(CLERK, path)
    assert (result.added, result.refused) == (1, 1)
    (row,) = await machine.catalogue.workbooks.waiting(CLERK, result.batch)
    assert (row.sheet, row.number, row.fonds) == ("目录", 3, "0073")
    assert (row.reason, row.field, row.found) == (
        "date-impossible", "date", "2019.2.30",
    )  # fmt: skip
    assert row.typed["creators"] == "旗政府、水利局"
    assert row.others == (("来源", "旧册三"),)
    assert ("题名", "乙报告") in row.cells
    (batch,) = await machine.catalogue.imports(CLERK)
    assert batch.waiting == 1


async def mend(machine: Machine, batch: int) -> str:
    """Make the record of the one waiting row with a date that exists."""
    (row,) = await machine.catalogue.workbooks.waiting(CLERK, batch)
    typed = {**row.typed, row.field: "20190228"}
    record = await machine.catalogue.add(CLERK, row.fonds, typed)
    await machine.catalogue.workbooks.mend(CLERK, batch, row.row, record.id)
    return record.id


async def test_a_mended_row_is_not_added_twice(
    machine: Machine, tmp_path: Path
) -> None:
    path = listed(tmp_path / "目录.csv", GOOD, BAD)
    first = await machine.catalogue.import_workbook(CLERK, path)
    await mend(machine, first.batch)
    assert await machine.catalogue.workbooks.waiting(CLERK, first.batch) == []
    again = await machine.catalogue.import_workbook(CLERK, path)
    assert (again.unchanged, again.refused, again.added) == (2, 0, 0)
    assert await titles(machine) == ["甲通知", "乙报告"]
    right = listed(tmp_path / "改.csv", GOOD, (*BAD[:5], "20190227", BAD[6]))
    corrected = await machine.catalogue.import_workbook(CLERK, right)
    assert (corrected.updated, corrected.added) == (1, 0)


async def test_a_mended_row_waits_again_when_its_record_is_taken_back(
    machine: Machine, tmp_path: Path
) -> None:
    path = listed(tmp_path / "目录.csv", BAD)
    result = await machine.catalogue.import_workbook(CLERK, path)
    (row,) = await machine.catalogue.workbooks.waiting(CLERK, result.batch)
    typed = {**row.typed, row.field: "20190228"}
    extra = {"batch": row.batch, "row": row.row}
    draft = Draft(DraftKind.REFUSED_ROW, typed, fonds=row.fonds, extra=extra)
    number = await machine.catalogue.drafts.keep(CLERK, draft)
    record = await machine.catalogue.add(
        CLERK, row.fonds, typed, draft_no=number, at_desk=True
    )
    assert record.legacy == ((14, "2019.2.30"), ("来源", "旧册三"))
    assert await machine.catalogue.workbooks.waiting(CLERK, result.batch) == []
    (act, *_) = await machine.catalogue.acts.last(CLERK)
    await machine.catalogue.acts.undo(CLERK, act.act_no)
    await machine.catalogue.add(CLERK, row.fonds, {"title": "别的"}, at_desk=True)
    (again,) = await machine.catalogue.workbooks.waiting(CLERK, result.batch)
    assert again == row


async def test_of_a_state_secret_nothing_is_kept_but_the_reason(
    machine: Machine, tmp_path: Path
) -> None:
    headings = ("题名", "密级")
    path = listed(tmp_path / "目录.csv", ("某某会议纪要", "机密"), headings=headings)
    result = await machine.catalogue.import_workbook(CLERK, path)
    (row,) = await machine.catalogue.workbooks.waiting(CLERK, result.batch)
    assert (row.reason, row.number, row.cells) == ("secret-refused", 2, ())
    assert result.refused_file is not None
    (sheet,) = read_workbook(result.refused_file).sheets
    assert not any("会议" in cell for line in sheet.rows for cell in line)


async def test_a_row_that_is_no_entry_can_be_left(
    machine: Machine, tmp_path: Path
) -> None:
    path = listed(tmp_path / "目录.csv", GOOD, BAD)
    result = await machine.catalogue.import_workbook(CLERK, path)
    (row,) = await machine.catalogue.workbooks.waiting(CLERK, result.batch)
    await machine.catalogue.workbooks.leave(CLERK, result.batch, row.row)
    assert await machine.catalogue.workbooks.waiting(CLERK, result.batch) == []
    with pytest.raises(UnknownRefusedRow):
        await machine.catalogue.workbooks.leave(CLERK, result.batch, row.row)
    again = await machine.catalogue.import_workbook(CLERK, path)
    assert (again.unchanged, again.refused) == (2, 0)


async def test_an_import_that_was_taken_back_has_nothing_that_waits(
    machine: Machine, tmp_path: Path
) -> None:
    path = listed(tmp_path / "目录.csv", GOOD, BAD)
    result = await machine.catalogue.import_workbook(CLERK, path)
    await mend(machine, result.batch)
    await machine.catalogue.undo_import(CLERK, result.batch)
    assert await titles(machine) == ["乙报告"]
    for batch in (result.batch, 99):
        with pytest.raises(UnknownImport):
            await machine.catalogue.workbooks.waiting(CLERK, batch)


async def test_what_a_mended_record_does_not_give_back_stays_with_it(
    machine: Machine, tmp_path: Path
) -> None:
    path = listed(tmp_path / "目录.csv", BAD)
    result = await machine.catalogue.import_workbook(CLERK, path)
    (row,) = await machine.catalogue.workbooks.waiting(CLERK, result.batch)
    parsed = parse_typed({**row.typed, "date": "20190228"}, machine.pack)

    def read(rows: Rows) -> object:
        kept = keep_origin(rows, machine.pack, result.batch, row.row, parsed)
        return dict(kept.values)[45]

    legacy = await machine.store.read(read)
    assert isinstance(legacy, tuple)
    assert legacy[1:] == ((13 + 1, "2019.2.30"), ("来源", "旧册三"))


async def test_an_import_does_not_change_a_filed_item(
    machine: Machine, tmp_path: Path
) -> None:
    path = listed(tmp_path / "目录.csv", GOOD)
    await machine.catalogue.import_workbook(CLERK, path)

    def file(rows: Rows) -> None:
        row = find_record(rows, GOOD[1], ())
        held = held_of(rows, row)
        write = Write(STATE, FILED, (held.record,))
        save_all(
            rows, row.scope_no, lambda n: (Set(n, CLERK, 1, held.record, (write,)),)
        )

    await machine.store.write(file)
    changed = listed(tmp_path / "改.csv", (*GOOD[:2], "甲的通知", *GOOD[3:]))
    result = await machine.catalogue.import_workbook(CLERK, changed)
    assert (result.updated, result.refused) == (0, 1)
    (row,) = await machine.catalogue.workbooks.waiting(CLERK, result.batch)
    assert row.reason == "filed-needs-reason"
    detail = await machine.catalogue.show(CLERK, row.record)
    assert detail.record.fields["title"] == "甲通知"


@given(st.integers(0, 16_383))
def test_a_column_is_found_by_the_letters_it_is_shown_with(index: int) -> None:
    assert column_index(column_letters(index)) == index
    assert column_index(str(index + 1)) == index


cells = st.lists(
    st.tuples(st.one_of(st.integers(1, 60), st.text(max_size=8)), st.text(min_size=1)),
    max_size=12,
).map(tuple)


@given(
    cells, st.none() | st.builds(Refusal, st.text(), st.text(), st.text(), st.text())
)
def test_a_kept_row_comes_back_as_it_was(
    row: tuple[tuple[int | str, str], ...], why: Refusal | None
) -> None:
    assert unpack_row(pack_row(row, why)) == (row, why)


@given(
    st.lists(st.one_of(st.integers(1, 5), st.sampled_from(["", "甲", "乙"]))), st.data()
)
@settings(max_examples=50)
def test_each_kept_cell_stands_under_a_heading_of_its_own(
    keys: list[int | str], data: st.DataObject
) -> None:
    columns = tuple(
        KeptColumn(f"第{key}栏", key) if isinstance(key, int) else KeptColumn(key, "")
        for key in keys
    )
    filled = [key for key in keys if data.draw(st.booleans())]
    row = tuple((key, "字") for key in filled)
    placed = KeptSheet("目录", 3, "", columns).placed(row)
    assert [
        column.meaning if isinstance(column.meaning, int) else column.heading
        for column, _ in placed
    ] == filled


@pytest.mark.realdata
def test_every_room_workbook_is_recognised_whole() -> None:
    rooms = sorted((data_folder() / "catalogue" / "rooms").glob("*.xlsx"))
    unknown = []
    for path in rooms:
        preview = look(path, PACK)
        assert preview.entries > 0, path.name
        for sheet in preview.sheets:
            unknown += [c.heading for c in sheet.columns if c.heading and not c.meaning]
            assert all(row.refusal is None for row in sheet.rows), path.name
    assert not unknown


@pytest.mark.realdata
def test_a_bad_workbook_is_refused_by_name_or_shown_as_no_catalogue() -> None:
    """Whatever the file is, the look ends with a preview or a reason."""
    reasons: list[str] = []
    for path in sorted((data_folder() / "spreadsheets").rglob("*.*")):
        if path.suffix in {".txt", ".md"} or not path.is_file():
            continue
        try:
            workbook = read_workbook(path)
        except WorkbookUnreadable as error:
            reasons.append(error.reason)
            continue
        assert len(look(path, PACK).sheets) == len(workbook.sheets)
    assert all(reasons)
