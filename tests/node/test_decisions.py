"""Decisions on tickets of fields: at a hub, with two rooms that wrote apart."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.deciding.faults import (
    DecidedAtHub,
    DecisionGone,
    RulingNotOffered,
    StaleTicket,
    UnknownTicket,
)
from node.catalogue.deciding.ruling import READY_REASONS, Ruling, RulingKind
from node.catalogue.deciding.views import TalkState, TicketView, Wanted
from node.errors import InvalidValue
from node.machine import Machine
from node.store.ticket_port import TicketClass
from protocol.operations import Actor
from tests.support.county import CLERK, FONDS, County, assert_even, county

HUB = Actor("裁决员")
TAKE = Ruling(RulingKind.TAKE, side=1)


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


@pytest.fixture
async def contest(tmp_path: Path) -> AsyncIterator[Contest]:
    async with county(tmp_path) as place:
        first = await place.room("甲室", is_first=True)
        second = await place.room("乙室")
        made = Contest(place, first, second)
        await made.make(title="原题名", date="20200102")
        yield made


async def test_one_of_the_values_is_taken_and_keeps_its_author(
    contest: Contest,
) -> None:
    await contest.write({"title": "甲题名"}, {"title": "乙题名"})
    ticket = await contest.ticket()
    assert (ticket.ticket_class, ticket.field, ticket.fonds) == (
        TicketClass.FIELD,
        "title",
        FONDS,
    )
    assert {side.text for side in ticket.sides} == {"甲题名", "乙题名"}
    assert set(ticket.rooms) == {"甲室", "乙室"}
    theirs = next(side for side in ticket.sides if side.text == "乙题名")
    decision = await contest.decide(Ruling(RulingKind.TAKE, side=theirs.number))
    assert await contest.tickets() == ()
    await contest.meet()
    assert await contest.field("title") == "乙题名"
    for machine in contest.machines:
        assert await contest.tickets(machine) == ()
        (made,) = await machine.catalogue.decisions.decided(CLERK)
        assert (made.id, made.value, made.who) == (decision, "乙题名", HUB.name)
        assert made.reason == READY_REASONS[RulingKind.TAKE]
        assert made.is_standing
    await assert_even(contest.hub, contest.first, contest.second)
