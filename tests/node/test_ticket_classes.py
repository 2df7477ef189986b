"""What becomes a ticket, and which: the same at the hub and in every room."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from node.catalogue.judging import judge
from node.catalogue.pack import Pack
from node.catalogue.shown import values_shown
from node.history.docket import DISPUTE_FIELD, OBJECTION, STATE_FIELD
from node.history.journal import save_all
from node.history.registering import say, unsay
from node.history.registers import OWNER, Word, own_key, owner_of, words
from node.history.registers import PACK as PACK_WORD
from node.history.state_packing import unpack_state
from node.history.tickets import dot_bytes, unpack_sides
from node.store.port import Rows
from node.store.row_types import RecordFlag, SetState
from node.store.ticket_port import TicketClass, TicketRow
from protocol.identity import Dot, Element
from protocol.operations import (
    Actor,
    Add,
    Create,
    Elements,
    Operation,
    Removal,
    Remove,
    Resolve,
    Restore,
    Set,
    Tag,
    Value,
    Withdraw,
    Write,
)
from tests.support.exchanges import CLERK, LEVEL, TITLE, Site, World

CODE = 10
COMPONENTS = 49
OPERATOR = Actor("裁定员")
PACK = Pack.load()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = await World.make(tmp_path)
    yield made
    await made.close()


async def save(world: World, site: Site, *operations: tuple[Any, ...]) -> Dot:
    """Save operations whose number and author are filled in; the first one's dot."""

    def do(rows: Rows) -> Dot:
        own = rows.logs.own()
        scope_no = rows.scopes.number_of(world.scope)
        assert own is not None
        assert scope_no is not None

        def made(n: int) -> list[Operation]:
            return [
                kind(n + step, CLERK, site.clock.now(), *rest)
                for step, (kind, *rest) in enumerate(operations)
            ]

        first = save_all(rows, scope_no, made)[0]
        return Dot(own.log, first.n)

    return await site.store.write(do)


async def add(world: World, site: Site, title: str, code: str = "") -> Dot:
    values: list[tuple[int, Value]] = [(LEVEL, 3)]
    if code:
        values.append((CODE, code))
    return await save(world, site, (Create, (*values, (TITLE, title))))


async def write(
    world: World, site: Site, record: Dot, field: int, value: Value, *names: Dot
) -> Dot:
    write = Write(field, value, tuple(sorted(names)) or (record,))
    return await save(world, site, (Set, record, (write,)))


async def own(world: World, site: Site) -> None:
    """The hub says that the fonds is the site's."""
    key = await site.store.read(own_key)

    def do(rows: Rows) -> None:
        scope_no = rows.scopes.number_of(world.scope)
        assert scope_no is not None
        say(rows, scope_no, OPERATOR, 1, {OWNER: [(site.name, key)]})

    await world.hub.store.write(do)


async def tickets(world: World, site: Site) -> list[TicketRow]:
    return await site.store.read(lambda rows: list(rows.tickets.all()))


async def classes(world: World) -> list[int]:
    """The classes of all tickets, which are the same at every site."""
    found = []
    for site in world.sites:
        rows = await tickets(world, site)
        found.append(sorted((r.subject, r.version, r.ticket_class) for r in rows))
    assert found[0] == found[1] == found[2]
    return [ticket_class for _, _, ticket_class in found[0]]


async def shown(world: World, site: Site, record: Dot, field: int = TITLE) -> Value:
    def read(rows: Rows) -> Value:
        scope_no = rows.scopes.number_of(world.scope)
        log_no = rows.logs.number_of(record.log)
        assert scope_no is not None
        assert log_no is not None
        number = rows.records.number_of(scope_no, log_no, record.n)
        row = None if number is None else rows.records.row(number)
        assert row is not None
        state = unpack_state((row.log_no, row.n), row.state)
        return values_shown(rows, row, state, PACK)[field][0]

    return await site.store.read(read)


