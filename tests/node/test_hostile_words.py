"""A room says in tickets and registers what it has no right to: nobody is deceived."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.history.docket import DISPUTE_FIELD
from node.store.ticket_port import TicketClass
from protocol.operations import Add, Elements
from tests.node.test_ticket_classes import (
    add,
    classes,
    everybody,
    own,
    save,
    shown,
    write,
)
from tests.support.exchanges import TITLE, World

MORE_THAN_ARE_FOLLOWED = 70


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = await World.make(tmp_path)
    await made.meet(made.first, made.second)
    yield made
    await made.close()


@pytest.mark.parametrize("number", [-7, 65_536, 1 << 62])
async def test_a_word_about_no_field_stops_nobody(world: World, number: int) -> None:
    record = await add(world, world.second, "一件")
    await everybody(world)
    said = Elements(DISPUTE_FIELD, ((3, 1, number, b"", "?"),))
    await save(world, world.first, (Add, record, (said,)))
    await everybody(world)
    assert await classes(world) == []


async def test_no_row_of_proposals_is_long_enough_to_be_shown(world: World) -> None:
    await own(world, world.first)
    record = await add(world, world.first, "室里的题名")
    await everybody(world)
    last = record
    for number in range(MORE_THAN_ARE_FOLLOWED):
        last = await write(world, world.second, record, TITLE, f"{number}", last)
    await everybody(world)
    assert await classes(world) == [TicketClass.PROPOSAL]
    for site in world.sites:
        assert await shown(world, site, record) == "室里的题名"
