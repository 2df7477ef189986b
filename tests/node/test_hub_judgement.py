"""What the hub makes of change-sets: each has its own verdict, and the rest goes on."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.catalogue.fields import SECRECY
from node.history.departures import outgoing_set
from node.history.hub import Received
from node.history.journal import save_all
from node.history.proof import equal_digests
from node.history.sealing import seal
from node.store.port import Rows
from node.store.row_types import SetState
from protocol.identity import Dot, Scope
from protocol.messages import GrantedScope, LogState, SetItem, Verdict
from protocol.operations import Create
from tests.support.convergence import open_site
from tests.support.exchanges import (
    CLERK,
    LEVEL,
    TITLE,
    Site,
    World,
    digest_of,
    exchange,
    own_log,
    titles_of,
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = await World.make(tmp_path)
    yield made
    await made.close()


async def wires(site: Site) -> list[bytes]:
    """All own sets, as they travel."""
    await site.room.prepare()

    def read(rows: Rows) -> list[bytes]:
        own = rows.logs.own()
        assert own is not None
        found = rows.sets.range(own.log_no, 1, 1 << 30)
        return [outgoing_set(row).wire_with_prev for row in found]

    return await site.store.read(read)


async def give(hub: Site, room: Site, *given: bytes) -> Received:
    """Hand sets over as the room, without an answer."""
    hello, _ = await room.room.hello(None)
    received = Received()
    await hub.hub.receive(hello, [SetItem(wire) for wire in given], received)
    return received


async def create_secret(site: Site, scope: Scope, title: str) -> Dot:
    """A record that the desk would have refused."""

    def do(rows: Rows) -> Dot:
        own, scope_no = rows.logs.own(), rows.scopes.number_of(scope)
        assert own is not None
        assert scope_no is not None
        values = ((LEVEL, 3), (TITLE, title), (SECRECY, "机密"))
        (made,) = save_all(rows, scope_no, lambda n: (Create(n, CLERK, 0, values),))
        return Dot(own.log, made.n)

    return await site.store.write(do)


async def seal_anything(site: Site) -> None:
    """Seal without the secrecy rule, as an old or a foreign program would."""
    await seal(site.store, site.keys, site.home, site.clock, None)


async def test_sets_out_of_order_wait_and_are_linked_when_the_gap_closes(
    world: World,
) -> None:
    for title in ("第一件", "第二件", "第三件"):
        await world.first.create(world.scope, title)
        await world.first.room.prepare()
    given = await wires(world.first)
    received = await give(world.hub, world.first, *reversed(given[1:]))
    assert received.counts == {Verdict.WAITING: len(given) - 1}
    received = await give(world.hub, world.first, given[0])
    assert received.counts == {Verdict.APPLIED: 1}
    assert "第三件" in await titles_of(world.hub, world.scope)
    await world.meet(world.first, world.second)
    assert await world.is_equal()


async def test_a_set_that_comes_twice_is_a_duplicate(world: World) -> None:
    given = await wires(world.first)
    await give(world.hub, world.first, *given)
    received = await give(world.hub, world.first, *given)
    assert received.counts == {Verdict.DUPLICATE: len(given)}


async def test_a_changed_byte_is_refused_and_the_rest_goes_on(world: World) -> None:
    await world.first.create(world.scope, "好的一件")
    (only,) = await wires(world.first)
    broken = only[:-1] + bytes([only[-1] ^ 1])
    received = await give(world.hub, world.first, broken, only)
    assert received.counts[Verdict.REFUSED] == 1
    assert received.counts[Verdict.APPLIED] == 1


@pytest.mark.parametrize("at", [1, 40, 70, 90, 120])
async def test_no_changed_byte_is_stored(world: World, at: int) -> None:
    (only,) = await wires(world.first)
    broken = bytearray(only)
    broken[at] ^= 0x10
    received = await give(world.hub, world.first, bytes(broken))
    assert set(received.counts) == {Verdict.REFUSED}
    state = await world.hub.store.read(
        lambda rows: rows.sets.in_state(None, SetState.WAITING, 10)
    )
    assert state == []


async def test_a_gap_that_the_operator_states_is_closed(world: World) -> None:
    for title in ("第一件", "丢了的一件", "第三件"):
        await world.first.create(world.scope, title)
        await world.first.room.prepare()
    given = await wires(world.first)
    await give(world.hub, world.first, given[0], given[-1])
    assert "第三件" not in await titles_of(world.hub, world.scope)
    own = await world.first.store.read(lambda rows: rows.logs.own())
    assert own is not None
    await world.hub.hub.registry.state_lost(own.log, 2, len(given) - 1)
    assert "第三件" in await titles_of(world.hub, world.scope)
    await give(world.hub, world.first, *given)
    assert "丢了的一件" in await titles_of(world.hub, world.scope)


async def test_a_fonds_without_a_grant_is_set_aside_until_it_is_granted(
    world: World,
) -> None:
    lone = await world.first.open_fonds("999")
    await world.first.create(lone, "没有授权的一件")
    await world.first.create(world.scope, "有授权的一件")
    await world.meet(world.first)
    assert "有授权的一件" in await titles_of(world.hub, world.scope)
    aside = await world.first.store.read(
        lambda rows: rows.sets.in_state(None, SetState.QUARANTINED, 10)
    )
    assert [row.reason for row in aside] == ["scope"]
    own = await world.first.store.read(lambda rows: rows.logs.own())
    assert own is not None
    await world.hub.hub.registry.grant(own.log, [GrantedScope(lone)])
    await world.meet(world.first)
    assert await titles_of(world.hub, lone) == {"没有授权的一件"}
    left = await world.first.store.read(
        lambda rows: rows.sets.in_state(None, SetState.QUARANTINED, 10)
    )
    assert left == []


@pytest.mark.parametrize("named", ["former", "newest"])
async def test_a_grant_is_to_the_machine_whichever_of_its_logs_it_names(
    world: World, named: str
) -> None:
    former = await own_log(world.first)
    lone = await world.first.open_fonds("999")
    await world.first.create(lone, "旧日志的一件")
    await world.meet(world.first)
    world.first.home.sidecar.unlink()
    await world.first.create(lone, "新日志的一件")
    await world.meet(world.first)
    newest = await own_log(world.first)
    assert newest != former
    log = former if named == "former" else newest
    await world.hub.hub.registry.grant(log, [GrantedScope(lone)])
    await world.meet(world.first)
    both = {"旧日志的一件", "新日志的一件"}
    assert await titles_of(world.hub, lone) == both
    digests = [await digest_of(site, lone) for site in (world.hub, world.first)]
    assert digests[0] == digests[1]


async def test_a_secret_is_barred_and_its_redaction_takes_its_place(
    world: World,
) -> None:
    await create_secret(world.first, world.scope, "不该在这里的一件")
    await seal_anything(world.first)
    await world.meet(world.first, world.second)
    for site in world.sites:
        removed = await site.store.read(
            lambda rows: rows.sets.in_state(None, SetState.REMOVED, 10)
        )
        assert all(row.body is None for row in removed)
    assert await world.is_equal()
    raw = (world.hub.home.database).read_bytes()
    assert "机密".encode() not in raw
    # The rest of the set is there again, under its old dots.
    assert "不该在这里的一件" in await titles_of(world.second, world.scope)
    proofs = await world.second.store.read(equal_digests)
    assert proofs[world.scope]


async def test_a_cut_takes_values_and_namings_back(world: World) -> None:
    record = await world.first.create(world.scope, "原题名")
    await world.meet(world.first, world.second)
    await world.second.set(world.scope, record, "改过的题名", (record,))
    await world.meet(world.second, world.first)
    assert "改过的题名" in await titles_of(world.first, world.scope)
    own = await world.second.store.read(lambda rows: rows.logs.own())
    assert own is not None
    last = await world.second.store.read(lambda rows: rows.sets.last(own.log_no))
    assert last is not None
    registry = world.hub.hub.registry
    cut_seq = last.seq - 1
    await registry.revoke(own.log, cut_seq, b"\1" * 32 if cut_seq else b"")
    assert "原题名" in await titles_of(world.hub, world.scope)
    await world.meet(world.first)
    assert "原题名" in await titles_of(world.first, world.scope)
    proofs = await world.first.store.read(equal_digests)
    assert proofs[world.scope]
    await world.second.set(world.scope, record, "再改", (record,))
    await exchange(world.hub, world.second)
    aside = await world.hub.store.read(
        lambda rows: rows.sets.in_state(None, SetState.QUARANTINED, 10)
    )
    assert [row.reason for row in aside] == ["revoked"]
    logs = await world.first.store.read(lambda rows: rows.logs.by_id(own.log))
    assert logs is not None
    assert logs.state == LogState.REVOKED


async def copy_of(site: Site, folder: Path) -> Path:
    """A copy of a machine's whole folder, taken while it stands still."""
    await site.store.close()
    shutil.copytree(site.home.path, folder)
    await site.reopen_closed()
    return folder


