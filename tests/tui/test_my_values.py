"""我的值: questions first, what became of each value, answering and objecting."""

from __future__ import annotations

from textual.pilot import Pilot

from tests.support.desks import at_once, keys, shown, until
from tests.support.sample_tickets import (
    NOW,
    SampleDesk,
    a_ticket,
    at_sample,
    sample_tickets,
)
from tui.port.own_values import MyStanding, MyValue, Question
from tui.screens.my_values import together


def a_value(number: int, standing: MyStanding, ticket: str = "") -> MyValue:
    is_replaced = standing is MyStanding.REPLACED
    is_decided = standing is not MyStanding.WAITING
    return MyValue(
        record=f"R-{number}",
        code=f"0001-WS·2020-Y-BGS-{number:04}",
        title=f"第{number}号文件",
        field="title",
        value="本室的题名",
        standing=standing,
        now="别室的题名" if is_replaced else None,
        reason="查过原件" if is_decided else "",
        who="张三" if is_decided else "",
        time=NOW - 60,
        decision=f"D-{number}" if is_decided else "",
        ticket=ticket,
        can_object=is_replaced,
    )


def a_desk() -> SampleDesk:
    desk = SampleDesk(sample_tickets())
    desk.is_hub = False
    detail = a_ticket(1)
    desk.own_values.asked = [Question(detail.ticket, "哪个对?", "张三", NOW - 60)]
    desk.own_values.mine = [
        a_value(3, MyStanding.REPLACED),
        a_value(2, MyStanding.WAITING),
        a_value(1, MyStanding.WAITING, detail.ticket.id),
        a_value(4, MyStanding.ADOPTED),
    ]
    return desk


def page(pilot: Pilot[int]) -> str:
    return "\n".join(shown(pilot))


def test_questions_stand_first_then_what_waits() -> None:
    desk = a_desk()
    found = together(desk.own_values.mine, desk.own_values.asked)
    assert [mine.record for mine in found] == ["R-1", "R-2", "R-3", "R-4"]
    assert [mine.question is not None for mine in found] == [True, False, False, False]


async def test_a_question_is_answered() -> None:
    desk = a_desk()
    async with at_sample(desk.tickets, first="my_values", desk=desk) as pilot:
        await until(pilot, "中心有 1 个提问")
        await keys(pilot, "enter")
        assert "问:哪个对?" in page(pilot)
        await keys(pilot, "1", "enter")
        await until(pilot, "答复中心")
        await at_once(pilot, "以原件为准\r")
        await until(pilot, "已答复")
        assert desk.own_values.answers == [(f"{1:016x}", "以原件为准")]


async def test_a_replaced_value_says_why_and_is_objected_to_once() -> None:
    desk = a_desk()
    async with at_sample(desk.tickets, first="my_values", desk=desk) as pilot:
        await keys(pilot, "4", "enter", "enter")
        said = page(pilot)
        assert "现在是:别室的题名" in said
        assert "理由:查过原件" in said
        await keys(pilot, "2", "enter")
        await until(pilot, "只能提一次")
        await at_once(pilot, "\r")
        await until(pilot, "要写几个字")
        await at_once(pilot, "原件在本室\r")
        await until(pilot, "已提异议")
        assert desk.own_values.objections == [("D-3", "原件在本室")]
        assert "2 提异议" not in page(pilot)