def register_of(rows: Rows, scope_no: int) -> Dot:
    """The only register of the scope."""
    (row,) = rows.records.registers(scope_no)
    return Dot(rows.logs.id_of(row.log_no), row.n)


async def everybody(world: World) -> None:
    await world.meet(world.first, world.second, world.first, world.second)


async def test_two_records_with_one_code_are_one_ticket_until_one_gives_it_up(
    world: World,
) -> None:
    one = await add(world, world.first, "甲", "0001-WS·2020-Y-0001")
    two = await add(world, world.second, "乙", "0001-WS·2020-Y-0001")
    await everybody(world)
    assert await classes(world) == [TicketClass.CODE]
    (ticket,) = await tickets(world, world.hub)
    assert {side.dot for side in unpack_sides(ticket.sides)} == {one, two}
    await write(world, world.second, two, CODE, "0001-WS·2020-Y-0002", two)
    await everybody(world)
    assert await classes(world) == []
    former = await world.hub.store.read(
        lambda rows: rows.former_codes.records("0001-WS·2020-Y-0001")
    )
    assert len(former) == 1


async def test_a_code_is_free_again_when_its_record_is_withdrawn(world: World) -> None:
    await add(world, world.first, "甲", "0001-WS·2020-Y-0001")
    two = await add(world, world.second, "乙", "0001-WS·2020-Y-0001")
    await everybody(world)
    await save(world, world.second, (Withdraw, two, (two,), (), "重复著录"))
    await everybody(world)
    assert await classes(world) == []
    await save(world, world.second, (Restore, two, (Dot(two.log, two.n + 1),), "误撤"))
    await everybody(world)
    assert await classes(world) == [TicketClass.CODE]


async def test_an_edit_that_a_withdrawal_had_not_seen_is_a_ticket(world: World) -> None:
    record = await add(world, world.first, "原题名")
    await everybody(world)
    await save(world, world.first, (Withdraw, record, (record,), (), "重复"))
    await write(world, world.second, record, TITLE, "改题名", record)
    await everybody(world)
    assert await classes(world) == [TicketClass.EXISTENCE]


async def test_who_does_not_own_the_fonds_only_proposes(world: World) -> None:
    record = await add(world, world.first, "原题名")
    await everybody(world)
    await own(world, world.first)
    await everybody(world)
    await write(world, world.second, record, TITLE, "乙室的题名", record)
    await everybody(world)
    assert await classes(world) == [TicketClass.PROPOSAL]
    for site in world.sites:
        assert await shown(world, site, record) == "原题名"
    mine = await write(world, world.first, record, TITLE, "甲室的题名", record)
    await everybody(world)
    assert await classes(world) == [TicketClass.PROPOSAL]
    for site in world.sites:
        assert await shown(world, site, record) == "甲室的题名"
    assert mine


async def test_a_proposal_that_a_decision_takes_stands(world: World) -> None:
    record = await add(world, world.first, "原题名")
    await everybody(world)
    await own(world, world.first)
    await everybody(world)
    proposal = await write(world, world.second, record, TITLE, "乙室的题名", record)
    await everybody(world)
    (ticket,) = await tickets(world, world.hub)
    copy = (int(Tag.COPY), proposal.log, proposal.n)
    taken = Write(TITLE, copy, (proposal,))
    decision = await save(
        world, world.hub, (Resolve, record, taken, 1, ticket.version, "可信")
    )
    await everybody(world)
    assert await classes(world) == []
    for site in world.sites:
        assert await shown(world, site, record) == "乙室的题名"
        rows = await site.store.read(lambda rows: rows.decisions.newest(0, 9))
        assert [row.choice for row in rows] == [1]
    back = Write(TITLE, copy, (decision,))
    await save(world, world.hub, (Set, record, (back,)))
    await everybody(world)
    assert await classes(world) == [TicketClass.PROPOSAL]
    for site in world.sites:
        assert await shown(world, site, record) == "原题名"


