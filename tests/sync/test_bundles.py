"""The same exchange as files: late, twice, out of order, lost, and at a wrong room."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.courier import read_bundle, write_bundle
from sync.errors import BundleDamaged, BundleForeign, ReceiverNotNamed
from tests.support.county import add_many, assert_even, county, fill, titles


async def test_a_stick_there_and_back_does_what_the_network_does(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        other = await place.room("乙")
        await fill(room, 450)
        up, down = tmp_path / "up.dyb", tmp_path / "down.dyb"
        written = await write_bundle(room, up)
        assert written.sets == 4
        report = await read_bundle(place.hub, up)
        assert report.sets == 4
        assert report.results == {"applied": 4}
        await write_bundle(place.hub, down, "甲")
        back = await read_bundle(room, down)
        assert back.results.get("applied", 0) == 4
        assert (await write_bundle(room, up)).sets == 0
        await place.sync(other)
        assert await titles(other) == await titles(room) == await titles(place.hub)
        await place.sync(room)
        await assert_even(place.hub, room, other)


async def test_bundles_twice_late_and_out_of_order_come_to_the_same(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        other = await place.room("乙")
        await place.sync(room)
        await place.sync(other)
        bundles = []
        for turn in range(3):
            await add_many(room, 3, first=1 + 10 * turn)
            bundles.append(tmp_path / f"up-{turn}.dyb")
            await write_bundle(room, bundles[-1])
        for turn in (1, 1, 0, 2, 0):
            await read_bundle(place.hub, bundles[turn])
        downs = []
        for turn in range(3):
            await add_many(other, 2, first=100 + 10 * turn)
            await place.sync(other)
            downs.append(tmp_path / f"down-{turn}.dyb")
            await write_bundle(place.hub, downs[-1], "甲")
        for turn in (2, 0, 1, 2):
            await read_bundle(room, downs[turn])
        await place.sync(other)
        assert len(await titles(room)) == 15
        assert await titles(room) == await titles(other) == await titles(place.hub)
        report = await place.sync(room)
        assert report.sent == 0
        await assert_even(place.hub, room, other)


async def test_a_lost_bundle_is_written_again(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await add_many(room, 3)
        await write_bundle(room, tmp_path / "lost.dyb")
        again = await write_bundle(room, tmp_path / "again.dyb")
        assert again.sets == 4
        await read_bundle(place.hub, tmp_path / "again.dyb")
        await read_bundle(place.hub, tmp_path / "lost.dyb")
        await place.sync(room)
        await assert_even(place.hub, room)


async def test_a_bundle_at_the_wrong_machine_is_left_closed(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        other = await place.room("乙")
        await add_many(room, 2)
        await place.sync(room)
        await place.sync(other)
        down = tmp_path / "down.dyb"
        await write_bundle(place.hub, down, "甲")
        with pytest.raises(BundleForeign):
            await read_bundle(other, down)
        with pytest.raises(BundleForeign):
            await read_bundle(place.hub, down)
        with pytest.raises(ReceiverNotNamed):
            await write_bundle(place.hub, down)
        with pytest.raises(ReceiverNotNamed):
            await write_bundle(place.hub, down, "丙")


@pytest.mark.parametrize("is_up", [True, False])
async def test_a_bundle_cut_or_changed_anywhere_keeps_what_stood_whole(
    tmp_path: Path, is_up: bool
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        other = await place.room("乙")
        await fill(room, 450)
        path, broken = tmp_path / "whole.dyb", tmp_path / "broken.dyb"
        if is_up:
            await write_bundle(room, path)
            reader = place.hub
        else:
            await place.sync(other)
            await place.sync(room)
            await write_bundle(place.hub, path, "乙")
            reader = other
        data = path.read_bytes()
        for part in range(12):
            at = part * len(data) // 12
            broken.write_bytes(data[:at])
            with pytest.raises((BundleDamaged, BundleForeign)):
                await read_bundle(reader, broken)
            changed = bytearray(data)
            changed[at] ^= 0x10
            broken.write_bytes(changed)
            with pytest.raises((BundleDamaged, BundleForeign)):
                await read_bundle(reader, broken)
        await read_bundle(reader, path)
        await place.sync(other)
        await place.sync(room)
        await place.sync(other)
        await assert_even(place.hub, room, other)
        assert len(await titles(other)) == 450