async def put_back(site: Site, folder: Path, *, with_sidecar: bool) -> None:
    """The machine is put back from a copy."""
    await site.store.close()
    sidecar = site.home.sidecar.read_bytes() if site.home.sidecar.exists() else b""
    shutil.rmtree(site.home.path)
    shutil.copytree(folder, site.home.path)
    if not with_sidecar:
        site.home.sidecar.write_bytes(sidecar)
    await site.reopen_closed()


async def test_a_restored_room_with_sealed_work_seals_again(
    world: World, tmp_path: Path
) -> None:
    """What the copy had sealed and not sent may be a branch; the hub says it is not."""
    await world.meet(world.first)
    await world.first.create(world.scope, "封装未送")
    await world.first.room.prepare()
    copy = await copy_of(world.first, tmp_path / "copy")
    await world.first.create(world.scope, "备份后的一件")
    await world.meet(world.first)
    await put_back(world.first, copy, with_sidecar=True)
    await world.meet(world.first)
    await world.first.create(world.scope, "恢复后的一件")
    await world.meet(world.first, world.second)
    for site in world.sites:
        shown = await titles_of(site, world.scope)
        assert {"封装未送", "备份后的一件", "恢复后的一件"} <= shown
    assert await world.is_equal()


@pytest.mark.parametrize("with_sidecar", [True, False])
async def test_a_restored_room_heals(
    world: World, tmp_path: Path, with_sidecar: bool
) -> None:
    """With the sidecar restored too, only the hub can tell that it is a copy."""
    record = await world.first.create(world.scope, "备份前")
    await world.meet(world.first)
    copy = await copy_of(world.first, tmp_path / "copy")
    await world.first.set(world.scope, record, "备份后", (record,))
    await world.first.create(world.scope, "备份后的一件")
    await world.meet(world.first)
    await put_back(world.first, copy, with_sidecar=with_sidecar)
    await world.first.create(world.scope, "恢复后的一件")
    await world.meet(world.first, world.second, world.first)
    for site in world.sites:
        shown = await titles_of(site, world.scope)
        assert {"备份后", "备份后的一件", "恢复后的一件"} <= shown
    assert await world.is_equal()


