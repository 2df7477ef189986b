"""A hub and two rooms that write to one record without knowing of each other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from node.catalogue.deciding.ruling import Ruling
from node.catalogue.deciding.views import TicketView
from node.machine import Machine
from protocol.operations import Actor
from tests.support.county import CLERK, FONDS, County, county

HUB = Actor("裁定员")


class Contest:
    """A record whose fields two rooms wrote at the same time."""

    def __init__(self, place: County, first: Machine, second: Machine) -> None:
        self.place = place
        self.hub = place.hub
        self.first = first
        self.second = second
        self.record = ""

    @property
    def machines(self) -> tuple[Machine, ...]:
        return (self.hub, self.first, self.second)

    async def meet(self) -> None:
        for room in (self.first, self.second, self.first):
            await self.place.sync(room)

    async def make(self, **values: str) -> None:
        self.record = (await self.first.catalogue.add(CLERK, FONDS, values)).id
        await self.meet()

    async def write(
        self, first: dict[str, str | int], second: dict[str, str | int]
    ) -> None:
        await self.first.catalogue.set(CLERK, self.record, first)
        await self.second.catalogue.set(CLERK, self.record, second)
        await self.meet()

    async def tickets(self, machine: Machine | None = None) -> tuple[TicketView, ...]:
        found = await (machine or self.hub).catalogue.decisions.list(CLERK)
        return found.tickets

    async def ticket(self) -> TicketView:
        (found,) = await self.tickets()
        return found

    async def decide(self, ruling: Ruling, reason: str = "") -> str:
        ticket = await self.ticket()
        decisions = self.hub.catalogue.decisions
        return (await decisions.decide(HUB, None, ticket.id, ruling, reason)).decision

    async def field(self, name: str) -> object:
        """What all machines show; they show the same."""
        found = [
            (await machine.catalogue.show(CLERK, self.record)).record.fields.get(name)
            for machine in self.machines
        ]
        assert all(value == found[0] for value in found), found
        return found[0]


@asynccontextmanager
async def contestants(folder: Path, **values: str) -> AsyncIterator[Contest]:
    """Both rooms and the hub hold one record of these values."""
    async with county(folder) as place:
        first = await place.room("甲室", is_first=True)
        second = await place.room("乙室")
        made = Contest(place, first, second)
        await made.make(**(values or {"title": "原题名", "date": "20200102"}))
        yield made
