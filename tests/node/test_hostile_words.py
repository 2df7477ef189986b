"""A room says in tickets and registers what it has no right to: nobody is deceived."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.history.docket import DISPUTE_FIELD
from node.history.registering import say
from node.history.registers import ASKED, owner_of
from node.history.sequences import MOST_ASKED, book_of
from node.store.port import Rows
from node.store.row_types import RecordFlag
from node.store.ticket_port import TicketClass
from protocol.identity import Dot
from protocol.operations import Add, Elements, Set, Write
from tests.node.test_ticket_classes import (
    add,
    classes,
    everybody,
    own,
    register_of,
    save,
    shown,
    write,
)
from tests.support.exchanges import CLERK, LEVEL, TITLE, World

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


async def test_a_register_is_one_whatever_level_a_room_writes(world: World) -> None:
    def site_of_owner(rows: Rows) -> str:
        scope_no = rows.scopes.number_of(world.scope)
        assert scope_no is not None
        owner = owner_of(rows, scope_no)
        return "" if owner is None else owner.site

    def register(rows: Rows) -> Dot:
        scope_no = rows.scopes.number_of(world.scope)
        assert scope_no is not None
        return register_of(rows, scope_no)

    await own(world, world.first)
    await everybody(world)
    word = await world.second.store.read(register)
    await write(world, world.second, word, LEVEL, 3)
    await everybody(world)
    owners = [await site.store.read(site_of_owner) for site in world.sites]
    assert owners == ["first"] * 3


async def test_no_record_becomes_a_register(world: World) -> None:
    def levels(rows: Rows) -> set[int]:
        scope_no = rows.scopes.number_of(world.scope)
        assert scope_no is not None
        found = rows.records.in_scope(scope_no, 0, 100)
        return {row.level for row in found if not row.flags & RecordFlag.REGISTER}

    first = await add(world, world.second, "一件")
    second = await add(world, world.second, "又一件")
    await everybody(world)
    await save(world, world.first, (Set, first, (Write(LEVEL, 9, ()),)))
    await write(world, world.first, second, LEVEL, 9)
    await everybody(world)
    found = [await site.store.read(levels) for site in world.sites]
    assert found == [{3}, {3}, {3}]


async def test_asking_without_end_brings_no_more_than_can_be_used(
    world: World,
) -> None:
    stem = "0152-WS·2020-Y-BGS-"

    def ask(rows: Rows) -> None:
        scope_no = rows.scopes.number_of(world.scope)
        assert scope_no is not None
        say(rows, scope_no, CLERK, 1, {ASKED: [(stem, MOST_ASKED)]})

    def lent(rows: Rows) -> int:
        scope_no = rows.scopes.number_of(world.scope)
        assert scope_no is not None
        leases = book_of(rows, scope_no).leases(stem)
        return sum(last - first + 1 for each in leases for first, last in each.left)

    await add(world, world.first, "一件", f"{stem}0001")
    await everybody(world)
    for _ in range(12):
        await world.second.store.write(ask)
    await everybody(world)
    assert [await site.store.read(lent) for site in world.sites] == [MOST_ASKED] * 3
