"""A clerk's morning at the desk, key by key, on the real program in a terminal.

Twenty entries, a search, a filing, a list with faulty rows that are mended, an
exchange; then the command line says what is stored, here and at the hub.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.journeys.seats import (
    FILING_BUDGET,
    FIRST_BUDGET,
    NEXT_BUDGET,
    SAVED,
    WORDS,
    Paper,
    go_home,
    joined_room,
    leave,
    line_of,
    open_entry,
    seated,
    step_back,
)
from tests.journeys.stations import Station
from tests.support.terminal import Terminal

pytestmark = [pytest.mark.journey, pytest.mark.timeout(170)]

ISSUER = "库伦旗人民政府"
GROUPS = {
    ("2020", "Y", "BGS"): 9,
    ("2020", "D30", "BGS"): 6,
    ("2021", "D10", "NYJ"): 5,
}
MATTERS = ("防汛抗旱", "春季造林", "草原禁牧", "人居环境整治", "档案移交")
HEADINGS = (
    "序号", "文号", "责任者", "题名", "日期", "页数", "保管期限", "年度", "机构(问题)",
)  # fmt: skip
FAULTS = {3: ("日期", "2022年13月1日"), 5: ("页数", "若干")}


def papers_of(year: str, retention: str, amount: int) -> list[Paper]:
    """The papers of one group, as they lie on the table."""
    start = {"Y": 100, "D30": 200, "D10": 300}[retention]
    return [
        Paper(
            doc_no=f"库政发[{year}]{start + n}号",
            title=f"关于第{start + n}次{MATTERS[n % len(MATTERS)]}检查的通知",
            creators=ISSUER,
            date=f"{year}06{n:02d}",
            pages=str(n),
        )
        for n in range(1, amount + 1)
    ]


def test_a_clerks_morning(tmp_path: Path) -> None:
    book = tmp_path / "2022年短期.xlsx"
    write_list(book)
    with joined_room(tmp_path) as (hub, room):
        with seated(room) as terminal:
            entered = enter_twenty(terminal)
            find_one(terminal)
            file_a_group(terminal)
            import_the_list(terminal, book)
            report(terminal)
            assert leave(terminal) == 0
        assert_stored(room, entered)
        assert_stored(hub, entered)
        status = room.ask("status")
        assert status["pending"] == {"operations": 0, "bytes": 0}
        assert status["receipt"]["number"] > 0
        assert hub.ask("status")["receipt"] is not None
    for station in (room, hub):
        assert station.ask("verify", "--rebuild")["is_whole"] is True


# Entering.


def enter_twenty(terminal: Terminal) -> dict[str, tuple[str, ...]]:
    """All groups, one paper after the other; what was typed, by title."""
    entered: dict[str, tuple[str, ...]] = {}
    first: list[int] = []
    following: list[int] = []
    for place, (group, amount) in enumerate(GROUPS.items()):
        papers = papers_of(group[0], group[1], amount)
        for n, paper in enumerate(papers):
            before = terminal.keys_sent
            if n == 0:
                begin_group(terminal, group, is_from_home=place == 0)
            enter(terminal, paper, is_issuer_known=len(entered) > 0)
            (first if n == 0 else following).append(terminal.keys_sent - before)
            entered[paper.title] = (*group, paper.date, paper.pages)
    assert len(entered) == 20
    assert max(first) <= FIRST_BUDGET, first
    assert max(following) <= NEXT_BUDGET, following
    print(f"control keys: first of a group {first}, next ones {max(following)}")
    go_home(terminal)
    terminal.until(lambda text: f"{len(entered)} 件" in text)
    return entered


def begin_group(
    terminal: Terminal, group: tuple[str, str, str], *, is_from_home: bool
) -> None:
    """Year, retention, office of the papers that come."""
    if is_from_home:
        open_entry(terminal)
    else:
        terminal.press("up", "up", "up")
    for text in group:
        terminal.type(text)
        terminal.press("enter")


def enter(terminal: Terminal, paper: Paper, *, is_issuer_known: bool) -> None:
    """One paper; the creator is offered once one of its mark was entered."""
    terminal.type(paper.doc_no)
    terminal.press("enter")
    terminal.type(paper.title)
    if is_issuer_known:
        terminal.until(lambda _: line_of(terminal, "责任者") == paper.creators)
        terminal.press("enter")
    else:
        terminal.press("enter")
        terminal.type(paper.creators)
    terminal.press("enter")
    terminal.type(paper.date)
    terminal.press("enter")
    terminal.type(paper.pages)
    terminal.press("f2")
    terminal.until(lambda text: SAVED in text and f"《{paper.title}》" in text)
    terminal.until(lambda _: line_of(terminal, "题名") == "")


# Finding.


def find_one(terminal: Terminal) -> None:
    """Two keys after the query lead to the record."""
    terminal.press("f3")
    terminal.until(WORDS.say("search.title"))
    terminal.type("禁牧 2021")
    terminal.until(lambda text: "关于第302次草原禁牧检查的通知" in text)
    before = terminal.keys_sent
    terminal.press("enter")
    terminal.until(WORDS.say("record_page.title"))
    assert terminal.keys_sent - before <= 2
    terminal.until("库政发〔2021〕302号")
    assert "已保存本机" in terminal.text
    go_home(terminal)


# Filing.


def file_a_group(terminal: Terminal) -> None:
    """From the first screen to filed records, then to a printed list."""
    before = terminal.keys_sent
    terminal.press("4", "enter")
    terminal.until("NYJ")
    terminal.press("enter")
    terminal.until("0001-WS·2021-D10-NYJ-0005")
    terminal.press("f2")
    terminal.until(WORDS.say("filing.confirm_field"))
    terminal.press("0", "0", "0", "5", "enter")
    terminal.until("已归档 5 件")
    used = terminal.keys_sent - before
    assert used <= FILING_BUDGET, used
    print(f"control keys: filing {used}, the four digits counted")
    terminal.press("f7")
    terminal.until(WORDS.say("printing.title"))
    terminal.press("f7")
    terminal.until("打印好了")
    go_home(terminal)


# Importing.


def write_list(path: Path) -> None:
    """Eight rows; two of them cannot be taken as they are."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(HEADINGS)
    for n in range(1, 9):
        cells: dict[str, object] = {
            "序号": n,
            "文号": f"库政发[2022]{400 + n}号",
            "责任者": ISSUER,
            "题名": f"关于2022年第{n}次集中学习的通知",
            "日期": f"202203{n:02d}",
            "页数": n,
            "保管期限": "短期",
            "年度": 2022,
            "机构(问题)": "BGS",
        }
        if n in FAULTS:
            heading, text = FAULTS[n]
            cells[heading] = text
        sheet.append([cells[heading] for heading in HEADINGS])
    workbook.save(path)


