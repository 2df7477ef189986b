"""Several decisions of several operations on one record: each stands for itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.deciding.faults import DecisionGone
from node.catalogue.deciding.ruling import Ruling, RulingKind
from tests.support.contestants import HUB, Contest, contestants
from tests.support.county import CLERK, FONDS, assert_even

CODE = "A001-WS·2020-D30-0001"
BOTH = Ruling(RulingKind.BOTH, side=1)


@pytest.fixture
async def contest(tmp_path: Path) -> AsyncIterator[Contest]:
    async with contestants(tmp_path) as made:
        yield made


async def test_a_later_decision_on_the_record_does_not_end_the_undo_of_the_first(
    contest: Contest,
) -> None:
    decisions = contest.hub.catalogue.decisions
    await contest.write({"date": "20200103"}, {"date": "20200104"})
    (first_ticket,) = await contest.tickets()
    first = await contest.decide(BOTH)
    await contest.meet()
    await contest.write({"title": "甲题名"}, {"title": "乙题名"})
    second = await contest.decide(BOTH)
    await contest.meet()
    assert len([r async for r in contest.first.catalogue.export_rows(CLERK)]) == 3
    assert {d.id for d in await decisions.decided(HUB) if d.is_standing} == {
        first,
        second,
    }
    undone = await decisions.undo(HUB, None, first)
    assert undone.records == 2
    await contest.meet()
    again = await contest.ticket()
    assert again.subject == first_ticket.subject
    with pytest.raises(DecisionGone):
        await decisions.undo(HUB, None, first)
    await decisions.undo(HUB, None, second)
    await contest.meet()
    assert len(await contest.tickets()) == 2
    assert len([r async for r in contest.first.catalogue.export_rows(CLERK)]) == 1
    await assert_even(contest.hub, contest.first, contest.second)


async def _alike(contest: Contest) -> None:
    values = {
        "title": "关于做好2020年防汛抗旱工作的通知",
        "doc_no": "库政发〔2020〕12号",
        "date": "20200601",
        "creators": "库伦旗人民政府",
    }
    first = {**values, "pages": "3", "code": CODE}
    await contest.first.catalogue.add(CLERK, FONDS, first)
    values["code"] = CODE[:-1] + "2"
    other = {**values, "date": "20200602", "location": "602", "creators": "水利局"}
    await contest.second.catalogue.add(CLERK, FONDS, other)
    await contest.meet()
    await contest.hub.catalogue.papers.refresh(CLERK)


async def test_a_merge_that_was_upheld_can_still_be_taken_back(
    contest: Contest,
) -> None:
    await _alike(contest)
    decisions, room = contest.hub.catalogue.decisions, contest.second.catalogue
    ticket = await contest.ticket()
    theirs = next(side for side in ticket.sides if side.machine == "乙室")
    merge = Ruling(RulingKind.MERGE, side=3 - theirs.number)
    decided = await contest.decide(merge)
    await contest.meet()
    await room.decisions.object(CLERK, decided, "不是同一件")
    await contest.meet()
    await contest.decide(Ruling(RulingKind.UPHOLD))
    await contest.meet()
    assert await contest.tickets() == ()
    assert (await room.show(CLERK, theirs.record)).record.id != theirs.record
    await decisions.undo(HUB, None, decided)
    await contest.meet()
    assert (await room.show(CLERK, theirs.record)).record.id == theirs.record
