"""各室情况: which room needs somebody, and one room whole."""

from __future__ import annotations

from tests.support.desks import keys, shown, until
from tests.support.sample_tickets import (
    DAY,
    NOW,
    SampleDesk,
    a_ticket,
    at_sample,
    sample_tickets,
)
from tui.port.rooms import RoomHealth, RoomState


def a_room(name: str, *, heard: int, aside: int = 0) -> RoomHealth:
    return RoomHealth(
        name=name,
        log=f"LOG{name}",
        logs=(f"LOG{name}",),
        state=RoomState.ACTIVE,
        fonds=("0001",),
        last_heard=heard,
        open_tickets=3,
        aside=aside,
        waiting=0,
        reasons=("scope",) if aside else (),
    )


async def test_what_needs_somebody_stands_first_and_opens() -> None:
    tickets = sample_tickets(a_ticket(1))
    desk = SampleDesk(tickets)
    desk.rooms.rooms = [
        a_room("丙室", heard=NOW - 60),
        a_room("乙室", heard=NOW - 30 * DAY),
        a_room("甲室", heard=NOW - 60, aside=2),
        a_room("丁室", heard=0),
    ]
    async with at_sample(tickets, first="rooms", desk=desk) as pilot:
        await until(pilot, "4 个室,2 个久无消息,隔离 2 个变更集")
        rows = [line for line in shown(pilot) if "可信" in line]
        assert [row[2:4] for row in rows] == ["甲室", "丁室", "乙室", "丙室"]
        assert [row[0] for row in rows] == ["!", "!", "!", " "]
        assert "30 天" in rows[2]
        assert "还没有来过" in rows[1]
        await keys(pilot, "enter")
        page = "\n".join(shown(pilot))
        assert "隔离 2 个变更集" in page
        assert "0001" in page
        await keys(pilot, "1", "enter")
        await until(pilot, "室:甲室")


async def test_no_room_has_joined_yet() -> None:
    async with at_sample(sample_tickets(), first="rooms") as pilot:
        await until(pilot, "还没有室加入")
