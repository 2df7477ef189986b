"""Cuts: wherever the link breaks, what arrived whole is kept and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from node.history.hub import HubSide, Received
from protocol.messages import Hello, Item
from sync import carriage
from sync.errors import Interrupted, SyncError
from sync.link import Cut, Link
from tests.support.county import assert_even, county, fill, set_count, titles


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carriage, "FIRST_WAIT_SECONDS", 0.01)


@pytest.mark.parametrize("part", range(7))
async def test_a_cut_on_the_way_up_costs_at_most_the_frame_in_flight(
    tmp_path: Path, part: int
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await fill(room, 900)
        cuts = [Cut(1, is_up=True, at_byte=120 + part * 2_700)]
        async with Link("127.0.0.1", place.port, cuts=cuts) as link:
            report = await place.sync(room, link.address)
            assert link.cuts_made == 1
        assert report.sent == 6
        assert await titles(place.hub) == await titles(room)
        await assert_even(place.hub, room)


@pytest.mark.parametrize("part", range(6))
async def test_a_cut_on_the_way_down_costs_at_most_the_frame_in_flight(
    tmp_path: Path, part: int
) -> None:
    async with county(tmp_path) as place:
        first = await place.room("甲", is_first=True)
        second = await place.room("乙")
        await fill(first, 500)
        await place.sync(first)
        cuts = [Cut(1, is_up=False, at_byte=30 + part * 1_500)]
        async with Link("127.0.0.1", place.port, cuts=cuts) as link:
            report = await place.sync(second, link.address)
            assert link.cuts_made == 1
            assert link.bytes_down <= report.bytes_down <= link.bytes_down + 4_096
        assert await titles(second) == await titles(first)
        await assert_even(place.hub, first, second)


async def test_every_whole_frame_that_arrived_before_a_cut_is_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The committer is far behind the link when the link breaks."""
    receive = HubSide.receive
    arrived: list[int] = []

    async def slow(
        self: HubSide, hello: Hello, items: Sequence[Item], received: Received
    ) -> None:
        await asyncio.sleep(0.15)
        await receive(self, hello, items, received)
        arrived.append(len(items))

    monkeypatch.setattr(HubSide, "receive", slow)
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await fill(room, 4_000)
        await room.room.prepare()
        own_sets = await set_count(room)
        # The link dies for good when most, not all, of the body has passed it.
        cuts = [Cut(1, is_up=True, at_byte=60_000)]
        async with Link("127.0.0.1", place.port, cuts=cuts) as link:
            uploading = asyncio.ensure_future(place.sync(room, link.address))
            await _take_down(link)
            behind = await set_count(place.hub)
            with pytest.raises(SyncError):
                await uploading
        for _ in range(100):
            before = sum(arrived)
            await asyncio.sleep(0.4)
            if sum(arrived) == before:
                break
        committed = await set_count(place.hub)
        # 20 sets of 200 entries make about 4.4 KB each on the link.
        assert behind < committed < own_sets
        assert committed >= 10
        report = await place.sync(room)
        assert report.sent <= own_sets - committed + 4
        assert await titles(place.hub) == await titles(room)


async def test_a_lost_answer_is_made_good_by_asking(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await fill(room, 300)
        cuts = [Cut(1, is_up=False, at_byte=1)]
        async with Link("127.0.0.1", place.port, cuts=cuts) as link:
            report = await place.sync(room, link.address)
        assert report.requests == 3
        assert report.sent == 3
        assert report.results.get("duplicate", 0) == 0
        await assert_even(place.hub, room)


async def test_a_link_that_stays_down_leaves_everything_for_the_next_time(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await fill(room, 500)
        async with Link("127.0.0.1", place.port, cut_after_bytes=7_000) as link:
            link_down = asyncio.create_task(_take_down(link))
            with pytest.raises(SyncError) as caught:
                await place.sync(room, link.address)
            await link_down
        assert isinstance(caught.value, Interrupted) or caught.value.code == (
            "peer-unreachable"
        )
        report = await place.sync(room)
        assert report.requests >= 2
        await assert_even(place.hub, room)


async def _take_down(link: Link) -> None:
    for _ in range(2_000):
        if link.cuts_made:
            break
        await asyncio.sleep(0.005)
    link.is_down = True


@pytest.mark.timeout(120)
async def test_a_bad_road_is_travelled_with_little_sent_twice(tmp_path: Path) -> None:
    """A fifth of 64 kbit/s, 300 ms and a reset every 20 s, in all three."""
    sent_bytes = []
    cuts_made = 0
    for name, every_seconds in (("clean", None), ("bad", 2.0)):
        async with county(tmp_path / name) as place:
            room = await place.room("甲", is_first=True)
            await place.sync(room)
            await fill(room, 4_000)
            async with Link(
                "127.0.0.1",
                place.port,
                rate_bits=128_000,
                delay_seconds=0.03,
                cut_every_seconds=every_seconds,
            ) as link:
                report = await place.sync(room, link.address)
                sent_bytes.append(link.bytes_up)
                cuts_made = link.cuts_made
                assert (link.cuts_made >= 2) == (name == "bad")
                assert link.bytes_down < 4_000 * report.requests
            assert report.results == {"applied": 20}
            await assert_even(place.hub, room)
    # A cut costs the frame in flight, here at most 4.5 KB, and two more requests; a
    # stream that begins anew from a prefix costs a few percent.
    assert sent_bytes[1] < 1.06 * sent_bytes[0] + 6_000 * cuts_made
