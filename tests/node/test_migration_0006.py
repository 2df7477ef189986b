"""Tickets, decisions and former codes of a database that an older program left."""

from __future__ import annotations

from pathlib import Path

from node.history.upgrading import bring_rows_up_to_date
from node.store.port import Rows
from protocol.identity import Dot
from protocol.operations import Create, Resolve, Set, Withdraw, Write
from tests.node.test_ticket_classes import everybody, save, tickets, write
from tests.support.exchanges import LEVEL, TITLE, Site, World
from tests.support.older_stores import make_version_1

CODE = 10
CODES = ("0001-WS·2020-Y-0001", "0001-WS·2020-Y-0002")


async def portrait(site: Site) -> object:
    """Everything that is made of the log anew, by keys that do not change."""

    def read(rows: Rows) -> object:
        told = [
            (each.subject, each.version, each.ticket_class, each.weight)
            for each in rows.tickets.all()
        ]
        former = [sorted(rows.former_codes.records(code)) for code in CODES]
        return told, former, rows.decisions.newest(0, 99), rows.tickets.rooms()

    return await site.store.read(read)


async def add(world: World, site: Site, code: str, title: str) -> Dot:
    values = ((LEVEL, 3), (CODE, code), (TITLE, title))
    return await save(world, site, (Create, values))


async def test_an_older_store_comes_to_the_same_tickets(tmp_path: Path) -> None:
    world = await World.make(tmp_path)
    one = await add(world, world.first, CODES[0], "甲")
    two = await add(world, world.first, CODES[1], "乙")
    three = await add(world, world.second, CODES[0], "丙")
    await everybody(world)
    await write(world, world.first, one, TITLE, "甲一", one)
    await write(world, world.second, one, TITLE, "甲二", one)
    await write(world, world.first, two, CODE, CODES[0], two)
    sides = [
        await write(world, world.first, two, TITLE, "乙一", two),
        await write(world, world.second, two, TITLE, "乙二", two),
    ]
    await save(world, world.first, (Withdraw, three, (three,), (), "重复"))
    await save(world, world.second, (Set, three, (Write(TITLE, "丙一", (three,)),)))
    await everybody(world)
    version = next(
        each.version
        for each in await tickets(world, world.hub)
        if each.field == TITLE
        and each.subject[1:25] == two.log + two.n.to_bytes(8, "big")
    )
    decided = Write(TITLE, "乙三", tuple(sorted(sides)))
    await save(world, world.hub, (Resolve, two, decided, 2, version, "原件"))
    await everybody(world)
    for site in world.sites:
        before = await portrait(site)
        await site.close()
        make_version_1(site.home)
        await site.reopen_closed()
        assert await bring_rows_up_to_date(site.store)
        assert await portrait(site) == before
    await world.close()