def import_the_list(terminal: Terminal, book: Path) -> None:
    terminal.press("5", "enter")
    terminal.until(WORDS.say("importing.title"))
    terminal.press("3", "enter")
    terminal.until(WORDS.say("importing.path_hint"))
    terminal.type(str(book))
    terminal.press("enter")
    terminal.until(WORDS.say("importing.all_known"))
    terminal.press("f9")
    terminal.until(WORDS.say("importing.tried"))
    assert "会新增 6" in terminal.text
    terminal.press("f2")
    terminal.until("还有 2 行要人动手")
    assert "已保存本机" in terminal.text
    terminal.press("1", "enter")
    terminal.until("有 2 行没有收进来")
    before = terminal.keys_sent
    for wrong, right in (("2022年13月1日", "20220303"), ("若干", "5")):
        terminal.press("enter")
        terminal.until(WORDS.say("entry.kind.refused-row"))
        terminal.until(f"!{'日期' if len(right) > 1 else '页数'}")
        for _ in wrong:
            terminal.press("backspace")
        terminal.type(right)
        terminal.press("f2")
        terminal.until(SAVED)
    print(f"control keys: two faulty rows mended {terminal.keys_sent - before}")
    step_back(terminal)
    terminal.press("esc")
    terminal.until("工作表 1/1")
    go_home(terminal)


# Reporting.


def report(terminal: Terminal) -> None:
    """Two keys to the page, one to begin; the receipt is told on both screens."""
    terminal.press("6", "enter")
    terminal.until(WORDS.say("carriage.fact.receipt"))
    terminal.press("f2")
    terminal.until("上报完毕")
    terminal.until("中心已收 #")
    assert WORDS.say("carriage.pending_none") in terminal.text
    go_home(terminal)
    terminal.until(lambda _: "中心已收 #" in line_of(terminal, "中心"))


# What is stored.


def assert_stored(station: Station, entered: dict[str, tuple[str, ...]]) -> None:
    """Every entry as it was typed, the first group filed, the list whole."""
    found = station.ask("search", "level=item", "--limit", "100")
    records = {each["fields"]["title"]: each for each in found["results"]}
    assert found["total"] == len(records) == len(entered) + 8
    for title, (year, retention, office, date, pages) in entered.items():
        fields = records[title]["fields"]
        assert str(fields["year"]) == year
        assert fields["retention_code"] == retention
        assert fields["org_code"] == office
        assert fields["date"] == date
        assert str(fields["pages"]) == pages
        assert fields["creators"] == [ISSUER]
        assert fields["doc_no"].startswith(f"库政发〔{year}〕")
    filed = [each for each in records.values() if each["code"]]
    codes = sorted(each["code"] for each in filed)
    assert codes == [f"0001-WS·2021-D10-NYJ-{n:04d}" for n in range(1, 6)]
    assert {each["fields"]["state"] for each in filed} == {"filed"}
    listed = [title for title in records if "集中学习" in title]
    assert len(listed) == 8
    assert records["关于2022年第3次集中学习的通知"]["fields"]["date"] == "20220303"
    assert str(records["关于2022年第5次集中学习的通知"]["fields"]["pages"]) == "5"
