"""The plain way: a room saves, exchanges, and another room reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.history.proof import equal_digests
from tests.support.exchanges import World, exchange, titles_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = await World.make(tmp_path)
    yield made
    await made.close()


async def test_what_one_room_saved_reaches_the_other(world: World) -> None:
    scope = world.scope
    record = await world.first.create(scope, "关于春耕的通知")
    assert await exchange(world.hub, world.first) <= 2
    assert await exchange(world.hub, world.second) <= 2
    assert await titles_of(world.second, scope) == {"入网前的一件", "关于春耕的通知"}
    await world.second.set(scope, record, "关于春播的通知", (record,))
    await world.meet(world.second, world.first)
    for site in world.sites:
        assert await titles_of(site, scope) == {"入网前的一件", "关于春播的通知"}
    assert await world.is_equal()
    proofs = await world.first.store.read(equal_digests)
    assert proofs[scope]


async def test_an_idle_exchange_is_one_request(world: World) -> None:
    await world.meet(world.first)
    assert await exchange(world.hub, world.first) == 1


async def test_two_values_of_one_field_are_both_kept_everywhere(world: World) -> None:
    record = await world.first.create(world.scope, "原题名")
    await world.meet(world.first, world.second)
    await world.first.set(world.scope, record, "甲题名", (record,))
    await world.second.set(world.scope, record, "乙题名", (record,))
    await world.meet(world.first, world.second, world.first)
    for site in world.sites:
        assert await site.store.read(lambda rows: rows.tickets.count()) == 1
    assert await world.is_equal()
