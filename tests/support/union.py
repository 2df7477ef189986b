"""A hub and two rooms of different fonds, whole machines, joined in memory.

What travels between them passes the codecs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from node.catalogue.agreement_words import Terms
from node.catalogue.agreements import AgreementView
from node.home import Home
from node.machine import Machine
from node.search.query import Query
from protocol.messages import Item
from protocol.operations import Actor
from tests.support import exchanges
from tests.support.county import SetClock
from tests.support.exchanges import Fault, Site

CLERK = Actor("王秀英")
UNTIL = "2027-12-31"
ROOMS = (("0073", "水利局"), ("0074", "农业局"))


@dataclass
class Union:
    """A hub; room A with fonds 0073; room B with fonds 0074."""

    hub: Machine
    a: Machine
    b: Machine
    clock: SetClock
    ids: list[str] = field(default_factory=list)

    @classmethod
    async def make(cls, folder: Path) -> Union:
        """The hub founded, both rooms joined."""
        clock = SetClock()
        home = Home(folder / "hub")
        hub = await Machine.init_hub(home, "科左中旗档案馆", clock=clock)
        rooms = []
        for code, name in ROOMS:
            room = await Machine.init_room(
                Home(folder / name), name, {code: f"{name}全宗"}, clock=clock
            )
            own = {each.code: each for each in await room.catalogue.fonds(CLERK)}
            scope = await room.store.read(
                lambda rows, no=own[code].scope_no: rows.scopes.row(no).scope  # type: ignore[misc]
            )
            site = cast("Site", _Named(room, name, {code: scope}))
            at = cast("Site", _Named(hub, "hub", {}))
            await exchanges.join(at, site, {code: scope})
            rooms.append(room)
        return cls(hub, rooms[0], rooms[1], clock)

    @classmethod
    async def open(cls, folder: Path) -> Union:
        """One that was made in *folder*."""
        clock = SetClock()
        machines = [
            await Machine.open(Home(folder / name), clock=clock)
            for name in ("hub", *(name for _, name in ROOMS))
        ]
        hub, a, b = machines
        return cls(hub, a, b, clock)

    async def open_hub(self, folder: Path) -> None:
        """The hub's process begins again; it was closed."""
        self.hub = await Machine.open(Home(folder), clock=self.clock)

    async def add(self, title: str, **more: str) -> str:
        """A's clerk catalogues an item; its id."""
        values = {"title": title, "date": "2020-03-01", **more}
        record = await self.a.catalogue.add(CLERK, "0073", values)
        self.ids.append(record.id)
        return record.id

    async def meet(self, room: Machine, *, budget_bytes: int = 1 << 19) -> int:
        return await exchanges.exchange(
            cast("Site", self.hub), cast("Site", room), budget_bytes=budget_bytes
        )

    async def request(
        self, room: Machine, *, fault: Fault | None = None, budget_bytes: int = 1 << 19
    ) -> None:
        await room.room.prepare()
        await exchanges.request(
            cast("Site", self.hub),
            cast("Site", room),
            None,
            fault=fault,
            budget_bytes=budget_bytes,
        )

    async def share(self, **terms: object) -> AgreementView:
        bare = Terms(until=UNTIL)
        return await self.hub.catalogue.agreements.add(
            CLERK,
            "农业局",
            "0073",
            replace(bare, **terms),  # type: ignore[arg-type]
        )

    async def found(self, *words: str, **filters: str) -> list[str]:
        """Titles that B finds in extracts."""
        query = Query(words, filters, limit=1000)
        page = await self.b.catalogue.extracts.search(CLERK, query)
        assert page.total == len(page.results)
        return [str(each.fields["title"]) for each in page.results]

    async def items(self, *, held: bytes = b"", is_live: bool = False) -> list[Item]:
        """What the hub would send to B."""
        own = await self.b.store.read(lambda rows: rows.logs.own())
        assert own is not None
        assert own.public_key is not None
        assert self.hub.hub.extracts is not None
        sent = self.hub.hub.extracts.items(
            own.public_key, held, 1 << 40, is_live=is_live
        )
        return [item async for item in sent]

    async def take(self, *items: Item) -> None:
        """Room B reads these in an answer that brings nothing else."""
        await self.request(self.b, fault=Fault(down_after=1), budget_bytes=0)
        await self.b.room.take(items)

    async def close(self) -> None:
        for machine in (self.hub, self.a, self.b):
            await machine.close()


@dataclass
class _Named:
    """A machine as the in-memory exchange knows sites."""

    machine: Machine
    name: str
    fonds: Mapping[str, object]

    def __getattr__(self, name: str) -> object:
        return getattr(self.machine, name)
