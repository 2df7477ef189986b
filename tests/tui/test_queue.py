"""待裁队列: how much there is of what, orders, filters, pages, who has which."""

from __future__ import annotations

from tests.support.desks import keys, settled, shown
from tests.support.sample_tickets import (
    NOW,
    SampleTickets,
    a_ticket,
    at_sample,
    sample_tickets,
)
from tui.port.tickets import Held, TalkState, TicketClass, subject_of
from tui.widgets.ledger import Ledger


def queue() -> SampleTickets:
    return sample_tickets(
        a_ticket(1),
        a_ticket(2, ticket_class=TicketClass.DUPLICATE),
        a_ticket(3, talk=TalkState.ASKED),
    )


async def test_the_queue_says_how_much_there_is_and_who_has_what() -> None:
    tickets = queue()
    second = list(tickets.tickets.values())[1]
    tickets.others[subject_of(second.ticket)] = Held("李四", NOW, is_here=False)
    async with at_sample(tickets) as pilot:
        lines = shown(pilot)
        page = "\n".join(lines)
        assert lines[0].strip().startswith("待裁队列")
        assert "共 3 件待裁" in page
        assert "同字段分歧 2" in page
        assert "疑似重复 1" in page
        assert "附注 2 处" in page
        rows = [line for line in lines if "号文件" in line]
        assert "李四" in rows[1]
        assert "已退回" in rows[2]
        assert "甲室、乙室" in rows[0]
        assert "题名" in rows[0]
        assert "1天" in rows[0]


async def test_digits_sort_and_filter_and_only_what_is_seen_is_fetched() -> None:
    tickets = sample_tickets(*(a_ticket(n) for n in range(1, 1001)))
    async with at_sample(tickets) as pilot:
        assert {limit for _, limit in tickets.pages} == {0, 50}
        await keys(pilot, "pagedown", "end")
        assert len(tickets.pages) < 12
        ledger = pilot.app.screen.query_one("#tickets", Ledger)
        assert ledger.current == 999
        await keys(pilot, "4", "enter")
        assert "按先后" in "\n".join(shown(pilot)[:4])
        await keys(pilot, "5", "enter")
        assert "同字段分歧" in "\n".join(shown(pilot))
        await keys(pilot, "2", "enter")
        await settled(pilot)
        assert "类别:同字段分歧" in "\n".join(shown(pilot)[:4])
        assert "1000 件" in "\n".join(shown(pilot)[:4])
        await keys(pilot, "6", "enter")
        await keys(pilot, "3", "enter")
        assert "室:甲室" in "\n".join(shown(pilot)[:4])


async def test_an_empty_queue_and_a_narrow_window_are_fine() -> None:
    for size in ((80, 24), (40, 12)):
        async with at_sample(sample_tickets(), size=size, language="en") as pilot:
            assert "Nothing is left" in "\n".join(shown(pilot))
