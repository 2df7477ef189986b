"""The desk at a real hub: what two rooms wrote apart, decided and signed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.home import Home
from node.machine import Machine
from protocol.operations import Actor
from tests.support.contests import contested
from tests.support.desks import at_desk, at_once, keys, shown, until
from tui.desk.machine_desk import MachineDesk

OPERATOR = Actor("张三")
PASSPHRASE = "长城万里"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Machine]:
    machine = await Machine.open(Home(await contested(tmp_path, 3)))
    yield machine
    await machine.close()


async def test_an_operator_signs_what_is_decided_and_asks_and_takes_back(
    hub: Machine,
) -> None:
    await hub.catalogue.operators.add(OPERATOR, OPERATOR.name, PASSPHRASE)
    desk = MachineDesk(hub, OPERATOR)
    async with at_desk(desk, first="queue") as pilot:
        await until(pilot, "共 3 件待裁")
        await keys(pilot, "enter", "2")
        await until(pilot, "理由:")
        await keys(pilot, "enter")
        await until(pilot, "裁定员登录")
        await at_once(pilot, f"{PASSPHRASE}\r")
        await until(pilot, "已裁定")
        (made,) = await desk.tickets.decided(0, 10)
        assert (made.who, made.signature) == (OPERATOR.name, "verified")
        await keys(pilot, "4", "enter", "enter")
        await until(pilot, "已退回")
        await keys(pilot, "1", "enter")
        await until(pilot, lambda: "待裁队列" in shown(pilot)[0])
        counts = await desk.tickets.counts()
        assert counts.total == 1
        assert not await desk.tickets.held()
        await keys(pilot, "9", "enter", "enter", "1", "enter")
        await until(pilot, "已撤销裁定")
    assert (await desk.tickets.counts()).total == 2


async def test_the_rooms_of_a_hub_are_told_as_they_are(hub: Machine) -> None:
    async with at_desk(MachineDesk(hub, OPERATOR), first="rooms") as pilot:
        await until(pilot, "2 个室,")
        rows = [line for line in shown(pilot) if "可信" in line]
        assert ["甲室" in row or "乙室" in row for row in rows] == [True, True]
        assert [row.split()[-1] for row in rows] == ["3", "3"]
        await keys(pilot, "enter")
        await until(pilot, "没有隔离的变更集")
        assert "A01" in "\n".join(shown(pilot))
        await keys(pilot, "1", "enter")
        await until(pilot, "3 件")
