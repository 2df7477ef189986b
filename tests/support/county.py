"""A hub and its rooms, in this process, each with a store of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from node.catalogue.fields import DATE, LEVEL, LEVEL_ITEM, TITLE
from node.history.digest import scope_digest
from node.history.journal import save_all
from node.home import Home
from node.machine import Machine
from node.search.query import Query
from node.store.port import Rows
from node.store.row_types import SetState
from protocol.identity import Scope
from protocol.operations import Actor, Create
from sync.carriage import ExchangeReport, exchange
from sync.enrolment import make_invitation
from sync.hub import listening
from sync.joining import join

CLERK = Actor("王秀英")
FONDS = "A01"


class SetClock:
    """A clock that a test sets, and that goes on a second whenever it is read."""

    def __init__(self, now: int = 1_750_000_000) -> None:
        self.time = now

    def now(self) -> int:
        self.time += 1
        return self.time


@dataclass
class County:
    """A hub that listens, and the machines that joined it."""

    folder: Path
    hub: Machine
    port: int
    clock: SetClock
    rooms: list[Machine] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def room(
        self, name: str, fonds: Sequence[str] = (FONDS,), *, is_first: bool = False
    ) -> Machine:
        """A room that has joined; *is_first* opens its fonds before it joins."""
        titles = {code: f"{code}全宗" for code in fonds}
        machine = await Machine.init_room(
            Home(self.folder / f"room-{len(self.rooms)}"),
            name,
            titles if is_first else {},
            clock=self.clock,
        )
        self.rooms.append(machine)
        invitation = await make_invitation(self.hub, name, titles, self.address)
        await join(machine, invitation)
        return machine

    async def sync(self, room: Machine, address: str | None = None) -> ExchangeReport:
        return await exchange(room, address or self.address)


@asynccontextmanager
async def county(folder: Path) -> AsyncIterator[County]:
    clock = SetClock()
    hub = await Machine.init_hub(Home(folder / "hub"), "科尔沁旗档案馆", clock=clock)
    async with listening(hub, "127.0.0.1", 0) as port:
        made = County(folder, hub, port, clock)
        try:
            yield made
        finally:
            for room in made.rooms:
                await room.close()
    await hub.close()


async def add_many(machine: Machine, count: int, first: int = 1) -> None:
    for number in range(first, first + count):
        await machine.catalogue.add(
            CLERK,
            FONDS,
            {
                "title": f"关于下达{2000 + number % 24}年度第{number}号计划的通知",
                "date": f"{2000 + number % 24}-03-0{1 + number % 9}",
            },
        )


async def titles(machine: Machine) -> list[str]:
    """Titles of all items, sorted."""
    found: list[str] = []
    async for record in machine.catalogue.export_rows(CLERK):
        if record.level == "item":
            found.append(str(record.fields.get("title")))
    return sorted(found)


async def digests(machine: Machine, scopes: Sequence[Scope]) -> dict[Scope, bytes]:
    """What the machine holds of each scope, as one hash."""

    def work(rows: Rows) -> dict[Scope, bytes]:
        found = {}
        for scope in scopes:
            number = rows.scopes.number_of(scope)
            found[scope] = b"" if number is None else scope_digest(rows, number)
        return found

    return await machine.store.write(work)


async def all_scopes(machine: Machine) -> list[Scope]:
    return await machine.store.read(
        lambda rows: [row.scope for row in rows.scopes.all() if row.is_granted]
    )


async def assert_even(hub: Machine, *rooms: Machine) -> None:
    """Every room holds of its scopes what the hub holds."""
    for room in rooms:
        scopes = await all_scopes(room)
        assert scopes
        assert await digests(room, scopes) == await digests(hub, scopes)


async def found(machine: Machine, word: str) -> int:
    page = await machine.catalogue.search(CLERK, Query((word,)))
    return page.total


async def fill(machine: Machine, count: int, first: int = 1) -> None:
    """Many entries at once, unsealed; each with words of its own."""
    fonds = {each.code: each for each in await machine.catalogue.fonds(CLERK)}[FONDS]
    words = [
        "防汛",
        "抗旱",
        "春耕",
        "秋收",
        "税收",
        "卫生",
        "教育",
        "林业",
        "水利",
        "户籍",
        "民政",
        "财政",
        "统计",
        "武装",
    ]

    def entry(n: int, number: int) -> Create:
        seed = blake2b(str(number).encode(), digest_size=16).digest()
        chosen = "".join(words[byte % len(words)] for byte in seed[:4])
        return Create(
            n=n,
            actor=CLERK,
            made_at=machine.clock.now(),
            values=(
                (LEVEL, LEVEL_ITEM),
                (TITLE, f"关于{chosen}工作第{seed[5:9].hex()}号的通知（{number}）"),
                (DATE, f"{1990 + seed[4] % 34}0{1 + seed[5] % 9}1{seed[6] % 10}"),
            ),
        )

    for start in range(first, first + count, 100):
        numbers = range(start, min(start + 100, first + count))

        def make(n: int, numbers: range = numbers) -> list[Create]:
            return [entry(n + place, number) for place, number in enumerate(numbers)]

        def work(rows: Rows, make: Callable[[int], list[Create]] = make) -> None:
            save_all(rows, fonds.scope_no, make, is_one_act=False)

        await machine.store.write(work)


async def set_count(machine: Machine) -> int:
    """Change-sets that count here: admitted, or own."""

    def work(rows: Rows) -> int:
        states = (SetState.SEALED, SetState.ADMITTED)
        return sum(
            rows.sets.amount(log.log_no, state)[0]
            for log in rows.logs.all()
            for state in states
        )

    return await machine.store.read(work)
