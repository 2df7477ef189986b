"""检索: results while one types, marked, filtered; from a hit to what can be done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from node.catalogue import searches
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
from tui.desk.machine_desk import MachineDesk
from tui.screens.search import SearchScreen
from tui.widgets.ledger import Ledger
from tui.widgets.query_field import QueryField
from tui.width import Drawn, adopt

ITEMS = [
    {
        "title": "关于做好防汛工作的通知",
        "doc_no": "科政发〔2020〕12号",
        "creators": "科尔沁街道办事处",
        "date": "20200601",
        "year": "2020",
        "retention_code": "Y",
        "code": "0001-WS·2020-Y-BGS-0012",
    },
    {"title": "防汛物资“清单”★①", "year": "2021", "retention_code": "D30"},
    {"title": "ᠮᠣᠩᠭᠣᠯ 防汛", "year": "2021", "notes": "附卫生局的来函"},
    {"title": "卫生检查情况的报告", "date": "2020"},
]
NAUGHTY = [
    '"',
    "'",
    "* OR NOT NEAR(",
    "防汛 AND",
    "\x00",
    "%_\\",
    "<b>{x}[/b]",
    "\u202e防汛",
    "ᠮᠣᠩ",
    "é\u0301\u0301",
    "👩‍👩‍👧",
    "𠮷",
    "－—․·",
]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[MachineDesk]:
    async with room_desk(tmp_path / "room") as made:
        for item in ITEMS:
            await made.entries.add("0001", item, level="item", draft_no=0)
        yield made


def ledger(pilot: Pilot[int]) -> Ledger:
    return pilot.app.screen.query_one(Ledger)


def titles(pilot: Pilot[int]) -> list[str]:
    screen = pilot.app.screen
    assert isinstance(screen, SearchScreen)
    lines = [ledger(pilot).line_at(n) for n in range(ledger(pilot).size_rows)]
    return [line.cells[1] for line in lines if line is not None]


def text_on(pilot: Pilot[int]) -> str:
    return "\n".join(shown(pilot))


async def test_results_come_while_one_types_and_hits_are_marked(
    desk: MachineDesk,
) -> None:
    async with at_desk(desk, first="search") as pilot:
        await typed(pilot, "防")
        await typed(pilot, "汛工作")
        assert titles(pilot) == ["关于做好防汛工作的通知"]
        line = ledger(pilot).line_at(0)
        assert line is not None
        assert [line.cells[1][a:b] for a, b in line.hits[1]] == ["防汛工作"]
        assert "找到 1 件" in text_on(pilot)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("防汛", 3),
        ("防汛 通知", 1),
        ("科政发[2020]12号", 1),
        ("0012", 1),
        ("ws.2020", 1),
        ("卫生", 2),
        ("没有的字", 0),
    ],
)
async def test_any_part_of_any_field_finds(
    desk: MachineDesk, words: str, count: int
) -> None:
    async with at_desk(desk, first="search") as pilot:
        await typed(pilot, words)
        assert len(titles(pilot)) == count


async def test_a_hit_in_a_field_that_is_not_shown_is_told_below(
    desk: MachineDesk,
) -> None:
    async with at_desk(desk, first="search") as pilot:
        await typed(pilot, "卫生局")
        assert "附注 附卫生局的来函" in text_on(pilot)
        assert "蒙文" in titles(pilot)[0]


async def test_filters_narrow_and_are_taken_away(desk: MachineDesk) -> None:
    async with at_desk(desk, first="search") as pilot:
        await typed(pilot, "防汛")
        await keys(pilot, "tab", "5", "enter")
        assert "2021" in text_on(pilot)
        await keys(pilot, "2", "enter")
        await settled(pilot)
        assert len(titles(pilot)) == 2
        await keys(pilot, "tab", "6", "enter", "3", "enter")
        await settled(pilot)
        assert titles(pilot) == ["防汛物资“清单”★①"]
        await keys(pilot, "tab", "1", "0", "enter")
        await settled(pilot)
        assert len(titles(pilot)) == 3


async def test_what_was_withdrawn_is_found_by_its_state(desk: MachineDesk) -> None:
    found = await desk.entries.last_entered("0001")
    assert found is not None
    await desk.records.withdraw(found.id, "重复")
    async with at_desk(desk, first="search") as pilot:
        await typed(pilot, "卫生检查")
        assert titles(pilot) == []
        await keys(pilot, "tab", "8", "enter", "4", "enter")
        await settled(pilot)
        assert titles(pilot) == ["卫生检查情况的报告"]
        line = ledger(pilot).line_at(0)
        assert line is not None
        assert line.sign == "x"


@pytest.mark.parametrize(
    ("key", "screen"),
    [
        ("enter", "RecordScreen"),
        ("f4", "EntryScreen"),
        ("f7", "RecordScreen"),
        ("f8", "ListingScreen"),
    ],
)
async def test_from_a_hit_one_key_leads_on(
    desk: MachineDesk, key: str, screen: str
) -> None:
    async with at_desk(desk, first="search") as pilot:
        await typed(pilot, "防汛工作")
        await keys(pilot, key)
        await until(pilot, lambda: type(pilot.app.screen).__name__ == screen)
        await until(pilot, "防汛工作")
        assert (await desk.searches.recent())[0] == "防汛工作"


async def test_the_arrows_walk_the_hits_while_the_words_keep_the_keys(
    desk: MachineDesk,
) -> None:
    async with at_desk(desk, first="search") as pilot:
        await typed(pilot, "防汛")
        await keys(pilot, "down", "down")
        assert ledger(pilot).current == 2
        await typed(pilot, "物")
        assert titles(pilot) == ["防汛物资“清单”★①"]
        assert ledger(pilot).current == 0


async def test_older_questions_come_back_with_the_arrow(desk: MachineDesk) -> None:
    await desk.searches.remember("防汛")
    await desk.searches.remember("卫生")
    async with at_desk(desk, first="search") as pilot:
        await settled(pilot)
        await keys(pilot, "up", "up")
        assert pilot.app.screen.query_one(QueryField).text == "防汛"
        assert len(titles(pilot)) == 3


async def test_only_the_last_question_is_answered(desk: MachineDesk) -> None:
    async with at_desk(desk, first="search") as pilot:
        field = pilot.app.screen.query_one(QueryField)
        for letter in "关于做好防汛工作的通知没有":
            field.type_in(letter)
            await pilot.pause()
        field.replace_with("卫生检查")
        await settled(pilot)
        assert titles(pilot) == ["卫生检查情况的报告"]


async def test_many_hits_are_counted_up_to_a_limit(
    desk: MachineDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "EXACT_TOTAL", 2)
    async with at_desk(desk, first="search") as pilot:
        await typed(pilot, "防汛")
        assert "2 件以上" in text_on(pilot)
        assert len(titles(pilot)) == 2


async def test_what_another_process_saved_shows_in_the_hits(
    desk: MachineDesk, tmp_path: Path
) -> None:
    async with at_desk(desk, first="search") as pilot:
        await typed(pilot, "防汛")
        await keys(pilot, "down")
        other = await Machine.open(Home(tmp_path / "room"))
        try:
            await other.catalogue.add(Actor("巴图"), "0001", {"title": "防汛值班表"})
        finally:
            await other.close()
        await until(pilot, lambda: "防汛值班表" in titles(pilot))
        assert ledger(pilot).current == 1


@pytest.mark.parametrize("text", NAUGHTY)
async def test_naughty_words_do_no_harm(desk: MachineDesk, text: str) -> None:
    async with at_desk(desk, first="search") as pilot:
        pilot.app.screen.query_one(QueryField).type_in(text)
        await settled(pilot)
        assert "检索词" in text_on(pilot)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (40, 20)])
@pytest.mark.parametrize("is_wide", [False, True])
async def test_lines_are_as_wide_as_the_screen(
    desk: MachineDesk, size: tuple[int, int], is_wide: bool
) -> None:
    adopt(Drawn(is_wide=is_wide, has_plain_rules=is_wide))
    try:
        async with at_desk(desk, first="search", size=size) as pilot:
            adopt(Drawn(is_wide=is_wide, has_plain_rules=is_wide))
            await typed(pilot, "防汛")
            assert len(titles(pilot)) == 3
            assert all(cell_len(line) <= size[0] for line in shown(pilot))
    finally:
        adopt(Drawn())


async def test_english_says_the_same(desk: MachineDesk) -> None:
    async with at_desk(desk, first="search", language="en") as pilot:
        await typed(pilot, "防汛")
        assert "3 found" in text_on(pilot)


async def test_a_search_seals_nothing(desk: MachineDesk) -> None:
    before = await desk._machine.standing(CLERK)
    async with at_desk(desk, first="search") as pilot:
        await typed(pilot, "防汛")
    assert await desk._machine.standing(CLERK) == before
