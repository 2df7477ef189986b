"""Who decides what: one desk a ticket, one ticket a desk; the dead hold nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.holding import Holding, desk_of_process, is_alive
from node.home import Home
from node.machine import Machine
from protocol.operations import Actor

FIRST, SECOND = Actor("张三"), Actor("李四")
TICKET, OTHER = (1, b"\x01ticket"), (1, b"\x01other")


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    opened = await Machine.init_hub(Home(tmp_path), "旗档案馆")
    yield opened
    await opened.close()


def at(machine: Machine, desk: str, dead: frozenset[str] = frozenset()) -> Holding:
    return Holding(
        machine.catalogue.premises, desk=desk, is_alive=lambda name: name not in dead
    )


async def test_the_second_who_opens_a_ticket_is_told_who_has_it(
    machine: Machine,
) -> None:
    one, two = at(machine, "1"), at(machine, "2")
    assert (await one.take(FIRST, TICKET)).is_here
    held = await two.take(SECOND, TICKET)
    assert (held.operator, held.is_here) == ("张三", False)
    assert (await two.take(SECOND, OTHER)).is_here
    found = await two.all()
    assert {subject: held.operator for subject, held in found.items()} == {
        TICKET: "张三",
        OTHER: "李四",
    }


async def test_who_goes_on_to_the_next_lets_the_last_one_go(machine: Machine) -> None:
    one, two = at(machine, "1"), at(machine, "2")
    await one.take(FIRST, TICKET)
    await one.take(FIRST, OTHER)
    assert (await two.take(SECOND, TICKET)).is_here
    await one.release()
    assert set(await one.all()) == {TICKET}


async def test_looking_at_anothers_ticket_lets_the_own_one_go(
    machine: Machine,
) -> None:
    one, two = at(machine, "1"), at(machine, "2")
    await one.take(FIRST, TICKET)
    await two.take(SECOND, OTHER)
    assert not (await two.take(SECOND, TICKET)).is_here
    assert (await one.take(FIRST, OTHER)).is_here


async def test_what_a_dead_desk_held_is_free(machine: Machine) -> None:
    await at(machine, "1").take(FIRST, TICKET)
    two = at(machine, "2", dead=frozenset({"1"}))
    assert not await two.all()
    assert (await two.take(SECOND, TICKET)).is_here
    assert await two.take(SECOND, TICKET) == await two.take(SECOND, TICKET)


def test_a_process_is_known_by_more_than_its_number() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    desk = desk_of_process(process.pid)
    assert is_alive(desk)
    assert is_alive(desk_of_process())
    process.kill()
    process.wait()
    process.stdin.close()  # type: ignore[union-attr]
    assert not is_alive(desk)
    mine = desk_of_process().split()
    assert not is_alive(" ".join([mine[0], "1", *mine[2:]]))
    assert not is_alive("")
    assert mine[0] == str(os.getpid())
