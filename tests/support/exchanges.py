"""Rooms and a hub in one process, joined in memory: no socket, no envelope, no frame.

What travels passes the codecs, so that nothing but bytes goes across.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from node.catalogue.secrecy import is_secret
from node.history.hub import HubSide, Received
from node.history.incarnation import begin
from node.history.journal import save_all
from node.history.proof import digest_at_head
from node.history.record_rows import LEVEL_REGISTER
from node.history.room import RoomSide
from node.home import Home
from node.keys import KeyFolder, random_bytes
from node.store.port import Rows
from node.store.store import Store
from node.store.ticket_port import Judge, every_difference
from protocol.boxkeys import make_statement
from protocol.checkpoint_codec import decode_checkpoint, encode_checkpoint
from protocol.hello_codec import decode_hello, encode_hello
from protocol.identity import Dot, Scope, digest_128, log_id
from protocol.items import decode_item, encode_item
from protocol.messages import (
    Checkpoint,
    Item,
    JoinStatement,
    OwnFonds,
    Purpose,
    SetItem,
)
from protocol.operations import Actor, Create, Set, Value, Write
from protocol.signing import box_public_key, public_key
from tests.support.machines import FixedClock, titles

LEVEL = 3
TITLE = 11
CLERK = Actor("其其格")


@dataclass(slots=True)
class Site:
    """One machine: its folder, and what is open of it."""

    name: str
    home: Home
    keys: KeyFolder
    clock: FixedClock
    store: Store
    fonds: dict[str, Scope] = field(default_factory=dict)
    room_side: RoomSide | None = None
    hub_side: HubSide | None = None
    second_store: Store | None = None
    """Another process on the same home, where there is one."""
    judge: Judge = every_difference
    """What differing values mean, once the site is opened again."""

    @classmethod
    async def make(cls, folder: Path, name: str) -> Site:
        home = Home(folder / name)
        home.make()
        keys = KeyFolder(home)
        keys.make()
        store = await Store.open(home, keys, create=True, describe=titles)
        site = cls(name, home, keys, FixedClock(), store)
        nonce = random_bytes(16)
        await store.write(
            lambda rows: begin(rows, public_key(keys.machine_seed), nonce)
        )
        site.open_sides()
        return site

    async def close(self) -> None:
        await self.store.close()
        if self.second_store is not None:
            await self.second_store.close()

    @property
    def other_desk(self) -> Store:
        return self.second_store or self.store

    def open_sides(self) -> None:
        parts = (self.store, self.keys, self.home, self.clock, is_secret)
        self.room_side = RoomSide(*parts)
        self.hub_side = HubSide(*parts)

    async def reopen(self) -> None:
        """The process ends and begins again."""
        await self.close()
        await self.reopen_closed()

    async def reopen_closed(self) -> None:
        """The process begins again; its store is closed."""
        rules: dict[str, Any] = {"describe": titles, "judge": self.judge}
        self.store = await Store.open(self.home, self.keys, **rules)
        if self.second_store is not None:
            self.second_store = await Store.open(self.home, self.keys, **rules)
        self.open_sides()

    @property
    def room(self) -> RoomSide:
        assert self.room_side is not None
        return self.room_side

    @property
    def hub(self) -> HubSide:
        assert self.hub_side is not None
        return self.hub_side

    async def open_fonds(self, code: str) -> Scope:
        """A fonds that this machine writes first."""
        scope = Scope(random_bytes(8), 0)
        await self.store.write(lambda rows: rows.scopes.ensure(scope))
        self.fonds[code] = scope
        return scope

    async def create(self, scope: Scope, title: str) -> Dot:
        """Save a new record; its dot."""

        def do(rows: Rows) -> Dot:
            own = rows.logs.own()
            assert own is not None
            scope_no = rows.scopes.number_of(scope)
            assert scope_no is not None
            (made,) = save_all(
                rows,
                scope_no,
                lambda n: (
                    Create(n, CLERK, self.clock.now(), ((LEVEL, 3), (TITLE, title))),
                ),
            )
            return Dot(own.log, made.n)

        return await self.store.write(do)

    async def set(
        self, scope: Scope, record: Dot, value: Value, names: tuple[Dot, ...]
    ) -> Dot:
        """Save a new title that replaces what *names* say."""

        def do(rows: Rows) -> Dot:
            own = rows.logs.own()
            assert own is not None
            scope_no = rows.scopes.number_of(scope)
            assert scope_no is not None
            write = Write(TITLE, value, tuple(sorted(names)))
            (made,) = save_all(
                rows,
                scope_no,
                lambda n: (Set(n, CLERK, self.clock.now(), record, (write,)),),
            )
            return Dot(own.log, made.n)

        return await self.store.write(do)


async def make_hub(folder: Path) -> Site:
    """A hub that is ready to invite."""
    hub = await Site.make(folder, "hub")
    await hub.hub.registry.found("科左中旗档案馆", ((LEVEL, 1), (TITLE, "科左中旗")))
    await hub.hub.prepare()
    return hub


async def join(hub: Site, room: Site, codes: Mapping[str, Scope]) -> None:
    """The room joins with an invitation for the hub's scopes *codes*."""
    invitation = await hub.hub.registry.invite(room.name, dict.fromkeys(codes, "全宗"))
    own = await room.store.read(lambda rows: rows.logs.own())
    assert own is not None
    seed = room.keys.machine_seed
    box = [
        make_statement(seed, purpose, 1, box_public_key(random_bytes(32)), 2**40)
        for purpose in (Purpose.WIRE, Purpose.COURIER)
    ]
    statement = JoinStatement(
        invitation=invitation.invitation,
        node_key=public_key(seed),
        nonce=own.nonce or b"",
        name=room.name,
        wire_key=box[0],
        courier_key=box[1],
        fonds=tuple(
            OwnFonds(scope, code, "全宗") for code, scope in sorted(room.fonds.items())
        ),
    )
    assert log_id(statement.node_key, statement.nonce) == own.log
    joined = await hub.hub.registry.join(statement, codes)
    hub_key = public_key(hub.keys.machine_seed)
    await room.room.adopt(joined.certificate, joined.trust_list, hub_key)


