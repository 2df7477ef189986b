"""Papers catalogued twice in two rooms: the same tickets everywhere, one decision."""

from __future__ import annotations

import asyncio
from pathlib import Path

from node.catalogue.deciding.ruling import Ruling, RulingKind
from node.catalogue.likeness.papers import Wanted
from node.history.tickets import ticket_id
from node.machine import Machine
from node.store.port import Rows
from node.store.ticket_port import TicketClass
from protocol.operations import Actor
from tests.support.county import county

CLERK = Actor("其其格")
FONDS = ("0073",)
TITLE = "库伦旗人民政府关于做好防汛抗旱工作的通知"
_PATIENCE_SECONDS = 20


async def duplicates(machine: Machine) -> set[tuple[bytes, int, bytes]]:
    """What the tickets are about, how heavy they are, and their versions."""

    def read(rows: Rows) -> set[tuple[bytes, int, bytes]]:
        return {
            (row.subject, row.weight, row.version)
            for row in rows.tickets.all()
            if row.ticket_class == TicketClass.DUPLICATE
        }

    return await machine.store.read(read)


async def looked(*machines: Machine) -> list[set[tuple[bytes, int, bytes]]]:
    """The tickets of each machine once all of them have looked."""
    for machine in machines:
        await machine.catalogue.papers.refresh(CLERK)
    return [await duplicates(machine) for machine in machines]


async def add(machine: Machine, title: str, number: str) -> str:
    values = {"title": title, "doc_no": number, "date": "2019-03-05"}
    return (await machine.catalogue.add(CLERK, FONDS[0], values)).id


async def decide(hub: Machine, kind: RulingKind) -> str:
    await hub.catalogue.papers.refresh(CLERK)
    (row,) = [
        row
        for row in await hub.store.read(lambda rows: list(rows.tickets.all()))
        if row.ticket_class == TicketClass.DUPLICATE
    ]
    decided = await hub.catalogue.decisions.decide(
        CLERK, None, ticket_id(row), Ruling(kind)
    )
    return decided.decision


async def test_hub_and_rooms_have_the_same_tickets_whatever_came_first(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        first = await place.room("甲", FONDS, is_first=True)
        second = await place.room("乙", FONDS)
        await place.sync(second)
        for n in range(1, 6):
            await add(first, TITLE, f"库政发〔2019〕{n}号")
        for n in range(4, 9):
            await add(second, TITLE.replace("人民", ""), f"库政发[2019]0{n}号")
        for room in (second, first, second):
            await first.catalogue.papers.refresh(CLERK)
            await place.sync(room)
        mine, theirs, hubs = await looked(first, second, place.hub)
        assert mine == theirs == hubs
        assert len(hubs) == 2


async def test_a_hub_looks_by_itself_beside_its_exchanges(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", FONDS, is_first=True)
        await add(room, TITLE, "库政发〔2019〕1号")
        await add(room, TITLE, "库政发[2019]1号")
        await place.sync(room)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not await duplicates(place.hub):
                continue


async def test_a_decided_pair_stays_decided_and_comes_back_with_its_undoing(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", FONDS, is_first=True)
        one = await add(room, TITLE, "库政发〔2019〕1号")
        other = await add(room, TITLE, "库政发[2019]1号")
        await place.sync(room)
        before = await looked(room, place.hub)
        for kind in (RulingKind.DISTINCT, RulingKind.MERGE):
            decision = await decide(place.hub, kind)
            await place.sync(room)
            assert await looked(room, place.hub) == [set(), set()]
            await room.catalogue.set(CLERK, one, {"pages": str(len(kind))})
            await place.sync(room)
            assert await looked(room, place.hub) == [set(), set()]
            await place.hub.catalogue.decisions.undo(CLERK, None, decision)
            await place.sync(room)
            assert await looked(room, place.hub) == before
        assert (await room.catalogue.show(CLERK, other)).record.state == "active"


async def test_a_room_asks_without_a_link_what_is_digitised_elsewhere(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        scanning = await place.room("甲", ("0074",), is_first=True)
        asking = await place.room("乙", FONDS, is_first=True)
        values = {"title": TITLE, "doc_no": "库政发〔2019〕1号", "origin": "数字化"}
        await scanning.catalogue.add(CLERK, "0074", values)
        await place.sync(scanning)
        await place.hub.catalogue.papers.refresh(CLERK)
        await place.hub.catalogue.agreements.share_digests(CLERK, None)
        await place.sync(asking)
        wanted = await add(asking, TITLE.replace("人民", ""), "库政发[2019] 01 号")
        await add(asking, TITLE, "库政发〔2019〕2号")
        listed = await asking.catalogue.extracts.digest_list(CLERK)
        assert listed is not None
        asked = Wanted(fonds=FONDS[0], year=2019)
        answer = await asking.catalogue.papers.ask(CLERK, asked, listed)
        assert answer.asked == 2
        ((found, held),) = [(each.record.id, each.held) for each in answer.found]
        assert found == wanted
        assert [(each.fonds, each.by_number) for each in held] == [("0074", True)]
