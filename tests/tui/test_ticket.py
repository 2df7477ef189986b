"""One ticket: what its page says, a digit shows, Enter decides, the next one opens."""

from __future__ import annotations

import re

from textual.pilot import Pilot

from tests.support.desks import at_once, keys, settled, shown, until
from tests.support.sample_tickets import (
    FIRST,
    NOW,
    SECOND,
    SampleTickets,
    a_side,
    a_ticket,
    at_sample,
    sample_tickets,
)
from tests.support.snapshots import same_as_kept
from tui.port.tickets import Held, Ruling, RulingKind, TicketClass, subject_of
from tui.widgets.sides import Sides

CLOCK = re.compile(r"\d\d:\d\d")


def page(pilot: Pilot[int]) -> str:
    return "\n".join(shown(pilot))


def three() -> SampleTickets:
    return sample_tickets(a_ticket(1), a_ticket(2), a_ticket(3))


async def test_values_stand_side_by_side_with_who_and_when() -> None:
    async with at_sample(three()) as pilot:
        await keys(pilot, "enter")
        said = page(pilot)
        for text in (
            "同字段分歧 题名",
            "基准(原来的)",
            "甲 乌兰 甲室",
            "乙 张敏 乙室",
            "写于",
            "收到",
            "【前后各件】",
            "1 取甲",
            "2 取乙",
            "3 自填",
            "4 退回",
            "5 都留",
            "6 同类照此",
        ):
            assert text in said
        base, first, second = pilot.app.screen.query_one(Sides).columns
        marked = [first.text[a:b] for a, b in first.spans]
        assert marked == ["抗旱"]
        assert [second.text[a:b] for a, b in second.spans] == ["1"]
        assert base.spans


async def test_three_keys_decide_and_the_next_one_takes_two() -> None:
    tickets = three()
    async with at_sample(tickets) as pilot:
        await keys(pilot, "enter")
        await keys(pilot, "1")
        assert "题名:关于做好2020年防汛工作的通知 → " in page(pilot)
        assert "理由:经核对,采用此值" in page(pilot)
        assert not tickets.made
        await keys(pilot, "enter")
        assert [made[:2] for made in tickets.made] == [
            (f"{1:016x}", Ruling(RulingKind.TAKE, 1))
        ]
        assert "第2号文件" in page(pilot)
        assert "已裁定" in page(pilot)
        await keys(pilot, "2", "enter")
        assert tickets.made[1][1] == Ruling(RulingKind.TAKE, 2)
        await keys(pilot, "5", "enter")
        assert tickets.made[2][1].kind is RulingKind.BOTH
        await until(pilot, "没有待裁的了")
        assert tickets.mine is None


async def test_keys_that_come_at_once_do_what_they_do_slowly() -> None:
    tickets = three()
    async with at_sample(tickets) as pilot:
        await at_once(pilot, "\r1\r2\r")
        await until(pilot, lambda: len(tickets.made) == 2)
        assert [made[1].side for made in tickets.made] == [1, 2]


async def test_another_digit_is_another_preview_and_esc_is_none() -> None:
    tickets = three()
    async with at_sample(tickets) as pilot:
        await keys(pilot, "enter", "1")
        assert FIRST[-8:] in page(pilot)
        await keys(pilot, "backspace", "2")
        await keys(pilot, "escape")
        assert "→" not in page(pilot)
        await keys(pilot, "enter")
        assert not tickets.made


async def test_an_own_value_is_typed_shown_and_then_confirmed() -> None:
    tickets = three()
    async with at_sample(tickets) as pilot:
        await keys(pilot, "enter", "3", "enter")
        await at_once(pilot, "(补)\r查过原件\r")
        await until(pilot, "回车照此裁定")
        assert f"{FIRST}(补)" in page(pilot).replace("\n", "")
        await keys(pilot, "enter")
        (made,) = tickets.made
        assert made[1] == Ruling(RulingKind.WRITE, value=f"{FIRST}(补)")
        assert made[2] == "查过原件"


async def test_a_reason_of_ones_own_goes_with_the_next_digit() -> None:
    tickets = three()
    async with at_sample(tickets) as pilot:
        await keys(pilot, "enter", "7", "enter")
        await at_once(pilot, "两室都来过电话\r")
        await keys(pilot, "1")
        assert "理由:两室都来过电话" in page(pilot)
        await keys(pilot, "enter", "1", "enter")
        assert [made[2] for made in tickets.made] == [
            "两室都来过电话",
            "经核对,采用此值",
        ]


async def test_a_question_goes_to_the_rooms_and_the_ticket_stays() -> None:
    tickets = three()
    async with at_sample(tickets) as pilot:
        await keys(pilot, "enter", "4", "enter", "enter")
        await until(pilot, "第2号文件")
        assert tickets.asked == [(f"{1:016x}", "请核对原件,以哪个为准?")]
        assert not tickets.made
        await keys(pilot, "escape")
        assert "已退回" in page(pilot)


