"""Several decisions of several operations on one record: each stands for itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.deciding.faults import DecisionGone
from node.catalogue.deciding.ruling import Ruling, RulingKind
from tests.support.contestants import HUB, Contest, contestants
from tests.support.county import CLERK, assert_even

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
