"""A room with a certificate and bad intent: the hub and the other rooms go on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from node.history.hub import Received
from node.history.intake import FORKS_DECIDED
from node.history.order import head_of
from node.history.trust import entry_of, held_list, serial_of
from node.keys import random_bytes
from node.store.port import Rows
from protocol.boxkeys import make_statement
from protocol.changeset import SET_TAG, ChangeSet, seal_set, to_wire
from protocol.errors import BadSignature
from protocol.identity import ZERO_HASH
from protocol.messages import (
    BoxKeyStatement,
    GrantedScope,
    Hello,
    JoinStatement,
    Purpose,
    SetItem,
    Verdict,
)
from protocol.operations import Create
from protocol.signing import public_key, sign
from tests.support.exchanges import (
    CLERK,
    LEVEL,
    TITLE,
    Site,
    World,
    exchange,
    titles_of,
)

HIGHEST = 2**53 - 1


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = await World.make(tmp_path)
    await made.meet(made.first, made.second)
    yield made
    await made.close()


async def hello_of(room: Site) -> Hello:
    return (await room.room.hello(None))[0]


async def say(hub: Site, hello: Hello) -> None:
    await hub.hub.answer(hello, bytes(16), budget_bytes=1000)


async def give(hub: Site, hello: Hello, sets: Sequence[ChangeSet]) -> Received:
    received = Received()
    items = [SetItem(to_wire(each, with_prev=True)) for each in sets]
    await hub.hub.receive(hello, items, received)
    return received


async def assert_good_rooms_go_on(world: World) -> None:
    await world.second.create(world.scope, "第二室的一件")
    await exchange(world.hub, world.second)
    hub = await world.hub.store.read(serial_of)
    assert await world.second.store.read(serial_of) == hub
    assert await world.second.store.read(lambda rows: held_list(rows) is not None)


async def make_set(
    world: World, n: int, *, after: int | None = None, lost: tuple[int, int] = (0, 0)
) -> ChangeSet:
    """A set of the first room, in place of its last one or far *after*."""
    room = world.first
    own = await room.store.read(lambda rows: rows.logs.own())
    assert own is not None
    last = await room.store.read(lambda rows: rows.sets.last(own.log_no))
    assert last is not None
    seed = room.keys.machine_seed
    return seal_set(
        log=own.log,
        seq=after or last.seq + 1,
        prev=last.hash if after is None else ZERO_HASH,
        scope=world.scope,
        operations=[Create(n, CLERK, 0, ((LEVEL, 3), (TITLE, f"第{n}件")))],
        sign=lambda header: sign(seed, SET_TAG, header),
        lost=() if after is None else (lost,),
    )


@pytest.mark.parametrize("serial", [1 << 25, HIGHEST - 1, HIGHEST])
async def test_no_hello_uses_up_the_serials(world: World, serial: int) -> None:
    before = await world.hub.store.read(serial_of)
    hello = await hello_of(world.first)
    await say(world.hub, replace(hello, trust_serial=serial))
    own = await world.second.store.read(lambda rows: rows.logs.own())
    assert own is not None
    assert await world.hub.hub.registry.grant(own.log, ())
    assert await world.hub.store.read(serial_of) == before + 1
    await assert_good_rooms_go_on(world)


async def test_many_hellos_leave_one_gap_of_serials(world: World) -> None:
    for ahead in range(1, 20):
        hello = await hello_of(world.first)
        heard = await world.hub.store.read(serial_of) + ahead
        await say(world.hub, replace(hello, trust_serial=heard))
    gaps = await world.hub.store.read(lambda rows: rows.settings.get("trust.gaps"))
    assert len(gaps) == 1


@pytest.mark.parametrize("epoch", [1000, 2**32 - 2, 2**32 - 1, HIGHEST])
async def test_no_hello_uses_up_the_epochs(world: World, epoch: int) -> None:
    def at(rows: Rows) -> tuple[int, int]:
        scope_no = rows.scopes.number_of(world.scope)
        assert scope_no is not None
        head = head_of(rows, scope_no)
        return head.epoch, head.place

    before = await world.hub.store.read(at)
    hello = await hello_of(world.first)
    places = tuple(replace(place, epoch=epoch) for place in hello.scopes)
    await say(world.hub, replace(hello, scopes=places))
    assert await world.hub.store.read(at) == before
    await assert_good_rooms_go_on(world)


async def test_a_wrong_chain_tag_changes_nothing_and_feeds_nothing(
    world: World,
) -> None:
    """The hub tells its own chain hash at the place, as often as it is asked."""

    def at(rows: Rows) -> tuple[int, int, bytes, int]:
        scope_no = rows.scopes.number_of(world.scope)
        assert scope_no is not None
        head = head_of(rows, scope_no)
        return head.epoch, head.place, head.chain, serial_of(rows)

    await world.second.create(world.scope, "又一件")
    await world.meet(world.second)
    before = await world.hub.store.read(at)
    for number in range(20):
        hello = await hello_of(world.first)
        places = tuple(
            replace(place, tag=bytes([number]) * 8) if place.place else place
            for place in hello.scopes
        )
        lying = replace(hello, scopes=places)
        told = await world.hub.hub.answer(lying, bytes(16), budget_bytes=100_000)
        (head,) = (each for each in told.checkpoint.scopes if each.scope == world.scope)
        (said,) = (each for each in places if each.scope == world.scope)
        assert (head.epoch, head.place) == (said.epoch, said.place)
        assert told.spans == ()
    assert await world.hub.store.read(at) == before
    await assert_good_rooms_go_on(world)


async def test_a_gap_of_any_length_is_closed_at_once(world: World) -> None:
    far = await make_set(world, 10**6, after=HIGHEST, lost=(2, HIGHEST - 1))
    hello = await hello_of(world.first)
    received = await give(world.hub, hello, [far])
    assert received.counts == {Verdict.WAITING: 1}
    await assert_good_rooms_go_on(world)


async def test_forks_without_end_have_to_wait(world: World) -> None:
    sets = [await make_set(world, 100 + number) for number in range(FORKS_DECIDED + 5)]
    hello = await hello_of(world.first)
    received = await give(world.hub, hello, sets)
    assert received.counts == {
        Verdict.APPLIED: 1,
        Verdict.FORKED: FORKS_DECIDED,
        Verdict.WAITING: 4,
    }
    entry = await world.hub.store.read(lambda rows: entry_of(rows, hello.log))
    assert entry is not None
    assert len(entry.forks) == FORKS_DECIDED
    await assert_good_rooms_go_on(world)


async def test_a_machine_that_joins_speaks_of_its_own_box_keys_only(
    world: World,
) -> None:
    registry = world.hub.hub.registry
    invitation = await registry.invite("来客", {"152": "全宗"})
    seed = random_bytes(32)
    hub_key = public_key(world.hub.keys.machine_seed)
    foreign = BoxKeyStatement(
        hub_key, Purpose.WIRE, HIGHEST, random_bytes(32), HIGHEST, bytes(64)
    )
    statement = JoinStatement(
        invitation=invitation.invitation,
        node_key=public_key(seed),
        nonce=random_bytes(16),
        name="来客",
        wire_key=foreign,
        courier_key=make_statement(seed, Purpose.COURIER, 1, random_bytes(32), 0),
    )
    with pytest.raises(BadSignature):
        await registry.join(statement, {"152": world.scope})
    invited = await registry.invited(invitation.invitation)
    assert invited is not None
    assert invited.used_by is None
    newest = await world.hub.store.read(
        lambda rows: rows.box_keys.newest(hub_key, Purpose.WIRE)
    )
    assert newest is None or newest.serial < HIGHEST


async def test_what_one_room_has_set_aside_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.history.registry._SET_ASIDE", 3)
    hindering = await world.first.open_fonds("998")
    foreign = await world.second.open_fonds("999")
    for room, scope in ((world.first, hindering), (world.second, foreign)):
        for number in range(4):
            await room.create(scope, f"等授权的第{number}件")
            await room.room.prepare()
        await exchange(world.hub, room)
    own = await world.second.store.read(lambda rows: rows.logs.own())
    assert own is not None
    await world.hub.hub.registry.grant(own.log, (GrantedScope(foreign),))
    assert "等授权的第3件" in await titles_of(world.hub, foreign)
