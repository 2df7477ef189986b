"""Whole exchanges between machines, over real sockets."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.home import Home
from node.machine import Machine
from protocol.messages import Hello, TrustEntry
from sync.enrolment import make_invitation
from sync.errors import InvitationRefused
from sync.joining import join
from sync.link import Link
from tests.support.county import (
    CLERK,
    FONDS,
    add_many,
    assert_even,
    county,
    titles,
)


async def test_two_rooms_of_one_fonds_and_the_hub_come_to_hold_the_same(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        first = await place.room("甲", is_first=True)
        second = await place.room("乙")
        await add_many(first, 3)
        report = await place.sync(first)
        assert report.sent == 3 + 1
        assert report.results == {"applied": 4}
        assert report.requests == 1
        report = await place.sync(second)
        assert report.received >= 4
        await add_many(second, 2, first=10)
        await place.sync(second)
        await place.sync(first)
        assert await titles(first) == await titles(second) == await titles(place.hub)
        assert len(await titles(first)) == 5
        await assert_even(place.hub, first, second)


async def test_an_exchange_with_nothing_to_say_is_one_small_request(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await add_many(room, 2)
        await place.sync(room)
        async with Link("127.0.0.1", place.port) as link:
            report = await place.sync(room, link.address)
            assert report.requests == 1
            assert report.bytes_up == link.bytes_up
            assert report.bytes_down == link.bytes_down
            assert link.bytes_up + link.bytes_down <= 700
            await room.catalogue.add(CLERK, FONDS, {"title": "关于表彰先进的决定"})
            before = link.bytes_up + link.bytes_down
            await place.sync(room, link.address)
            assert link.bytes_up + link.bytes_down - before <= 1_050


async def test_a_room_whose_log_the_hub_forgot_says_its_key_and_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await add_many(room, 2)
        await place.sync(room)
        sender = place.hub.hub.sender

        async def forgets(hello: Hello) -> TrustEntry | None:
            return None if hello.birth is None else await sender(hello)

        monkeypatch.setattr(place.hub.hub, "sender", forgets)
        await add_many(room, 1, first=10)
        await place.sync(room)
        assert len(await titles(place.hub)) == 3


async def test_an_invitation_for_other_fonds_is_refused_and_stays_unused(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        room = await Machine.init_room(
            Home(tmp_path / "stray"), "乙", {"0009": "别的全宗"}, clock=place.clock
        )
        place.rooms.append(room)
        meant_for_another = await make_invitation(
            place.hub, "甲", {FONDS: "全宗"}, place.address
        )
        with pytest.raises(InvitationRefused) as refused:
            await join(room, meant_for_another)
        assert refused.value.reason == InvitationRefused.OTHER_FONDS
        other = await Machine.init_room(
            Home(tmp_path / "other"), "甲", {FONDS: "全宗"}, clock=place.clock
        )
        place.rooms.append(other)
        await join(other, meant_for_another)
        assert (await place.sync(other)).requests == 1