async def test_what_another_desk_holds_is_read_only_and_passed_by() -> None:
    tickets = three()
    second = list(tickets.tickets.values())[1]
    tickets.others[subject_of(second.ticket)] = Held("李四", NOW, is_here=False)
    async with at_sample(tickets) as pilot:
        await keys(pilot, "down", "enter")
        assert "李四 正在处理这一件" in page(pilot)
        assert "取甲" not in page(pilot)
        await keys(pilot, "1", "enter")
        assert not tickets.made
        await keys(pilot, "escape", "home", "enter", "1", "enter")
        assert "第3号文件" in page(pilot)


async def test_who_was_slower_is_told_who_decided_and_goes_on() -> None:
    tickets = three()
    async with at_sample(tickets) as pilot:
        await keys(pilot, "enter")
        del tickets.tickets[f"{1:016x}"]
        await keys(pilot, "1")
        await until(pilot, "第2号文件")
        assert "stale-ticket" in page(pilot)
        await keys(pilot, "enter", "enter")
        assert not tickets.made


async def test_more_than_two_sides_are_paged() -> None:
    sides = [
        a_side(n, f"第{n}种写法", who=f"人{n}", machine=f"室{n}") for n in (1, 2, 3)
    ]
    tickets = sample_tickets(a_ticket(1, sides=sides))
    async with at_sample(tickets) as pilot:
        await keys(pilot, "enter")
        assert "第3种写法" not in page(pilot)
        await keys(pilot, "1", "0", "enter")
        assert "2 取丙" in page(pilot)
        await keys(pilot, "2", "enter")
        assert tickets.made[0][1] == Ruling(RulingKind.TAKE, 3)


async def test_two_records_that_may_be_one_are_merged_field_by_field() -> None:
    tickets = sample_tickets(a_ticket(1, ticket_class=TicketClass.DUPLICATE))
    async with at_sample(tickets) as pilot:
        await keys(pilot, "enter")
        for text in ("1 并入甲", "2 并入乙", "5 不是重复", "并后", "库政发"):
            assert text in page(pilot)
        assert "3 自填" not in page(pilot)
        await keys(pilot, "enter")
        assert "*题名" in page(pilot).replace(" ", "")
        await keys(pilot, "1", "enter")
        assert tickets.made[0][1] == Ruling(RulingKind.MERGE, 1, picks={"title": 2})


async def test_a_code_claimed_twice_names_who_keeps_it() -> None:
    tickets = sample_tickets(a_ticket(1, ticket_class=TicketClass.CODE))
    async with at_sample(tickets) as pilot:
        await keys(pilot, "enter")
        assert "1 甲留此号" in page(pilot)
        assert "2 乙留此号" in page(pilot)
        await keys(pilot, "2", "enter")
        assert tickets.made[0][1] == Ruling(RulingKind.RENUMBER, 2)


async def test_an_operator_signs_in_once_before_the_first_decision() -> None:
    tickets = three()
    tickets.passphrase = "长城"
    async with at_sample(tickets) as pilot:
        await keys(pilot, "enter", "1", "enter")
        await until(pilot, "裁定员登录")
        await at_once(pilot, "错的\r")
        await until(pilot, "wrong-passphrase")
        await at_once(pilot, "长城")
        await settled(pilot)
        assert "长城" not in page(pilot)
        assert "**" in page(pilot)
        await keys(pilot, "enter")
        await until(pilot, lambda: len(tickets.made) == 1)
        await until(pilot, "第2号文件")
        await keys(pilot, "1", "enter")
        await until(pilot, lambda: len(tickets.made) == 2)


async def test_the_evidence_has_a_page_of_its_own_in_any_window() -> None:
    for size, language in (((80, 24), "zh"), ((40, 12), "en"), ((132, 43), "zh")):
        async with at_sample(three(), size=size, language=language) as pilot:
            await keys(pilot, "enter", "9", "enter", "pagedown")
            assert shown(pilot)
            await keys(pilot, "9", "enter", "8", "enter")
            assert SECOND[:4] in page(pilot)


async def test_queue_and_ticket_look_as_they_did() -> None:
    tickets = sample_tickets(
        a_ticket(1), a_ticket(2, ticket_class=TicketClass.DUPLICATE), a_ticket(3)
    )
    async with at_sample(tickets) as pilot:
        assert same_as_kept("queue", shown(pilot))
        await keys(pilot, "enter", "1")
        assert same_as_kept("ticket", [CLOCK.sub("00:00", e) for e in shown(pilot)])
        await keys(pilot, "enter", "2")
        assert same_as_kept("ticket-two", [CLOCK.sub("00:00", e) for e in shown(pilot)])
