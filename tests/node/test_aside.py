"""What is set aside, and what came from elsewhere, told from the store."""

from __future__ import annotations

from pathlib import Path

from node.catalogue.whereabouts import Word
from tests.support.county import CLERK, add_many, county, fill


async def test_the_hub_names_the_set_its_author_and_its_records(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        room = await place.room("甲", is_first=True)
        await place.sync(room)
        await room.catalogue.open_fonds(CLERK, "0099", "没有授权的全宗")
        for number in range(3):
            values = {
                "title": f"第{number}号请示",
                "code": f"0099-WS·2020-Y-000{number + 1}",
            }
            await room.catalogue.add(CLERK, "0099", values)
        await place.sync(room)
        for machine in (room, place.hub):
            sets = await machine.catalogue.aside.sets(CLERK)
            assert {each.word for each in sets} == {Word.QUARANTINED}
            assert {each.reason for each in sets} == {"scope"}
            assert {each.machine for each in sets} == {"甲"}
            touched = [each for held in sets for each in held.records]
            titles = {each.title for each in touched}
            assert titles == {"没有授权的全宗"} | {f"第{n}号请示" for n in range(3)}
            assert {each.is_here for each in touched} == {machine is room}
            assert all(each.people == (CLERK.name,) for each in sets)


async def test_an_old_machine_is_not_told_of_its_history(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        first = await place.room("甲", is_first=True)
        second = await place.room("乙")
        await fill(first, 300)
        await place.sync(first)
        await place.sync(second)
        deliveries = second.catalogue.deliveries
        assert (await deliveries.unseen(CLERK)).senders == ()
        assert await deliveries.records(CLERK) == []


async def test_arrivals_are_told_until_somebody_has_looked(tmp_path: Path) -> None:
    async with county(tmp_path) as place:
        first = await place.room("甲", is_first=True)
        second = await place.room("乙")
        deliveries = second.catalogue.deliveries
        await deliveries.unseen(CLERK)
        await add_many(first, 3)
        await place.sync(first)
        await place.sync(second)
        told = await deliveries.unseen(CLERK)
        (sender,) = told.senders
        assert (sender.machine, sender.records) == ("甲", 3)
        found = await deliveries.records(CLERK)
        assert len(found) == 3
        assert all(each.is_new and each.who == CLERK.name for each in found)
        changed = found[0].record.id
        # What comes while somebody reads the list is not taken for looked at.
        await first.catalogue.set(CLERK, changed, {"notes": "缺第二页"})
        await place.sync(first)
        await place.sync(second)
        await deliveries.seen(CLERK, told.mark)
        (again,) = await deliveries.records(CLERK)
        assert (again.record.id, again.is_new) == (changed, False)
        await deliveries.seen(CLERK, (await deliveries.unseen(CLERK)).mark)
        assert (await deliveries.unseen(CLERK)).operations == 0
        assert len(await deliveries.records(CLERK, limit=1)) == 0
        own = first.catalogue.deliveries
        await own.unseen(CLERK)
        assert (await own.unseen(CLERK)).senders == (), "own work is no arrival"
