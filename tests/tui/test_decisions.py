"""裁定记录: what was decided, and taking it back after a question."""

from __future__ import annotations

from tests.support.desks import keys, shown, until
from tests.support.sample_tickets import (
    NOW,
    SampleTickets,
    at_sample,
    sample_tickets,
)
from tui.port.tickets import DecisionView


def a_decision(number: int, *, is_standing: bool = True) -> DecisionView:
    return DecisionView(
        id=f"D-{number}",
        record=f"R-{number}",
        code=f"0001-WS·2020-Y-BGS-{number:04}",
        title=f"第{number}号文件",
        field="title",
        value="定下来的题名",
        who="张三",
        machine="旗档案馆",
        time=NOW - 60,
        choice=1,
        reason="经核对,采用此值",
        signature="verified",
        signer="张三",
        is_standing=is_standing,
    )


def past() -> SampleTickets:
    tickets = sample_tickets()
    tickets.past = [a_decision(2), a_decision(1, is_standing=False)]
    return tickets


async def test_a_decision_is_taken_back_after_a_question() -> None:
    tickets = past()
    async with at_sample(tickets, first="decisions") as pilot:
        page = "\n".join(shown(pilot))
        assert "有效" in page
        assert "已撤换" in page
        assert "张三 裁定题名:定下来的题名,理由:经核对,采用此值" in page
        await keys(pilot, "enter")
        await until(pilot, "撤销这一裁定?")
        await keys(pilot, "2", "enter")
        assert not tickets.undone
        await keys(pilot, "1", "enter", "1", "enter")
        await until(pilot, "已撤销裁定,1 件回到裁前")
        assert tickets.undone == ["D-2"]


async def test_what_stands_no_more_is_not_taken_back_again() -> None:
    tickets = past()
    async with at_sample(tickets, first="decisions") as pilot:
        await keys(pilot, "down", "enter")
        await until(pilot, "不用再撤")
        assert "1 撤销裁定" not in "\n".join(shown(pilot))
