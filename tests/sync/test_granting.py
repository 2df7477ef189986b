"""A fonds that a room opened after it joined: set aside, granted, and counted."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from node.catalogue.machines import UnknownMachine
from node.errors import UnknownFonds
from node.machine import Machine
from sync.errors import NotAHub, NothingAwaited
from sync.granting import Granted, awaited, grant
from tests.support.county import CLERK, County, add_many, county, digests, titles
from tests.support.processes import dangyi

CODE = "0099"


async def open_late(room: Machine, *given: str) -> None:
    """A fonds that the hub has not granted, with records."""
    await room.catalogue.open_fonds(CLERK, CODE, "后来的全宗")
    for title in given:
        await room.catalogue.add(CLERK, CODE, {"title": title})


async def assert_one_holding(place: County, *rooms: Machine) -> None:
    """All machines hold the same of every fonds of the hub."""
    numbers = [each.scope_no for each in await place.hub.catalogue.fonds(CLERK)]
    wanted = await place.hub.store.read(
        lambda rows: [rows.scopes.row(number).scope for number in numbers]
    )
    held = await digests(place.hub, wanted)
    for room in rooms:
        assert await digests(room, wanted) == held
        assert (await room.catalogue.aside.sets(CLERK)) == []


async def test_what_was_set_aside_counts_once_it_is_granted(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await place.sync(room)
        await open_late(room, "关于修路的请示", "关于修桥的请示")
        await place.sync(room)
        assert "关于修路的请示" not in await titles(place.hub)
        (told,) = await awaited(place.hub, CLERK)
        assert (told.machine, told.code, told.title) == ("甲", CODE, "后来的全宗")
        assert told.sets > 0
        granted = await grant(place.hub, CLERK, "甲", {})
        assert granted == [Granted(CODE, "后来的全宗", told.sets)]
        assert await awaited(place.hub, CLERK) == []
        assert {"关于修路的请示", "关于修桥的请示"} <= set(await titles(place.hub))
        await place.sync(room)
        await add_late(room, "以后的一件")
        await place.sync(room)
        assert "以后的一件" in await titles(place.hub)
        assert [each.code for each in await room.catalogue.fonds(CLERK)] == [
            CODE,
            "A01",
        ]
        await assert_one_holding(place, room)


async def test_two_rooms_that_opened_one_fonds_apart_share_it(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        first = await place.room("甲", is_first=True)
        second = await place.room("乙")
        for room, title in ((first, "甲的一件"), (second, "乙的一件")):
            await place.sync(room)
            await open_late(room, title)
            await place.sync(room)
        for name in ("甲", "乙"):
            await grant(place.hub, CLERK, name, {CODE: ""})
        for room in (first, second, first):
            await place.sync(room)
        for room in (first, second, place.hub):
            assert {"甲的一件", "乙的一件"} <= set(await titles(room))
        await assert_one_holding(place, first, second)


async def test_the_right_of_one_room_is_not_that_of_another(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        first = await place.room("甲", is_first=True)
        second = await place.room("乙")
        await open_late(first, "甲的一件")
        await open_late(second, "乙的一件")
        for room in (first, second):
            await place.sync(room)
        await grant(place.hub, CLERK, "甲", {CODE: ""})
        (left,) = await awaited(place.hub, CLERK)
        assert (left.machine, left.code) == ("乙", CODE)
        assert "乙的一件" not in await titles(place.hub)


async def test_a_fonds_may_be_granted_before_anything_comes(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await place.sync(room)
        granted = await grant(place.hub, CLERK, "甲", {"B02": "旗妇联"})
        assert granted == [Granted("B02", "旗妇联", 0)]
        await place.sync(room)
        assert "B02" in {each.code for each in await room.catalogue.fonds(CLERK)}
        await room.catalogue.add(CLERK, "B02", {"title": "关于妇女节的通知"})
        await place.sync(room)
        assert "关于妇女节的通知" in await titles(place.hub)


async def test_what_cannot_be_granted_is_told(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await add_many(room, 1)
        await place.sync(room)
        with pytest.raises(NothingAwaited):
            await grant(place.hub, CLERK, "甲", {})
        with pytest.raises(UnknownFonds):
            await grant(place.hub, CLERK, "甲", {"7777": ""})
        with pytest.raises(UnknownMachine):
            await grant(place.hub, CLERK, "丙", {})
        with pytest.raises(NotAHub):
            await awaited(room, CLERK)


@pytest.mark.journey
async def test_the_command_lists_what_is_awaited_and_grants_it(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await open_late(room, "关于修路的请示")
        await place.sync(room)
        hub = place.hub.home.path
        (told,) = (await asyncio.to_thread(dangyi, hub, "hub", "grant"))["awaited"]
        assert (told["machine"], told["code"]) == ("甲", CODE)
        done = await asyncio.to_thread(dangyi, hub, *("hub", "grant", "甲"))
        assert done["granted"] == [
            {"code": CODE, "title": "后来的全宗", "sets": told["sets"]}
        ]
        await place.sync(room)
        await assert_one_holding(place, room)


async def add_late(room: Machine, title: str) -> None:
    await room.catalogue.add(CLERK, CODE, {"title": title})