async def test_ownership_counts_from_its_place_in_the_order(world: World) -> None:
    record = await add(world, world.first, "原题名")
    await everybody(world)
    await write(world, world.second, record, TITLE, "乙室的题名", record)
    await everybody(world)
    await own(world, world.first)
    await everybody(world)
    assert await classes(world) == []
    for site in world.sites:
        assert await shown(world, site, record) == "乙室的题名"


async def test_a_withdrawal_by_another_room_only_proposes(world: World) -> None:
    record = await add(world, world.first, "原题名")
    await own(world, world.first)
    await everybody(world)
    await save(world, world.second, (Withdraw, record, (record,), (), "不归档"))
    await everybody(world)
    assert await classes(world) == [TicketClass.PROPOSAL]
    for site in world.sites:
        flags = await site.store.read(
            lambda rows: [row.flags for row in rows.records.after(0, 99)]
        )
        assert not any(each & RecordFlag.WITHDRAWN for each in flags)


async def test_a_change_that_a_filing_had_not_seen_is_a_ticket(world: World) -> None:
    record = await add(world, world.first, "原题名")
    await everybody(world)
    await write(world, world.first, record, STATE_FIELD, "filed", record)
    behind = await write(world, world.second, record, TITLE, "改题名", record)
    await everybody(world)
    assert await classes(world) == [TicketClass.STATE]
    (ticket,) = await tickets(world, world.hub)
    assert [side.dot for side in unpack_sides(ticket.sides)] == [behind]
    await write(world, world.first, record, TITLE, "再改", behind)
    await everybody(world)
    assert await classes(world) == []


async def test_a_change_before_or_after_a_filing_is_none(world: World) -> None:
    record = await add(world, world.first, "原题名")
    await everybody(world)
    seen = await write(world, world.second, record, TITLE, "改题名", record)
    await everybody(world)
    await write(world, world.first, record, STATE_FIELD, "filed", record)
    await everybody(world)
    await write(world, world.second, record, TITLE, "更正", seen)
    await everybody(world)
    assert await classes(world) == []


async def test_an_objection_reopens_a_decision_once(world: World) -> None:
    record = await add(world, world.first, "原题名")
    await everybody(world)
    one = await write(world, world.first, record, TITLE, "甲", record)
    two = await write(world, world.second, record, TITLE, "乙", record)
    await everybody(world)

    async def decide(*names: Dot) -> Dot:
        (ticket,) = await tickets(world, world.hub)
        taken = Write(TITLE, (int(Tag.COPY), one.log, one.n), tuple(sorted(names)))
        return await save(
            world, world.hub, (Resolve, record, taken, 1, ticket.version, "原件")
        )

    async def object_to(decision: Dot) -> None:
        value = (int(Tag.GROUP), OBJECTION, TITLE, dot_bytes(decision), "原件是乙")
        await save(
            world, world.second, (Add, record, (Elements(DISPUTE_FIELD, (value,)),))
        )

    first = await decide(one, two)
    await everybody(world)
    assert await classes(world) == []
    await object_to(first)
    await everybody(world)
    assert await classes(world) == [TicketClass.FIELD]
    (ticket,) = await tickets(world, world.hub)
    assert {side.shown for side in unpack_sides(ticket.sides)} == {"甲", "乙"}
    second = await decide(first)
    await everybody(world)
    assert await classes(world) == []
    await object_to(second)
    await everybody(world)
    assert await classes(world) == []


