"""同类照此: what is alike is looked at, its number is typed, and only then decided."""

from __future__ import annotations

from tests.support.desks import at_once, keys, shown, until
from tests.support.sample_tickets import a_ticket, at_sample, sample_tickets
from tui.port.tickets import Pick


async def test_many_are_decided_after_their_number_was_typed() -> None:
    tickets = sample_tickets(*(a_ticket(n) for n in range(1, 9)))
    async with at_sample(tickets) as pilot:
        await keys(pilot, "enter", "6", "enter")
        await until(pilot, "这些件照哪样裁")
        await keys(pilot, "2", "enter")
        await until(pilot, "取乙室写的")
        page = "\n".join(shown(pilot))
        assert "共 8 件,先看 5 件" in page
        assert "抗旱" in page
        await keys(pilot, "9", "enter")
        await until(pilot, "请输入件数")
        await at_once(pilot, "7\r")
        await until(pilot, "件数不对")
        assert not tickets.alikes
        await at_once(pilot, "8\r")
        await until(pilot, "已裁定 8 件")
        ((alike, reason),) = tickets.alikes
        assert (alike.pick, alike.pick_room) == (Pick.ROOM, "乙室")
        assert reason == "经核对,采用此值"
        await keys(pilot, "escape")
        await until(pilot, "没有待裁的了")


async def test_what_is_alike_is_narrowed_by_digits() -> None:
    tickets = sample_tickets(a_ticket(1), a_ticket(2))
    async with at_sample(tickets) as pilot:
        await keys(pilot, "enter", "6", "enter")
        await until(pilot, "这些件照哪样裁")
        await keys(pilot, "escape", "2", "enter", "2", "enter")
        await until(pilot, "只差标点")
        await until(pilot, "没有这样的件")
        assert "照此裁定" not in "\n".join(shown(pilot))
        await keys(pilot, "3", "enter", "4", "enter")
        await until(pilot, "全宗:全部 · 各室:全部")
