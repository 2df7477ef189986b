"""A county for the convergence machine: a hub, rooms, and what was ever saved there.

Every saved value is a text of its own, so that it can be found again whatever became
of the dot that wrote it.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, TypeVar

from node.history.hub import Answer, Received
from node.history.incarnation import renamed_now
from node.history.journal import keep, next_n, number_from
from node.history.proof import digest_at_head
from node.history.record_rows import LEVEL_REGISTER
from node.history.state_packing import unpack_state
from node.history.survivors import (
    confirmed,
    confirmed_elements,
    existence,
    surviving_elements,
    survivors,
)
from node.history.trust import entry_of_key
from node.home import Home
from node.keys import KeyFolder
from node.store.port import Rows
from node.store.row_types import RecordRow, SetState
from node.store.store import Store
from protocol.hello_codec import decode_hello, encode_hello
from protocol.identity import Dot, Element, Scope, digest_128
from protocol.messages import BundleHead, GrantedScope, Hello, Item
from protocol.operations import (
    Add,
    Create,
    Elements,
    Operation,
    Removal,
    Remove,
    Restore,
    Seen,
    Set,
    Value,
    Withdraw,
    Write,
)
from protocol.signing import public_key
from tests.support.exchanges import (
    CLERK,
    LEVEL,
    TITLE,
    Fault,
    Site,
    across,
    exchange,
    join,
    make_hub,
    request,
)
from tests.support.machines import FixedClock, titles

T = TypeVar("T")
NOTES = 30
DATE = 13


@dataclass(slots=True)
class Form:
    """A form on a screen: what it showed when it was filled."""

    room: str
    scope: Scope
    record: Dot
    filled_under: bytes
    shown: Mapping[int, Mapping[Dot, object]]
    """Field to dots and values."""
    elements: Mapping[Element, object]
    withdrawals: tuple[Dot, ...]


@dataclass(slots=True)
class Bundle:
    """A file on a stick: up (kind 2) or down (kind 3)."""

    room: str
    hello: Hello
    items: tuple[Item, ...]
    head: BundleHead | None = None


@dataclass(slots=True)
class County:
    """All machines, and what the clerks did."""

    folder: Path
    hub: Site
    rooms: dict[str, Site]
    scopes: dict[str, Scope]
    saved: dict[str, bool] = field(default_factory=dict)
    """Every text ever saved, and whether it was named by a later write."""
    maybe_lost: set[str] = field(default_factory=set)
    copied: dict[str, int] = field(default_factory=dict)
    """Rooms of which there is a copy, and how much was saved by then."""
    counter: int = 0
    fields: ClassVar[tuple[int, ...]] = (TITLE, DATE)
    """Fields that clerks write; of lists there is one."""
    notes: ClassVar[int] = NOTES

    @classmethod
    async def make(cls, folder: Path) -> County:
        """Rooms a, b, c share a fonds; b has one alone; c has one not granted yet."""
        hub = await make_hub(folder)
        rooms = {name: await Site.make(folder, name) for name in "abc"}
        shared = await rooms["a"].open_fonds("152")
        lone = await rooms["b"].open_fonds("153")
        later = await rooms["c"].open_fonds("154")
        await join(hub, rooms["a"], {"152": shared})
        await rooms["b"].open_fonds("152")
        await join(hub, rooms["b"], {"152": shared, "153": lone})
        await join(hub, rooms["c"], {"152": shared})
        county = cls(folder, hub, rooms, {"s": shared, "t": lone, "u": later})
        await county.create("a", "s")
        for room in rooms.values():
            await exchange(hub, room)
        return county

    @classmethod
    async def open(
        cls, folder: Path, scopes: dict[str, Scope], saved: set[str]
    ) -> County:
        """The county that was made in *folder*."""
        hub = await open_site(folder, "hub")
        rooms = {name: await open_site(folder, name) for name in "abc"}
        county = cls(folder, hub, rooms, scopes, dict.fromkeys(saved, False))
        county.counter = 1000
        return county

    async def close(self) -> None:
        for site in (self.hub, *self.rooms.values()):
            await site.close()

    def text(self) -> str:
        """A text that nobody saved before."""
        self.counter += 1
        made = f"v{self.counter}"
        self.saved[made] = False
        return made

    def value(self, number: int, which: int) -> Value:
        """What a clerk writes in a field."""
        del number, which
        return self.text()

    async def save(self, room: str, scope: Scope, make: object) -> None:
        """Keep the operation that *make* returns for its number."""

        def do(rows: Rows) -> None:
            scope_no = rows.scopes.number_of(scope)
            assert scope_no is not None
            n = next_n(rows)
            operation = make(n, rows)  # type: ignore[operator]
            keep(rows, scope_no, [operation])
            number_from(rows, n + 1)

        site = self.rooms[room]
        await (site.store if self.counter % 2 else site.other_desk).write(do)

    async def create(self, room: str, scope: str) -> None:
        title, note = self.text(), self.text()
        now = self.rooms[room].clock.now()
        await self.save(
            room,
            self.scopes[scope],
            lambda n, _rows: Create(
                n,
                CLERK,
                now,
                ((LEVEL, 3), (TITLE, title)),
                (Elements(self.notes, (note,)),),
            ),
        )

    async def records(self, room: str, scope: Scope) -> list[RecordRow]:
        def read(rows: Rows) -> list[RecordRow]:
            scope_no = rows.scopes.number_of(scope)
            found = [] if scope_no is None else rows.records.in_scope(scope_no, 0, 100)
            return [row for row in found if row.level != LEVEL_REGISTER]

        return await self.rooms[room].store.read(read)

    async def open_form(self, room: str, scope_name: str, choice: int) -> Form | None:
        """A form on some record of the scope, as the room shows it now."""
        scope = self.scopes[scope_name]
        found = await self.records(room, scope)
        if not found:
            return None
        row = found[choice % len(found)]

        def read(rows: Rows) -> Form:
            state = unpack_state((row.log_no, row.n), row.state)
            own = rows.logs.own()
            assert own is not None

            def dot(number: tuple[int, int]) -> Dot:
                return Dot(rows.logs.id_of(number[0]), number[1])

            return Form(
                room=room,
                scope=scope,
                record=dot((row.log_no, row.n)),
                filled_under=own.log,
                shown={
                    each: {dot(at): v for at, v in survivors(state, each).items()}
                    for each in self.fields
                },
                elements={
                    Element(dot((at[0], at[1])), at[2]): value
                    for at, value in surviving_elements(state, self.notes).items()
                },
                withdrawals=tuple(sorted(dot(at) for at in survivors(state, 0))),
            )

        return await self.rooms[room].store.read(read)

    def _named(self, values: object) -> None:
        for value in values:  # type: ignore[attr-defined]
            if isinstance(value, str):
                self.saved[value] = True

    async def save_form(self, form: Form, act: str, which: int) -> None:
        """Save a form that was opened now or long ago."""
        now = self.rooms[form.room].clock.now()
        number = self.fields[which % len(self.fields)]
        shown = form.shown[number]
        names = tuple(sorted(shown)) or (form.record,)
        if act in ("set", "clear"):
            value = self.value(number, which) if act == "set" else None
            write = Write(number, value, names)
            made: Operation = Set(1, CLERK, now, form.record, (write,))
            self._named(shown.values())
        elif act == "add":
            made = Add(
                1, CLERK, now, form.record, (Elements(self.notes, (self.text(),)),)
            )
        elif act == "remove":
            if not form.elements:
                return
            gone = sorted(form.elements)[: 1 + which % 2]
            self._named(form.elements[each] for each in gone)
            made = Remove(
                1, CLERK, now, form.record, (Removal(self.notes, tuple(gone)),)
            )
        elif act == "withdraw":
            seen = tuple(
                Seen(each, tuple(sorted(dots)))
                for each, dots in sorted(form.shown.items())
                if dots
            )
            made = Withdraw(
                1, CLERK, now, form.record, form.withdrawals or (form.record,), seen, ""
            )
        else:
            if not form.withdrawals:
                return
            made = Restore(1, CLERK, now, form.record, form.withdrawals, "")

        def final(n: int, rows: Rows) -> Operation:
            return replace(renamed_now(rows, made, form.filled_under), n=n)

        await self.save(form.room, form.scope, final)

    async def bundle_up(self, room: str) -> Bundle:
        """What the room puts on a stick for the hub."""
        site = self.rooms[room]
        await site.room.prepare()
        hello, _ = await site.room.hello(None, introduces=True)
        items = [each.item async for each in site.room.outgoing()]
        return Bundle(room, decode_hello(encode_hello(hello)), tuple(items))

    async def read_up(self, bundle: Bundle) -> None:
        """The hub reads a stick; perhaps not for the first time."""
        if await self.hub.hub.sender(bundle.hello) is None:
            return
        scopes = tuple(place.scope for place in bundle.hello.scopes)
        received = Received()
        items = [across(item, scopes) for item in bundle.items]
        await self.hub.hub.receive(bundle.hello, items, received)
        hello_hash = digest_128("test/hello", encode_hello(bundle.hello))
        await self.hub.hub.answer(
            bundle.hello, hello_hash, budget_bytes=1 << 19, received=received
        )

    async def bundle_down(self, room: str) -> Bundle | None:
        """What the hub puts on a stick for the room."""
        own = await self.rooms[room].store.read(lambda rows: rows.logs.own())
        assert own is not None
        answer: Answer | None = await self.hub.hub.bundle_answer(
            own.log, budget_bytes=1 << 19
        )
        if answer is None:
            return None
        head = BundleHead(own.log, answer.spans, answer.checkpoint)
        items = tuple([item async for item in answer.items])
        hello, _ = await self.rooms[room].room.hello(None)
        return Bundle(room, hello, items, head)

    async def read_down(self, bundle: Bundle) -> None:
        """The room reads a stick; late, twice or out of order."""
        if bundle.head is None:
            return
        side = self.rooms[bundle.room].room
        await side.take_bundle_head(bundle.head)
        scopes = tuple(span.scope for span in bundle.head.spans)
        await side.take([across(item, scopes) for item in bundle.items])
        await side.is_done(bundle.head.checkpoint)

    async def break_off(self, room: str, fault: Fault) -> None:
        """An exchange of one request that breaks."""
        site = self.rooms[room]
        await site.room.prepare()
        await request(self.hub, site, None, fault=fault)

    async def meet(self, room: str, budget_bytes: int = 1 << 19) -> None:
        await exchange(self.hub, self.rooms[room], budget_bytes=budget_bytes)

    async def back_room_up(self, room: str) -> None:
        """A copy of the room's database is put aside."""
        await self.rooms[room].close()
        for part in ("archive.db", "archive.db-wal", "sidecar"):
            source = self.folder / room / part
            target = self.folder / f"{room}-{part}"
            target.unlink(missing_ok=True)
            if source.exists():
                shutil.copy(source, target)
        await self.rooms[room].reopen_closed()
        self.copied[room] = self.counter

    async def put_room_back(self, room: str, *, is_whole: bool) -> None:
        """The room's database is put back; what it saved since may be gone with it.

        *is_whole*: the sidecar too, as when a card's image is written back.
        """
        await self.rooms[room].close()
        parts = ["archive.db", "archive.db-wal", "archive.db-shm"]
        for part in parts + ["sidecar"] * is_whole:
            target = self.folder / room / part
            target.unlink(missing_ok=True)
            source = self.folder / f"{room}-{part}"
            if source.exists():
                shutil.copy(source, target)
        await self.rooms[room].reopen_closed()
        since = range(self.copied[room] + 1, self.counter + 1)
        self.maybe_lost |= {f"v{number}" for number in since}

    async def restart(self, room: str) -> None:
        await self.rooms[room].reopen()

    async def clone(self, room: str, name: str) -> None:
        """A card is copied whole; from now on there are two of one machine."""
        await self.rooms[room].close()
        shutil.copytree(self.folder / room, self.folder / name)
        await self.rooms[room].reopen_closed()
        self.rooms[name] = await open_site(self.folder, name)

    async def back_hub_up(self) -> None:
        """A copy of the hub is put aside."""
        await self.hub.close()
        shutil.rmtree(self.folder / "hub-copy", ignore_errors=True)
        shutil.copytree(self.folder / "hub", self.folder / "hub-copy")
        await self.hub.reopen_closed()

    async def restore_hub(self) -> None:
        """The hub is put back from its copy, and its epoch raised by hand."""
        await self.hub.close()
        shutil.rmtree(self.folder / "hub")
        shutil.copytree(self.folder / "hub-copy", self.folder / "hub")
        await self.hub.reopen_closed()
        await self.hub.hub.registry.raise_epoch()

    async def grant(self, room: str, scope: str) -> None:
        """The hub's operator grants a scope to a machine, as the hub knows it.

        A log that the room has opened, and that no exchange has brought, is unknown.
        """
        key = public_key(self.rooms[room].keys.machine_seed)
        entry = await self.hub.store.read(lambda rows: entry_of_key(rows, key))
        assert entry is not None
        granted = (GrantedScope(self.scopes[scope]),)
        assert await self.hub.hub.registry.grant(entry.log, granted)

    async def release_all(self) -> None:
        """The hub's operator releases whatever is in quarantine."""
        found = await self.hub.store.read(
            lambda rows: [
                (rows.logs.id_of(row.log_no), row.seq, row.hash)
                for row in rows.sets.in_state(None, SetState.QUARANTINED, 100)
            ]
        )
        for each in found:
            await self.hub.hub.registry.release(*each)

    async def everything_at(self, site: Site, scope: Scope) -> set[str]:
        """Every text that survives there, confirmed."""

        def read(rows: Rows) -> set[str]:
            scope_no = rows.scopes.number_of(scope)
            found: set[str] = set()
            if scope_no is None:
                return found
            for row in rows.records.in_scope(scope_no, 0, 1000):
                state = unpack_state((row.log_no, row.n), row.state)
                for number in self.fields:
                    found |= {str(v) for v in confirmed(state, number).values()}
                found |= {
                    str(v) for v in confirmed_elements(state, self.notes).values()
                }
            return found

        return await site.store.read(read)

    async def portrait(self, site: Site, scope: Scope) -> object:
        """Survivors and tickets of a scope by identities, not by local numbers."""

        def read(rows: Rows) -> object:
            scope_no = rows.scopes.number_of(scope)
            if scope_no is None:
                return None

            def name(at: tuple[int, ...]) -> tuple[object, ...]:
                return (rows.logs.id_of(at[0]).hex()[:6], *at[1:])

            found = {}
            for row in rows.records.in_scope(scope_no, 0, 1000):
                state = unpack_state((row.log_no, row.n), row.state)
                if not row.leaf:
                    continue
                tickets = rows.tickets.of_record(row.record_no)
                found[name((row.log_no, row.n))] = (
                    {
                        number: {
                            name(at): v if number else None
                            for at, v in confirmed(state, number).items()
                        }
                        for number in (0, *self.fields)
                    },
                    {
                        name(at): v
                        for at, v in confirmed_elements(state, self.notes).items()
                    },
                    existence(state) if not state.pending else None,
                    sorted(
                        (each.subject.hex(), each.version.hex(), each.ticket_class)
                        for each in tickets
                    ),
                )
            return found, digest_at_head(rows, scope_no).hex()

        return await site.store.write(read)


async def open_site(folder: Path, name: str) -> Site:
    """A machine that was made in *folder*."""
    home = Home(folder / name)
    keys = KeyFolder(home)
    store = await Store.open(home, keys, describe=titles)
    site = Site(name, home, keys, FixedClock(), store)
    site.second_store = await Store.open(home, keys, describe=titles)
    site.open_sides()
    return site


class Loop:
    """Runs coroutines for tests that are not coroutines themselves."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def run(self, work: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await work

        return self._runner.run(awaited())

    def close(self) -> None:
        self._runner.close()