async def test_nobody_takes_the_hubs_word_back(world: World) -> None:
    await own(world, world.first)
    await everybody(world)

    def read(rows: Rows) -> list[Word]:
        return words(rows, rows.scopes.number_of(world.scope) or 0, OWNER)

    (word,) = await world.second.store.read(read)
    record = await world.second.store.read(
        lambda rows: register_of(rows, rows.scopes.number_of(world.scope) or 0)
    )
    gone = Removal(OWNER, (Element(word.dot, word.element[2]),))
    await save(world, world.second, (Remove, record, (gone,)))
    await save(world, world.second, (Withdraw, record, (record,), (), ""))
    await everybody(world)
    for site in world.sites:
        assert [each.value for each in await site.store.read(read)] == [word.value]

    def take_back(rows: Rows) -> None:
        scope_no = rows.scopes.number_of(world.scope) or 0
        unsay(rows, scope_no, OPERATOR, 2, OWNER, word)

    await world.hub.store.write(take_back)
    await everybody(world)
    for site in world.sites:
        assert await site.store.read(read) == []


async def test_a_register_is_shown_to_nobody(world: World) -> None:
    before = [
        await site.store.read(lambda rows: rows.shelves.unclassed(0, 99))
        for site in world.sites
    ]
    await own(world, world.first)
    await everybody(world)
    for site, known in zip(world.sites, before, strict=True):

        def read(rows: Rows) -> Sequence[int]:
            scope_no = rows.scopes.number_of(world.scope) or 0
            owner = owner_of(rows, scope_no)
            assert owner is not None
            assert owner.site == world.first.name
            (register,) = rows.records.registers(scope_no)
            assert not register.flags & RecordFlag.CREATED
            return rows.shelves.unclassed(0, 99)

        assert await site.store.read(read) == known


async def test_rules_count_from_their_place_in_the_order(world: World) -> None:
    """ws-2 knows no components: people decide; ws-3 merges what two rooms put in."""
    for site in world.sites:
        site.judge = judge
        await site.reopen()
    record = await add(world, world.first, "题名")
    await everybody(world)
    pages = (int(Tag.GROUP), "p1", "p2")
    first = await write(world, world.first, record, COMPONENTS, pages, record)
    await everybody(world)
    await write(
        world, world.first, record, COMPONENTS, (*pages[:1], "p0", *pages[1:]), first
    )
    await write(world, world.second, record, COMPONENTS, (*pages, "p3"), first)
    await everybody(world)
    assert await classes(world) == [TicketClass.NOTE]
    merged = (*pages[:1], "p0", *pages[1:], "p3")
    for site in world.sites:
        assert await shown(world, site, record, COMPONENTS) == merged

    def older(rows: Rows) -> None:
        scope_no = rows.scopes.number_of(world.scope) or 0
        say(rows, scope_no, OPERATOR, 3, {PACK_WORD: [("ws", 2)]})

    await world.hub.store.write(older)
    await everybody(world)
    assert await classes(world) == [TicketClass.FIELD]


async def test_a_hostile_code_stops_nobody(world: World) -> None:
    """So many digits that no integer is made of them; a text with NUL inside."""
    for code in (f"0073-{'9' * 5000}", "0073-\x00-1"):
        await add(world, world.first, "甲", code)
        await add(world, world.second, "乙", code)
    await everybody(world)
    assert await classes(world) == [TicketClass.CODE] * 2


async def test_a_set_that_takes_anothers_word_back_is_set_aside(world: World) -> None:
    record = await add(world, world.first, "题名")
    said = (int(Tag.GROUP), OBJECTION, TITLE, dot_bytes(record), "不对")
    word = await save(
        world, world.first, (Add, record, (Elements(DISPUTE_FIELD, (said,)),))
    )
    await everybody(world)
    gone = Removal(DISPUTE_FIELD, (Element(word, 0),))
    await save(world, world.second, (Remove, record, (gone,)))
    await world.meet(world.second)
    aside = await world.hub.store.read(
        lambda rows: [
            row.reason for row in rows.sets.in_state(None, SetState.QUARANTINED, 9)
        ]
    )
    assert aside == ["others-word"]
    await save(world, world.first, (Remove, record, (gone,)))
    await everybody(world)
    assert await world.is_equal()