async def test_a_clone_becomes_a_log_of_its_own(world: World, tmp_path: Path) -> None:
    record = await world.first.create(world.scope, "原题名")
    await world.meet(world.first)
    await copy_of(world.first, tmp_path / "clone")
    clone = await open_site(tmp_path, "clone")
    await world.first.set(world.scope, record, "甲改", (record,))
    await clone.set(world.scope, record, "乙改", (record,))
    await clone.create(world.scope, "克隆机的一件")
    await world.first.room.prepare()
    await clone.room.prepare()
    await world.meet(world.first)
    await exchange(world.hub, clone)
    await clone.create(world.scope, "分叉后的一件")
    await exchange(world.hub, clone)
    await world.meet(world.first, world.second)
    for site in (*world.sites, clone):
        shown = await titles_of(site, world.scope)
        assert {"克隆机的一件", "分叉后的一件"} <= shown
        assert await site.store.read(lambda rows: rows.tickets.count()) == 1
    assert await world.is_equal()
    await clone.close()


async def test_a_restored_hub_gets_back_what_it_lost(
    world: World, tmp_path: Path
) -> None:
    await world.meet(world.first, world.second)
    copy = await copy_of(world.hub, tmp_path / "copy")
    record = await world.first.create(world.scope, "恢复前的一件")
    await world.meet(world.first, world.second)
    await put_back(world.hub, copy, with_sidecar=True)
    await world.second.set(world.scope, record, "第二室改", (record,))
    # The second room alone brings back what the first had written.
    await world.meet(world.second)
    assert "第二室改" in await titles_of(world.hub, world.scope)
    await world.meet(world.first, world.second)
    assert await world.is_equal()


async def test_a_grant_names_the_scope_that_sets_were_set_aside_in(
    world: World,
) -> None:
    own_id = await world.first.open_fonds("999")
    await world.first.create(own_id, "先写后授权")
    await world.meet(world.first)
    hub_id = await world.hub.open_fonds("999")
    own = await world.first.store.read(lambda rows: rows.logs.own())
    assert own is not None
    granted = GrantedScope(hub_id, (own_id,))
    await world.hub.hub.registry.grant(own.log, (granted,))
    assert "先写后授权" in await titles_of(world.hub, hub_id)
    await world.meet(world.first)
    assert "先写后授权" in await titles_of(world.first, hub_id)
