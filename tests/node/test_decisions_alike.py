"""同类照此: many tickets decided as one looked at, cut off, and taken back together."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.deciding.bulk import Alike, Pattern, Pick, plan_bulk
from node.catalogue.deciding.faults import DecisionGone, UnknownDecision
from node.catalogue.deciding.likes import bare
from node.catalogue.deciding.views import Wanted
from node.errors import UnknownField
from node.faults import VARIABLE
from node.history.checking import check
from node.home import Home
from node.machine import Machine
from node.operator_errors import OperatorNeeded
from tests.support.bulk_operator import LONGER
from tests.support.contestants import HUB, Contest, contestants
from tests.support.county import CLERK, FONDS, assert_even
from tests.support.forks import Forked

RECORDS = 7


async def _make(contest: Contest, amount: int) -> list[str]:
    """Records whose titles differ in punctuation; one differs in words."""
    ids = [
        (await contest.first.catalogue.add(CLERK, FONDS, {"title": f"原{n}"})).id
        for n in range(amount)
    ]
    await contest.meet()
    for number, record in enumerate(ids):
        other = "另一题名" if number == 0 else f"关于第{number}件事的通知"
        await contest.first.catalogue.set(
            CLERK, record, {"title": f"关于第{number}件事的通知。"}
        )
        await contest.second.catalogue.set(CLERK, record, {"title": other})
    await contest.meet()
    return ids


@pytest.fixture
async def contest(tmp_path: Path) -> AsyncIterator[Contest]:
    async with contestants(tmp_path) as made:
        await _make(made, RECORDS)
        yield made


def test_texts_are_bare_without_punctuation_width_and_case() -> None:
    assert bare("关于 A，Ｂ 的（通知）。") == bare("关于Ab的通知")
    assert bare("甲") != bare("乙")


async def test_what_is_alike_is_looked_at_decided_and_taken_back(
    contest: Contest,
) -> None:
    decisions = contest.hub.catalogue.decisions
    preview = await decisions.alike(HUB, LONGER)
    assert preview.total == RECORDS - 1
    assert len(preview.sample) == 5
    assert all(each.after.endswith("。") for each in preview.sample)
    (first, *_) = preview.sample
    await contest.second.catalogue.set(CLERK, first.ticket.record, {"title": "又改"})
    await contest.meet()
    done = await decisions.decide_alike(HUB, None, preview, "标点从甲室")
    assert (done.decided, done.left) == (RECORDS - 2, 1)
    assert len(await contest.tickets()) == 1
    await contest.meet()
    made = await contest.first.catalogue.decisions.decided(CLERK)
    assert {each.reason for each in made} == {"标点从甲室"}
    assert len(made) == RECORDS - 2
    undone = await decisions.undo_bulk(HUB, None, done.bulk_no)
    assert (undone.records, undone.kept) == (RECORDS - 2, 0)
    await contest.meet()
    for machine in contest.machines:
        assert len(await contest.tickets(machine)) == RECORDS - 1
    with pytest.raises(DecisionGone):
        await decisions.undo_bulk(HUB, None, done.bulk_no)
    with pytest.raises(UnknownDecision):
        await decisions.undo_bulk(HUB, None, done.bulk_no + 1)
    await assert_even(contest.hub, contest.first, contest.second)


async def test_ways_in_which_tickets_are_alike(contest: Contest) -> None:
    decisions = contest.hub.catalogue.decisions
    for alike, total in (
        (Alike(pick=Pick.LATER), RECORDS),
        (Alike(pick=Pick.EARLIER, wanted=Wanted(field="title")), RECORDS),
        (Alike(pick=Pick.SHORTER, wanted=Wanted(field="date")), 0),
        (Alike(pick=Pick.FILLED, pattern=Pattern.EMPTY), 0),
        (Alike(pick=Pick.SHORTER, pattern=Pattern.CONTAINED), RECORDS - 1),
        (Alike(pick=Pick.ROOM, pick_room="乙室", rooms=("甲室", "乙室")), RECORDS),
        (Alike(pick=Pick.ROOM, pick_room="乙室", rooms=("甲室", "丙室")), 0),
        (Alike(pick=Pick.ADOPT), 0),
    ):
        assert (await decisions.alike(HUB, alike)).total == total, alike
    with pytest.raises(UnknownField):
        await decisions.alike(HUB, Alike(wanted=Wanted(field="没有的")))


async def test_a_bulk_of_an_operator_waits_for_that_operator(contest: Contest) -> None:
    hub = contest.hub.catalogue
    preview = await hub.decisions.alike(HUB, LONGER)
    wang = await hub.operators.add(HUB, "王芳", "芝麻开门")
    other = await hub.operators.add(HUB, "李雷", "芝麻开门")
    with pytest.raises(OperatorNeeded):
        await hub.decisions.decide_alike(HUB, None, preview)
    await plan_bulk(hub.premises, wang.actor, wang, preview, "")
    assert await contest.hub.catalogue.recover() == 0
    assert await hub.decisions.recover(other) == []
    assert len(await contest.tickets()) == RECORDS
    (done,) = await hub.decisions.recover(wang)
    assert (done.decided, done.left) == (RECORDS - 1, 0)
    made = await hub.decisions.decided(HUB)
    assert {(each.signature, each.signer) for each in made} == {("verified", "王芳")}
    undone = await hub.decisions.undo_bulk(HUB, other, done.bulk_no)
    assert undone.records == RECORDS - 1
    assert len(await contest.tickets()) == RECORDS


def _operator(home: Path, act: str, fault: str) -> subprocess.Popen[str]:
    return Forked(
        [sys.executable, "-m", "tests.support.bulk_operator", str(home), act],
        cwd=Path(__file__).parents[2],
        env={**os.environ, VARIABLE: fault},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.journey
@pytest.mark.timeout(300)
@pytest.mark.parametrize("act", ["decide", "undo"])
async def test_a_bulk_cut_at_a_commit_is_finished_or_has_not_been(
    tmp_path: Path, act: str
) -> None:
    async with contestants(tmp_path / "place") as made:
        await _make(made, RECORDS)
        if act == "undo":
            decisions = made.hub.catalogue.decisions
            await decisions.decide_alike(HUB, None, await decisions.alike(HUB, LONGER))
    source = tmp_path / "place" / "hub"
    before, after = (RECORDS, 1) if act == "decide" else (1, RECORDS)
    ends = set()
    for number in range(1, 60, 2):
        home = tmp_path / f"hub-{number}"
        shutil.copytree(source, home)
        operator = _operator(home, act, f"commit:{number}")
        operator.communicate(timeout=60)
        assert operator.returncode in (0, -signal.SIGKILL)
        machine = await Machine.open(Home(home))
        await machine.catalogue.recover()
        assert await machine.store.read(lambda rows: rows.acts.unfinished()) == []
        page = await machine.catalogue.decisions.list(HUB)
        assert page.total in (before, after)
        ends.add(page.total)
        report = await check(machine.store, machine.keys, machine.home, rebuild=True)
        assert report.faults == []
        await machine.close()
        if operator.returncode == 0:
            break
    assert after in ends
