"""外单位摘录 at the desk: told beside one's own hits, looked at, and nothing else."""

from __future__ import annotations

from pathlib import Path

from node.catalogue.agreement_words import Terms
from tests.support.desks import at_desk, keys, settled, shown, typed
from tests.support.union import CLERK, UNTIL, Union
from tui.desk.machine_desk import MachineDesk
from tui.screens.lent import LentScreen
from tui.widgets.ledger import Ledger


async def test_what_others_lent_is_told_and_looked_at(tmp_path: Path) -> None:
    union = await Union.make(tmp_path)
    await union.add("关于防汛工作的通知", code="0073-WS·2020-Y-BGS-0001")
    await union.meet(union.a)
    await union.hub.catalogue.agreements.add(
        CLERK, "农业局", "0073", Terms(until=UNTIL)
    )
    await union.b.catalogue.add(CLERK, "0074", {"title": "防汛值班表"})
    await union.meet(union.b)
    async with at_desk(MachineDesk(union.b, CLERK), first="search") as pilot:
        await typed(pilot, "防汛")
        text = "\n".join(shown(pilot))
        assert "找到 1 件" in text
        assert "另有外单位摘录 1 件" in text
        await keys(pilot, "tab", "1", "1", "enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, LentScreen)
        line = pilot.app.screen.query_one(Ledger).line_at(0)
        assert line is not None
        assert line.cells[0] == "0073 水利局全宗"
        assert line.cells[2] == "关于防汛工作的通知"
        assert line.cells[-1] == UNTIL
        text = "\n".join(shown(pilot))
        assert "科左中旗档案馆提供" in text
        assert "只供查阅" in text
        await keys(pilot, "escape", "escape")
        await settled(pilot)
        await typed(pilot, "没有的")
        assert "外单位" not in "\n".join(shown(pilot))
    await union.close()
