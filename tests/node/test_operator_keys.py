"""Keys of operators: a file each, sealed under a passphrase, and who is one."""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.errors import InvalidValue, KeyMissing, UnknownScope
from node.home import Home
from node.machine import Machine
from node.operator_errors import (
    OperatorExists,
    OperatorRevoked,
    UnknownOperator,
    WrongPassphrase,
)
from node.operator_keys import INTERACTIVE, Cost, OperatorKeys
from protocol.canonical import pack, unpack
from protocol.operations import Actor
from tests.support.machines import FixedClock

KEEPER = Actor("管理员")
CHEAP = Cost(1, 8192)
PASSPHRASE = "档案馆三楼的钥匙"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "hub")
    made.make()
    return made


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Machine]:
    home = Home(tmp_path / "hub")
    machine = await Machine.init_hub(home, "中心", clock=FixedClock())
    yield machine
    await machine.close()


def test_a_key_opens_with_its_passphrase_alone(home: Home) -> None:
    made = OperatorKeys(home, CHEAP).make("王芳", PASSPHRASE)
    assert OperatorKeys.open(home, "王芳", PASSPHRASE) == made
    (held,) = OperatorKeys(home).held()
    before = held.path.read_bytes()
    for wrong in ("", "档案馆三楼", PASSPHRASE + " "):
        with pytest.raises(WrongPassphrase):
            OperatorKeys.open(home, "王芳", wrong)
    assert held.path.read_bytes() == before
    with pytest.raises(UnknownOperator) as caught:
        OperatorKeys.open(home, "李四", PASSPHRASE)
    assert caught.value.known == ("王芳",)


def test_the_seed_stands_nowhere_in_clear(home: Home) -> None:
    made = OperatorKeys(home, CHEAP).make("王芳", PASSPHRASE)
    (held,) = OperatorKeys(home).held()
    content = held.path.read_bytes()
    assert made.seed not in content
    assert stat.S_IMODE(held.path.stat().st_mode) == 0o600
    assert repr(made.seed)[2:-1] not in repr(made) + repr(held)
    assert [path.name for path in home.keys.iterdir()] == [held.path.name]


def test_full_width_letters_of_an_input_method_are_plain_ones(home: Home) -> None:
    OperatorKeys(home, CHEAP).make("Ａ王芳 ", "ｋｅｙ１２３")
    assert OperatorKeys.open(home, "A王芳", "key123").name == "A王芳"


def test_a_key_without_a_passphrase_says_so(home: Home) -> None:
    made = OperatorKeys(home, CHEAP).make("王芳", "")
    (held,) = OperatorKeys(home).held()
    assert not held.asks_passphrase
    assert OperatorKeys.open(home, "王芳", "") == made


def test_a_file_that_is_not_whole_is_no_key_and_spoils_no_other(home: Home) -> None:
    keys = OperatorKeys(home, CHEAP)
    wang = keys.make("王芳", PASSPHRASE)
    li = keys.make("李四", PASSPHRASE)
    damaged = keys.of("王芳")
    assert damaged is not None
    content = damaged.path.read_bytes()
    items = unpack(content)
    assert isinstance(items, tuple)
    spoilt = [content[:end] for end in range(0, len(content), 7)]
    spoilt += [
        content + b"\0",
        pack((2, *items[1:])),
        pack((*items[:4], 1, 1 << 40, *items[6:])),
        pack((*items[:4], 1 << 20, 8192, *items[6:])),
        pack((*items[:6], b"short", items[7])),
    ]
    for each in spoilt:
        damaged.path.write_bytes(each)
        with pytest.raises(KeyMissing):
            OperatorKeys.open(home, "王芳", PASSPHRASE)
        assert OperatorKeys.open(home, "李四", PASSPHRASE) == li
    damaged.path.write_bytes(pack((*items[:2], li.public_key, *items[3:])))
    with pytest.raises(KeyMissing):
        OperatorKeys.open(home, "王芳", PASSPHRASE)
    damaged.path.write_bytes(content)
    assert OperatorKeys.open(home, "王芳", PASSPHRASE) == wang


def test_the_usual_cost_is_what_a_small_hub_can_bear() -> None:
    assert INTERACTIVE.memory_bytes <= 64 * 1024 * 1024


async def test_an_operator_is_named_signed_in_and_let_go(hub: Machine) -> None:
    operators = hub.catalogue.operators
    assert await operators.all(KEEPER) == ()
    made = await operators.add(KEEPER, " 王芳 ", PASSPHRASE)
    (view,) = await operators.all(KEEPER)
    assert (view.name, view.public_key) == ("王芳", made.public_key)
    assert (view.is_in_force, view.has_key_here, view.asks_passphrase) == (True,) * 3
    assert await operators.open(KEEPER, "王芳", PASSPHRASE) == made
    with pytest.raises(WrongPassphrase):
        await operators.open(KEEPER, "王芳", "错")
    with pytest.raises(OperatorExists):
        await operators.add(KEEPER, "王芳", "另一个")
    assert await operators.open(KEEPER, "王芳", PASSPHRASE) == made
    await operators.remove(KEEPER, "王芳")
    assert OperatorKeys(hub.home).held() == []
    with pytest.raises(OperatorRevoked):
        await operators.open(KEEPER, "王芳", PASSPHRASE)
    with pytest.raises(UnknownOperator):
        await operators.remove(KEEPER, "王芳")
    with pytest.raises(UnknownOperator):
        await operators.open(KEEPER, "李四", PASSPHRASE)


async def test_a_name_that_cannot_stand_is_refused(hub: Machine) -> None:
    for name in ("", "  ", "王\n芳", "王" * 100):
        with pytest.raises(InvalidValue):
            await hub.catalogue.operators.add(KEEPER, name, PASSPHRASE)
    assert OperatorKeys(hub.home).held() == []


async def test_a_lost_passphrase_is_mended_by_a_new_key(hub: Machine) -> None:
    operators = hub.catalogue.operators
    old = await operators.add(KEEPER, "王芳", "忘了")
    await operators.remove(KEEPER, "王芳")
    new = await operators.add(KEEPER, "王芳", PASSPHRASE)
    assert new.public_key != old.public_key
    assert await operators.open(KEEPER, "王芳", PASSPHRASE) == new
    found = await operators.all(KEEPER)
    assert [(each.is_in_force, each.has_key_here) for each in found] == [
        (True, True),
        (False, False),
    ]


async def test_a_key_whose_naming_was_cut_short_stands_in_nobodys_way(
    hub: Machine,
) -> None:
    """The key was on the disk, and the power went before the hub named it."""
    OperatorKeys(hub.home, CHEAP).make("王芳", "先前的")
    with pytest.raises(UnknownOperator):
        await hub.catalogue.operators.open(KEEPER, "王芳", "先前的")
    made = await hub.catalogue.operators.add(KEEPER, "王芳", PASSPHRASE)
    assert await hub.catalogue.operators.open(KEEPER, "王芳", PASSPHRASE) == made
    assert len(OperatorKeys(hub.home).held()) == 1


async def test_a_room_has_no_operators(tmp_path: Path) -> None:
    room = await Machine.init_room(Home(tmp_path / "room"), "室", {"1": "全宗"})
    with pytest.raises(UnknownScope):
        await room.catalogue.operators.add(KEEPER, "王芳", PASSPHRASE)
    assert OperatorKeys(room.home).held() == []
    await room.close()
