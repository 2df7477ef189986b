"""What stands in an open field is the same on every machine; receipts are told."""

from __future__ import annotations

from pathlib import Path

from node.machine import Machine
from tests.support.county import CLERK, FONDS, county


async def _field(machine: Machine, record: str, name: str) -> object:
    return (await machine.catalogue.show(CLERK, record)).record.fields[name]


async def test_an_open_field_shows_the_same_value_on_every_machine(
    tmp_path: Path,
) -> None:
    """Titles: first in the hub's order. Retention: what stood there before."""
    async with county(tmp_path) as place:
        first = await place.room("甲", is_first=True)
        second = await place.room("乙")
        values: dict[str, str | int] = {
            "title": "原题名",
            "retention_code": "D30",
            "year": 2020,
        }
        record = (await first.catalogue.add(CLERK, FONDS, values)).id
        await place.sync(first)
        await place.sync(second)
        await first.catalogue.set(
            CLERK, record, {"title": "甲题名", "retention_code": "Y"}
        )
        await second.catalogue.set(
            CLERK, record, {"title": "乙题名", "retention_code": "D10"}
        )
        assert await _field(first, record, "title") == "甲题名"
        assert await _field(second, record, "title") == "乙题名"
        await place.sync(second)
        await place.sync(first)
        await place.sync(second)
        for machine in (place.hub, first, second):
            assert await _field(machine, record, "title") == "乙题名"
            assert await _field(machine, record, "retention_code") == "D30"
            tickets = await machine.catalogue.conflicts(CLERK)
            assert {ticket.field for ticket in tickets} == {"title", "retention_code"}
            assert {ticket.title for ticket in tickets} == {"乙题名"}


async def test_every_change_that_the_hub_has_is_told_with_a_receipt(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        record = (await room.catalogue.add(CLERK, FONDS, {"title": "一"})).id
        await room.catalogue.set(CLERK, record, {"title": "二"})
        await place.sync(room)
        await room.catalogue.set(CLERK, record, {"title": "三"})
        history = (await room.catalogue.show(CLERK, record)).history
        assert [change.receipt > 0 for change in history] == [True, True, False]
        await place.sync(room)
        later = (await room.catalogue.show(CLERK, record)).history
        assert [c.receipt for c in later][:2] == [c.receipt for c in history][:2]
        assert later[2].receipt > later[1].receipt
