"""Entering records: what a clerk types is what the store holds, and nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from node.catalogue.record import Record
from node.home import Home
from node.machine import Machine
from node.search.query import Query
from protocol.operations import Actor
from tests.support.desks import (
    CLERK,
    at_desk,
    at_once,
    keys,
    room_desk,
    settled,
    shown,
    until,
)
from tui.desk.machine_desk import MachineDesk
from tui.port.entries import Draft, DraftKind
from tui.screens.entry import EntryScreen
from tui.widgets.form_field import FormField

FIRST_BUDGET = 14
NEXT_BUDGET = 9
FULL = {
    "year": "2020",
    "retention_code": "Y",
    "org_code": "BGS",
    "doc_no": "库政发〔2020〕12号",
    "title": "关于做好2020年防汛工作的通知",
    "creators": "库伦旗人民政府",
    "date": "20200601",
    "pages": "8",
}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[MachineDesk]:
    async with room_desk(tmp_path / "room") as opened:
        yield opened


async def stored(desk: MachineDesk) -> list[Record]:
    page = await desk._machine.catalogue.search(CLERK, Query(limit=500))
    return [record for record in page.results if record.level == "item"]


async def entered(desk: MachineDesk, **values: str) -> Record:
    return await desk.entries.add("0001", {**FULL, **values}, level="item", draft_no=0)


def form(pilot: Pilot[int]) -> EntryScreen:
    screen = pilot.app.screen
    assert isinstance(screen, EntryScreen)
    return screen


def field(pilot: Pilot[int], name: str) -> FormField:
    return form(pilot).query_one(f"#field-{name}", FormField)


def texts(pilot: Pilot[int]) -> dict[str, str]:
    return {k: v for k, v in form(pilot)._texts().items() if v}


async def ready(pilot: Pilot[int]) -> None:
    """Wait until the form can be typed into."""
    await until(
        pilot,
        lambda: (
            isinstance(pilot.app.screen, EntryScreen)
            and form(pilot)._is_ready
            and isinstance(form(pilot).focused, FormField)
        ),
    )


async def kept(pilot: Pilot[int]) -> None:
    """Wait until the journal has written what was typed."""
    await until(pilot, lambda: not form(pilot)._journal.is_dirty)
    await form(pilot)._journal.flush()


class Counted:
    """A clerk whose control keys are counted; typed text is free."""

    def __init__(self, pilot: Pilot[int]) -> None:
        self.pilot = pilot
        self.control_keys = 0

    async def press(self, *names: str) -> None:
        self.control_keys += len(names)
        await keys(self.pilot, *names)

    async def type(self, text: str) -> None:
        await at_once(self.pilot, text)
        await settled(self.pilot)


async def test_the_first_record_of_a_group_and_the_next_ones_cost_few_keys(
    desk: MachineDesk,
) -> None:
    async with at_desk(desk, first="home") as pilot:
        clerk = Counted(pilot)
        await clerk.press("1", "enter")
        await ready(pilot)
        for name in list(FULL)[:-1]:
            await clerk.type(FULL[name])
            await clerk.press("enter")
        await clerk.type(FULL["pages"])
        await clerk.press("f2")
        await until(pilot, "已存盘")
        first = clerk.control_keys
        assert first <= FIRST_BUDGET
        (record,) = await stored(desk)
        assert {name: record.fields[name] for name in FULL} == {
            **FULL,
            "year": 2020,
            "pages": 8,
            "creators": ["库伦旗人民政府"],
        }
        assert form(pilot).focused is field(pilot, "doc_no")
        await clerk.type("库政发[2020]13号")
        await clerk.press("enter")
        await clerk.type("关于防火的通知")
        await until(pilot, lambda: field(pilot, "creators").text == "库伦旗人民政府")
        await clerk.press("enter", "enter")
        await clerk.type("20200602")
        await clerk.press("enter")
        await clerk.type("3")
        await clerk.press("f2")
        await until(pilot, "《关于防火的通知》")
        following = clerk.control_keys - first
        assert following <= NEXT_BUDGET
        records = {r.fields["title"]: r for r in await stored(desk)}
        second = records["关于防火的通知"]
        assert second.fields["org_code"] == "BGS"
        assert second.fields["doc_no"] == "库政发〔2020〕13号"
        assert second.fields["creators"] == ["库伦旗人民政府"]
        print(f"control keys: first {first}, next {following}")


async def test_another_group_is_typed_over_what_is_carried_and_stays_in_the_budget(
    desk: MachineDesk,
) -> None:
    await entered(desk)
    async with at_desk(desk, first="home") as pilot:
        clerk = Counted(pilot)
        await clerk.press("1", "enter")
        await ready(pilot)
        assert texts(pilot) == {
            "year": "2020",
            "retention_code": "Y",
            "org_code": "BGS",
        }
        await clerk.press("up", "up", "up")
        for text in ("2021", "d30", "CWK", "库财发[2021]1号", "决算", "库伦旗财政局"):
            await clerk.type(text)
            await clerk.press("enter")
        await clerk.type("20210301")
        await clerk.press("enter")
        await clerk.type("20")
        await clerk.press("f2")
        await until(pilot, "《决算》")
        assert clerk.control_keys <= FIRST_BUDGET
    found = {r.fields["title"]: r.fields for r in await stored(desk)}["决算"]
    assert (found["year"], found["retention_code"]) == (2021, "D30")
    assert found["org_code"] == "CWK"


async def test_a_burst_of_keys_goes_where_each_key_was_meant_for(
    desk: MachineDesk,
) -> None:
    """A slow line brings ten fields at once; none falls into the field before."""
    async with at_desk(desk, first="entry") as pilot:
        await ready(pilot)
        await at_once(pilot, "\r".join(FULL.values()))
        await until(pilot, lambda: texts(pilot) == FULL)


async def test_what_is_typed_is_written_as_the_rule_does(desk: MachineDesk) -> None:
    async with at_desk(desk, first="entry") as pilot:
        await ready(pilot)
        await at_once(pilot, "２０２０\r三十年\rBGS\r库政发【２０２０】７号\r")
        await at_once(pilot, "通知\r甲,乙；丙\r２０２０。６。１\r１２页\r")
        await until(pilot, lambda: texts(pilot).get("pages") == "12")
        assert texts(pilot) == {
            "year": "2020",
            "retention_code": "D30",
            "org_code": "BGS",
            "doc_no": "库政发〔2020〕7号",
            "title": "通知",
            "creators": "甲、乙、丙",
            "date": "20200601",
            "pages": "12",
        }


async def test_a_dot_in_a_code_is_its_middle_dot(desk: MachineDesk) -> None:
    async with at_desk(desk, first="entry") as pilot:
        await ready(pilot)
        form(pilot)._show_further()
        await until(pilot, lambda: bool(form(pilot).query("#field-code")))
        field(pilot, "code").focus()
        await pilot.pause()
        await at_once(pilot, "0001－ws.2020—y-bgs-0001")
        await until(pilot, lambda: texts(pilot)["code"] == "0001-WS·2020-Y-BGS-0001")
        field(pilot, "code").put("")
        await at_once(pilot, "0001-WS。2020")
        await until(pilot, lambda: texts(pilot)["code"] == "0001-WS·2020")


async def test_a_fault_is_said_while_typing_and_keeps_the_form_from_being_saved(
    desk: MachineDesk,
) -> None:
    async with at_desk(desk, first="entry") as pilot:
        await ready(pilot)
        await at_once(pilot, "2020\rY\rBGS\r\r通知\r甲\r20200231")
        await until(pilot, "没有这一天:20200231")
        assert any("没有这一天" in line for line in shown(pilot)[-4:])
        await keys(pilot, "enter", "f2")
        await until(pilot, lambda: form(pilot).focused is field(pilot, "date"))
        assert not await stored(desk)
        assert texts(pilot)["date"] == "20200231"
        await keys(pilot, "backspace", "backspace")
        await at_once(pilot, "28")
        await until(pilot, lambda: "没有这一天" not in "\n".join(shown(pilot)))
        await keys(pilot, "f2")
        await until(pilot, "已存盘")
        assert [r.fields["date"] for r in await stored(desk)] == ["20200228"]


async def test_a_form_without_a_title_says_so_and_goes_there(
    desk: MachineDesk,
) -> None:
    async with at_desk(desk, first="entry") as pilot:
        await ready(pilot)
        await at_once(pilot, "2020\rY\r")
        await keys(pilot, "f2")
        await until(pilot, "还没有填题名")
        assert form(pilot).focused is field(pilot, "title")


async def test_a_state_secret_is_neither_saved_nor_kept_as_a_draft(
    desk: MachineDesk,
) -> None:
    async with at_desk(desk, first="entry") as pilot:
        await ready(pilot)
        await at_once(pilot, "2020\rY\r\r\r通知\r甲\r2020\r1\r机密")
        await until(pilot, "国家秘密不得存入本机")
        await kept(pilot)
        await keys(pilot, "f2")
        await until(pilot, "国家秘密不得存入本机")
        assert not await stored(desk)
        (draft,) = await desk.entries.waiting_drafts()
        assert "secrecy" not in draft.typed
        assert draft.typed["title"] == "通知"


async def type_and_go(desk: MachineDesk) -> None:
    """Type half a record and end the program without a word."""
    async with at_desk(desk, first="entry") as pilot:
        await ready(pilot)
        await at_once(pilot, "2020\rY\rBGS\r\r没录完的通知")
        await kept(pilot)


async def test_what_was_not_saved_is_offered_again_and_gone_on_with(
    tmp_path: Path,
) -> None:
    async with room_desk(tmp_path / "room") as desk:
        await type_and_go(desk)
    async with room_desk(tmp_path / "room") as desk:
        async with at_desk(desk, first="entry") as pilot:
            await until(pilot, "上次没录完,接着录?")
            assert any("没录完的通知" in line for line in shown(pilot))
            await keys(pilot, "1", "enter")
            await ready(pilot)
            assert texts(pilot) == {
                "year": "2020",
                "retention_code": "Y",
                "org_code": "BGS",
                "title": "没录完的通知",
            }
            await keys(pilot, "f2")
            await until(pilot, "已存盘")
        assert [r.fields["title"] for r in await stored(desk)] == ["没录完的通知"]
        assert not await desk.entries.waiting_drafts()


async def test_what_was_not_saved_can_be_given_up(tmp_path: Path) -> None:
    async with room_desk(tmp_path / "room") as desk:
        await desk.entries.keep_draft(
            Draft(DraftKind.ENTRY, {"title": "不要了"}, fonds="0001")
        )
        async with at_desk(desk, first="entry") as pilot:
            await until(pilot, "上次没录完")
            await keys(pilot, "2", "enter")
            await ready(pilot)
            assert not texts(pilot)
        assert not await desk.entries.waiting_drafts()


async def test_stepping_back_asks_and_never_loses_text_unasked(
    desk: MachineDesk,
) -> None:
    async with at_desk(desk, first="home") as pilot:
        await keys(pilot, "1", "enter")
        await ready(pilot)
        await at_once(pilot, "2020\r\r\r\r半截")
        await keys(pilot, "escape")
        await until(pilot, "保存草稿?")
        await keys(pilot, "escape")
        await ready(pilot)
        assert texts(pilot)["title"] == "半截"
        await keys(pilot, "escape")
        await until(pilot, "保存草稿?")
        await keys(pilot, "1", "enter")
        await until(pilot, "今日工作")
        (draft,) = await desk.entries.waiting_drafts()
        assert draft.typed["title"] == "半截"
        await keys(pilot, "1", "enter")
        await until(pilot, "上次没录完")
        await keys(pilot, "1", "enter")
        await ready(pilot)
        await keys(pilot, "escape")
        await until(pilot, "保存草稿?")
        await keys(pilot, "2", "enter")
        await until(pilot, "今日工作")
        assert not await desk.entries.waiting_drafts()


async def test_an_untouched_form_is_left_without_a_question(desk: MachineDesk) -> None:
    await entered(desk)
    async with at_desk(desk, first="home") as pilot:
        await keys(pilot, "1", "enter")
        await ready(pilot)
        await keys(pilot, "escape")
        await until(pilot, "今日工作")


async def test_the_next_code_the_likeness_and_the_issuer_are_shown(
    desk: MachineDesk,
) -> None:
    await entered(desk)
    async with at_desk(desk, first="entry") as pilot:
        await ready(pilot)
        await until(pilot, "档号预告 0001-WS·2020-Y-BGS-0002")
        await at_once(pilot, FULL["doc_no"])
        await until(pilot, "提醒:本全宗已有1件可能是同一份")
        await until(pilot, lambda: field(pilot, "creators").text == "库伦旗人民政府")
        field(pilot, "creators").focus()
        await at_once(pilot, "水利局")
        await until(pilot, lambda: field(pilot, "creators").text == "水利局")


async def test_f5_repeats_the_record_before_and_f4_offers_values(
    desk: MachineDesk,
) -> None:
    await entered(desk, location="602库房")
    async with at_desk(desk, first="entry") as pilot:
        await ready(pilot)
        await keys(pilot, "enter", "f5")
        assert texts(pilot)["title"] == FULL["title"]
        field(pilot, "retention_code").focus()
        await pilot.pause()
        await keys(pilot, "f4")
        await until(pilot, "定期30年")
        await keys(pilot, "2", "enter")
        await until(pilot, lambda: texts(pilot)["retention_code"] == "D30")
        field(pilot, "location").focus()
        await pilot.pause()
        await keys(pilot, "f4")
        await until(pilot, "602库房")
        await keys(pilot, "enter")
        await until(pilot, lambda: texts(pilot).get("location") == "602库房")
        await keys(pilot, "f9")
        await until(pilot, "归档前还要填:责任者、日期、页数")
        assert form(pilot).focused is field(pilot, "creators")


async def test_only_what_was_changed_is_saved(desk: MachineDesk) -> None:
    record = await entered(desk)
    async with at_desk(desk, first="home") as pilot:
        await pilot.app.open("entry", record_id=record.id)  # type: ignore[attr-defined]
        await ready(pilot)
        field(pilot, "pages").focus()
        await pilot.pause()
        await keys(pilot, "backspace")
        await at_once(pilot, "9")
        await keys(pilot, "f2")
        await until(pilot, "今日工作")
        await until(pilot, "已存盘")
    detail = await desk.records.detail(record.id)
    assert [(c.field, c.value) for c in detail.history if c.kind == "set"] == [
        ("pages", 9)
    ]


@pytest.mark.parametrize(
    ("answers", "shown_value", "open_fields"),
    [
        (("1", "enter"), "我的题名", ()),
        (("2", "enter"), "她的题名", ()),
        (("3", "enter", "3", "enter"), "", ("title",)),
    ],
)
async def test_the_second_of_two_desks_is_told_who_and_what_and_chooses(
    tmp_path: Path,
    answers: tuple[str, ...],
    shown_value: str,
    open_fields: tuple[str, ...],
) -> None:
    async with room_desk(tmp_path / "room") as desk:
        record = await entered(desk)
        other = MachineDesk(desk._machine, Actor("其其格"))
        async with at_desk(desk, first="home") as pilot:
            await pilot.app.open("entry", record_id=record.id)  # type: ignore[attr-defined]
            await ready(pilot)
            field(pilot, "title").replace_with("我的题名")
            filled = await other.entries.fill(record.id)
            await other.entries.change(
                record.id, {"title": "她的题名"}, filled.seen, reason="", draft_no=0
            )
            await until(pilot, "其其格 在 科尔沁街道档案室 改了题名:她的题名")
            assert texts(pilot)["title"] == "我的题名"
            await keys(pilot, "f2")
            await until(pilot, "其其格 在 科尔沁街道档案室 也改了题名")
            await keys(pilot, *answers)
            await until(pilot, "今日工作")
        detail = await desk.records.detail(record.id)
        assert tuple(ticket.field for ticket in detail.open) == open_fields
        if shown_value:
            assert detail.record.fields["title"] == shown_value
        else:
            values = {side.value for side in detail.open[0].values}
            assert values == {"我的题名", "她的题名"}
        written = [c.value for c in detail.history if c.field == "title"]
        assert "她的题名" in written


@pytest.mark.parametrize("is_asked_for", [False, True])
async def test_a_field_nobody_touched_follows_the_other_desk(
    desk: MachineDesk, is_asked_for: bool
) -> None:
    record = await entered(desk)
    other = MachineDesk(desk._machine, Actor("其其格"))
    async with at_desk(desk, first="home") as pilot:
        await pilot.app.open("entry", record_id=record.id)  # type: ignore[attr-defined]
        await ready(pilot)
        filled = await other.entries.fill(record.id)
        await other.entries.change(
            record.id, {"pages": "80"}, filled.seen, reason="", draft_no=0
        )
        field(pilot, "title").replace_with("改过的题名")
        if is_asked_for:
            await until(pilot, "您没改这一栏,就用他的")
            form(pilot)._start(form(pilot)._settle())
            await until(pilot, "也改了页数")
            await keys(pilot, "2", "enter")
            await until(pilot, "都选好了")
        await keys(pilot, "f2")
        await until(pilot, "今日工作")
    fields = (await desk.records.detail(record.id)).record.fields
    assert (fields["title"], fields["pages"]) == ("改过的题名", 80)


NAUGHTY = [
    "ᠬᠦᠷᠢᠶ᠎ᠡ ᠬᠣᠰᠢᠭᠤ",
    "𠮷野家𪚥",
    "é́́combining",
    "👨‍👩‍👧‍👦",
    "\u202eright to left\u202c",
    "'; DROP TABLE records;--",
    "[bold]markup[/bold] {braces} %s",
    "“引号”——…·★①",
    "a" * 400,
    "中" * 180,
    "\u200b\ufeff零宽",
    "\\x1b[31mred",
]


@pytest.mark.parametrize("text", NAUGHTY)
async def test_naughty_text_in_every_field_is_stored_as_typed_or_refused_by_name(
    desk: MachineDesk, text: str
) -> None:
    async with at_desk(desk, first="entry", size=(60, 30)) as pilot:
        await ready(pilot)
        form(pilot)._show_further()
        await until(pilot, lambda: bool(form(pilot).query("#field-abstract")))
        for each in form(pilot)._form_widget.fields:
            each.type_in(text)
            await pilot.pause()
        assert shown(pilot)
        refused = [
            each
            for each in form(pilot)._form_widget.fields
            if desk.entries.fault(each.name or "", each.text)
        ]
        for each in refused:
            each.put("")
        field(pilot, "year").put("2020")
        await keys(pilot, "f2")
        await until(pilot, "已存盘")
    (record,) = await stored(desk)
    assert record.fields["title"] == text.strip()
    assert record.fields["abstract"] == text.strip()
    assert record.fields["notes"] == [text.strip()]


async def test_a_line_of_forty_columns_is_enough_to_go_on(desk: MachineDesk) -> None:
    async with at_desk(desk, first="entry", size=(40, 12)) as pilot:
        await ready(pilot)
        await at_once(
            pilot, "2020\rY\rBGS\r库政发[2020]1号\r" + "长题名" * 30 + "\r甲\r"
        )
        await until(pilot, lambda: texts(pilot).get("creators") == "甲")
        await keys(pilot, "f4", "escape")
        await until(pilot, "保存草稿")
        await keys(pilot, "escape", "f2")
        await until(pilot, "已存盘")
    assert len(await stored(desk)) == 1


async def test_the_english_desk_has_every_sentence(desk: MachineDesk) -> None:
    async with at_desk(desk, first="entry", language="en") as pilot:
        await ready(pilot)
        await at_once(pilot, "2020\rY\rBGS\r\rNotice\r")
        await keys(pilot, "f2")
        await until(pilot, "Saved on this machine")


async def test_a_volume_is_entered_where_somebody_asks_for_one(
    desk: MachineDesk,
) -> None:
    async with at_desk(desk, first="entry") as pilot:
        await ready(pilot)
        await at_once(pilot, "1985\r长期\r\r\r一九八五年会议材料")
        await keys(pilot, "up", "up", "up", "up", "up")
        await until(pilot, lambda: not isinstance(form(pilot).focused, FormField))
        await keys(pilot, "9", "enter")
        await until(pilot, "文书档案 案卷")
        await keys(pilot, "f2")
        await until(pilot, "已存盘")
    page = await desk._machine.catalogue.search(CLERK, Query())
    assert [(r.level, r.fields["retention_code"]) for r in page.results] == [
        ("volume", "长期")
    ]


async def test_a_refused_row_is_mended_in_the_form_and_leads_back(
    desk: MachineDesk,
) -> None:
    draft = Draft(
        DraftKind.REFUSED_ROW,
        {**FULL, "date": "20200631"},
        fonds="0001",
        extra={"batch": 1, "row": 3, "fault_field": "date", "fault": "没有这一天"},
    )
    async with at_desk(desk, first="home") as pilot:
        await pilot.app.open("entry", draft=draft)  # type: ignore[attr-defined]
        await ready(pilot)
        await until(pilot, "没有这一天")
        assert form(pilot).focused is field(pilot, "date")
        await keys(pilot, "backspace", "backspace")
        await at_once(pilot, "30")
        await keys(pilot, "f2")
        await until(pilot, "今日工作")
    assert [r.fields["date"] for r in await stored(desk)] == ["20200630"]
    assert not await desk.entries.waiting_drafts()


async def test_where_there_is_no_fonds_that_is_said_and_nothing_is_asked(
    tmp_path: Path,
) -> None:
    machine = await Machine.init_room(Home(tmp_path / "bare"), "空室", {})
    bare = MachineDesk(machine, CLERK)
    try:
        async with at_desk(bare) as pilot:
            await keys(pilot, "1", "enter")
            screen = "\n".join(shown(pilot))
            assert "今日工作" in screen
            assert "还没有全宗" in screen
            await keys(pilot, "4", "enter")
            assert "编号按" not in shown(pilot)[0]
    finally:
        await bare.close()