@dataclass(slots=True)
class Fault:
    """Where an exchange breaks off."""

    up_after: int | None = None
    """So many sets reach the hub, then the link is gone."""
    down_after: int | None = None
    """So many items reach the room, then the link is gone; 0: not even a checkpoint."""


def across(item: Item, scopes: tuple[Scope, ...]) -> Item:
    """The item as it arrives."""
    return decode_item(encode_item(item, scopes), scopes)


async def request(
    hub: Site,
    room: Site,
    until: Mapping[Scope, int] | None,
    *,
    budget_bytes: int = 1 << 19,
    fault: Fault | None = None,
    only_asks: bool = False,
) -> tuple[Checkpoint, Mapping[Scope, int]] | None:
    """One request and its answer; None where it broke off."""
    fault = fault or Fault()
    hello, _ = await room.room.hello(until)
    if await hub.hub.sender(hello) is None:
        # A restored hub has forgotten the log, and refuses: say the key too.
        hello, _ = await room.room.hello(until, introduces=True)
    hello = decode_hello(encode_hello(hello))
    assert await hub.hub.sender(hello) is not None
    scopes = tuple(place.scope for place in hello.scopes)
    received = Received()
    number = 0
    if not only_asks:
        async for each in room.room.outgoing():
            if fault.up_after is not None and number >= fault.up_after:
                return None
            item: Item = each.item
            if each.seq:
                item = SetItem(each.wire_with_prev)
            await hub.hub.receive(hello, [across(item, scopes)], received)
            number += 1
    hello_hash = digest_128("test/hello", encode_hello(hello))
    answer = await hub.hub.answer(
        hello, hello_hash, budget_bytes=budget_bytes, received=received
    )
    if fault.down_after == 0:
        return None
    checkpoint = decode_checkpoint(encode_checkpoint(answer.checkpoint))
    outcome = await room.room.take_checkpoint(hello, checkpoint)
    number = 0
    async for item in answer.items:
        number += 1
        if fault.down_after is not None and number > fault.down_after:
            return None
        await room.room.take([across(item, scopes)])
    return checkpoint, outcome.until


async def exchange(hub: Site, room: Site, *, budget_bytes: int = 1 << 19) -> int:
    """A whole session; how many requests it took."""
    await room.room.prepare()
    until: Mapping[Scope, int] | None = None
    for number in range(1, 40):
        answered = await request(hub, room, until, budget_bytes=budget_bytes)
        assert answered is not None
        checkpoint, until = answered
        if await room.room.is_done(checkpoint):
            return number
    message = "the session does not end"
    raise AssertionError(message)


@dataclass(slots=True)
class World:
    """A hub and two rooms of one fonds; the first room had it before it joined."""

    hub: Site
    first: Site
    second: Site
    scope: Scope

    @classmethod
    async def make(cls, folder: Path) -> World:
        hub = await make_hub(folder)
        first = await Site.make(folder, "first")
        second = await Site.make(folder, "second")
        scope = await first.open_fonds("152")
        await first.create(scope, "入网前的一件")
        await join(hub, first, {"152": scope})
        await second.open_fonds("152")
        await join(hub, second, {"152": scope})
        return cls(hub, first, second, scope)

    @property
    def sites(self) -> tuple[Site, Site, Site]:
        return self.hub, self.first, self.second

    async def meet(self, *rooms: Site) -> None:
        """Each room exchanges, in this order."""
        for room in rooms:
            await exchange(self.hub, room)

    async def is_equal(self) -> bool:
        """Whether all hold the same, by digest."""
        return len({await digest_of(site, self.scope) for site in self.sites}) == 1

    async def close(self) -> None:
        for site in self.sites:
            await site.close()


async def own_log(site: Site) -> bytes:
    """The log that the machine writes now."""
    own = await site.store.read(lambda rows: rows.logs.own())
    assert own is not None
    return own.log


async def titles_of(site: Site, scope: Scope) -> set[str]:
    """What the machine shows."""

    def read(rows: Rows) -> set[str]:
        scope_no = rows.scopes.number_of(scope)
        assert scope_no is not None
        found = rows.records.in_scope(scope_no, 0, 10_000)
        return {row.search_text for row in found if row.level != LEVEL_REGISTER}

    return await site.store.read(read)


async def digest_of(site: Site, scope: Scope) -> bytes:
    """The machine's digest of a scope."""

    def read(rows: Rows) -> bytes:
        scope_no = rows.scopes.number_of(scope)
        assert scope_no is not None
        return digest_at_head(rows, scope_no)

    return await site.store.write(read)
