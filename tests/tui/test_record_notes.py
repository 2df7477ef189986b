"""附注 on a record's page: the value that lost by rule, and bringing it back."""

from __future__ import annotations

from pathlib import Path

from tests.support.county import CLERK, FONDS, county
from tests.support.desks import at_desk, keys, shown, until
from tui.desk.machine_desk import MachineDesk


async def test_a_value_that_lost_by_rule_is_brought_back_by_one_command(
    tmp_path: Path,
) -> None:
    async with county(tmp_path) as place:
        first = await place.room("甲室", is_first=True)
        second = await place.room("乙室")
        values = {"title": "关于防汛的通知", "location": "1号库"}
        record = (await first.catalogue.add(CLERK, FONDS, values)).id
        for room in (first, second):
            await place.sync(room)
        await first.catalogue.set(CLERK, record, {"location": "2号库"})
        await second.catalogue.set(CLERK, record, {"location": "3号库"})
        for room in (first, second, first):
            await place.sync(room)
        now = (await first.catalogue.show(CLERK, record)).record.fields["location"]
        other = "3号库" if now == "2号库" else "2号库"
        assert (await first.catalogue.decisions.my_counts(CLERK)).waiting == 0
        desk = MachineDesk(first, CLERK)
        async with at_desk(desk, size=(100, 40)) as pilot:
            await pilot.app.open("record", record)  # type: ignore[attr-defined]
            await until(pilot, "6 用没采用的值")
            await keys(pilot, "6", "enter")
            await until(pilot, f"已换成 存储位置:{other}")
            assert "待裁" not in "\n".join(shown(pilot))
        await place.sync(first)
        assert not (await desk.records.detail(record)).open
        fields = (await first.catalogue.show(CLERK, record)).record.fields
        assert fields["location"] == other
