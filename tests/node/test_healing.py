"""Copies that come back to life: cards, databases and the hub itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.history.hub import Received
from node.history.order import head_of
from node.history.prefixes import choose_prefix
from node.history.trust import entry_of, serial_of
from node.store.port import Rows
from node.store.row_types import HeadRow
from protocol.frames import PrefixName, prefix_digest
from protocol.identity import Scope
from protocol.messages import BundleHead, GrantedScope, LogState, TrustEntry
from tests.node.test_hub_judgement import copy_of, put_back
from tests.support.convergence import open_site
from tests.support.exchanges import Site, World, exchange, own_log, titles_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = await World.make(tmp_path)
    yield made
    await made.close()


async def entry_at(site: Site, log: bytes) -> TrustEntry:
    found = await site.store.read(lambda rows: entry_of(rows, log))
    assert found is not None
    return found


async def head_at(site: Site, scope: Scope) -> HeadRow:
    def read(rows: Rows) -> HeadRow:
        scope_no = rows.scopes.number_of(scope)
        assert scope_no is not None
        return head_of(rows, scope_no)

    return await site.store.read(read)


async def by_stick(hub: Site, room: Site) -> None:
    """A bundle up and one down, as the courier reads them."""
    await room.room.prepare()
    hello, _ = await room.room.hello(None)
    received = Received()
    items = [each.item async for each in room.room.outgoing()]
    await hub.hub.receive(hello, items, received)
    await hub.hub.answer(hello, b"h" * 16, budget_bytes=1 << 19, received=received)
    answer = await hub.hub.bundle_answer(hello.log, budget_bytes=1 << 19)
    assert answer is not None
    head = BundleHead(hello.log, answer.spans, answer.checkpoint)
    await room.room.take_bundle_head(head)
    await room.room.take([item async for item in answer.items])


async def test_a_restored_card_that_sealed_on_its_own_becomes_a_branch(
    world: World, tmp_path: Path
) -> None:
    """The hub is further than the copy, and the copy has sealed under the same seq."""
    record = await world.first.create(world.scope, "原题名")
    await world.meet(world.first, world.second)
    copy = await copy_of(world.first, tmp_path / "copy")
    for title in ("备份后甲", "备份后乙"):
        await world.first.create(world.scope, title)
        await world.first.room.prepare()
    await world.meet(world.first)
    await put_back(world.first, copy, with_sidecar=True)
    kept = await world.first.create(world.scope, "断网时封装")
    await world.first.room.prepare()
    await world.first.set(world.scope, kept, "断网时又改", (kept,))
    await world.first.set(world.scope, record, "断网时改的题名", (record,))
    await world.meet(world.first, world.second, world.first)
    for site in world.sites:
        shown = await titles_of(site, world.scope)
        assert shown == {
            "入网前的一件",
            "备份后甲",
            "备份后乙",
            "断网时又改",
            "断网时改的题名",
        }
        assert await site.store.read(lambda rows: rows.tickets.count()) == 0
    assert await world.is_equal()
    assert not await world.first.store.read(lambda rows: rows.journal.amount()[0])


async def test_a_restored_hub_decides_no_fork_twice(
    world: World, tmp_path: Path
) -> None:
    """The fork was decided after the copy was made; rooms bring the decision back."""
    record = await world.first.create(world.scope, "原题名")
    await world.meet(world.first, world.second)
    hub_copy = await copy_of(world.hub, tmp_path / "hub-copy")
    await copy_of(world.first, tmp_path / "clone")
    clone = await open_site(tmp_path, "clone")
    log = await own_log(world.first)
    await world.first.set(world.scope, record, "甲改", (record,))
    await clone.set(world.scope, record, "乙改", (record,))
    await world.first.room.prepare()
    await clone.room.prepare()
    await world.meet(world.first)
    await exchange(world.hub, clone)
    await world.meet(world.first, world.second)
    decided = (await entry_at(world.hub, log)).forks
    assert decided
    await put_back(world.hub, hub_copy, with_sidecar=True)
    await world.hub.hub.registry.raise_epoch()
    # The clone comes first, with the set that the hub had found to be the branch.
    await exchange(world.hub, clone)
    assert (await entry_at(world.hub, log)).forks == decided
    await world.meet(world.second, world.first)
    await exchange(world.hub, clone)
    await world.meet(world.second, world.first)
    assert (await entry_at(world.hub, log)).forks == decided
    for site in (*world.sites, clone):
        assert await site.store.read(lambda rows: rows.tickets.count()) == 1
    assert await world.is_equal()
    await clone.close()


async def test_a_grant_that_a_restored_hub_lost_comes_back(
    world: World, tmp_path: Path
) -> None:
    await world.meet(world.first, world.second)
    hub_copy = await copy_of(world.hub, tmp_path / "hub-copy")
    lone = await world.first.open_fonds("999")
    log = await own_log(world.first)
    await world.hub.hub.registry.grant(log, [GrantedScope(lone)])
    await world.first.create(lone, "后来的全宗")
    await world.meet(world.first)
    await put_back(world.hub, hub_copy, with_sidecar=True)
    await world.meet(world.first)
    granted = {each.scope for each in (await entry_at(world.hub, log)).scopes}
    assert lone in granted
    assert await titles_of(world.hub, lone) == {"后来的全宗"}
    serials = [await site.store.read(serial_of) for site in (world.hub, world.first)]
    assert serials[0] == serials[1]


async def test_a_revocation_holds_for_a_log_that_a_restored_hub_had_forgotten(
    world: World, tmp_path: Path
) -> None:
    await world.meet(world.first, world.second)
    hub_copy = await copy_of(world.hub, tmp_path / "hub-copy")
    former = await own_log(world.first)
    world.first.home.sidecar.unlink()
    await world.first.create(world.scope, "新日志的一件")
    await world.meet(world.first, world.second)
    newest = await own_log(world.first)
    await put_back(world.hub, hub_copy, with_sidecar=True)
    await world.hub.hub.registry.raise_epoch()
    await world.hub.hub.registry.revoke(former)
    await world.meet(world.second)
    assert (await entry_at(world.hub, newest)).state == LogState.REVOKED
    await world.first.create(world.scope, "被撤销后的一件")
    await world.meet(world.first)
    assert "被撤销后的一件" not in await titles_of(world.hub, world.scope)


async def test_a_right_that_comes_back_counts_for_what_was_set_aside_meanwhile(
    world: World, tmp_path: Path
) -> None:
    """The machine itself had not heard of its right; another room had."""
    await world.meet(world.first, world.second)
    hub_copy = await copy_of(world.hub, tmp_path / "hub-copy")
    lone = await world.first.open_fonds("999")
    log = await own_log(world.first)
    await world.hub.hub.registry.grant(log, [GrantedScope(lone)])
    await world.meet(world.second)
    await put_back(world.hub, hub_copy, with_sidecar=True)
    await world.first.create(lone, "后来的全宗")
    await world.meet(world.first, world.second)
    assert await titles_of(world.hub, lone) == {"后来的全宗"}


async def test_a_room_reads_an_order_anew_that_parted_long_ago(
    world: World, tmp_path: Path
) -> None:
    """The hub was put back twice, and no room saw the first time but one."""
    await world.meet(world.first, world.second)
    hub_copy = await copy_of(world.hub, tmp_path / "hub-copy")
    await world.first.create(world.scope, "第一世")
    await world.meet(world.first, world.second)
    await put_back(world.hub, hub_copy, with_sidecar=True)
    await world.hub.hub.registry.raise_epoch()
    await world.second.create(world.scope, "第二世")
    await world.meet(world.second)
    await put_back(world.hub, hub_copy, with_sidecar=True)
    await world.hub.hub.registry.raise_epoch()
    await world.first.create(world.scope, "第三世")
    await world.meet(world.first, world.second, world.first, world.second)
    for site in world.sites:
        shown = await titles_of(site, world.scope)
        assert {"第一世", "第二世", "第三世"} <= shown
    assert await world.is_equal()

    def place(rows: Rows) -> tuple[int, int]:
        scope_no = rows.scopes.number_of(world.scope)
        assert scope_no is not None
        head = head_of(rows, scope_no)
        return head.epoch, head.place

    places = [await site.store.read(place) for site in world.sites]
    assert places[0] == places[1] == places[2]


async def test_both_ends_hold_the_same_prefix(world: World) -> None:
    for number in range(30):
        await world.first.create(world.scope, f"第{number}件")
        await world.first.room.prepare()
    await world.meet(world.first)
    chosen = await world.first.room.choose_prefix()
    assert chosen is not None
    name, prefix = chosen
    assert name.first_seq == 1
    assert prefix_digest(prefix) == name.digest
    found = await world.hub.hub.prefix(name.log, name.first_seq, name.last_seq)
    assert found == prefix
    assert await world.hub.hub.prefix(name.log, 1, name.last_seq + 1) is None
    hello, _ = await world.first.room.hello(None)
    assert await world.hub.hub.choose_prefix(hello) == chosen

    def shorter(rows: Rows) -> tuple[PrefixName, bytes] | None:
        own = rows.logs.own()
        assert own is not None
        return choose_prefix(rows, own.log_no, 3)

    part = await world.first.store.read(shorter)
    assert part is not None
    assert prefix.startswith(part[1])


async def test_a_hub_scope_that_nobody_wrote_is_equal(world: World) -> None:
    scope = Scope(b"12345678", 0)
    log = await own_log(world.second)
    await world.hub.hub.registry.grant(log, [GrantedScope(scope)])
    await world.meet(world.second)
    known = await world.second.store.read(lambda rows: rows.scopes.number_of(scope))
    assert known is not None


async def test_a_hub_older_than_its_sidecar_goes_on_under_a_new_log(
    world: World, tmp_path: Path
) -> None:
    await world.meet(world.first, world.second)
    copy = await copy_of(world.hub, tmp_path / "copy")
    await world.hub.create(world.scope, "备份后中心写的")
    await world.hub.hub.prepare()
    await world.meet(world.first, world.second)
    former = await own_log(world.hub)
    await put_back(world.hub, copy, with_sidecar=False)
    await world.hub.create(world.scope, "恢复后中心写的")
    await world.hub.hub.prepare()
    assert await own_log(world.hub) != former
    await world.meet(world.first, world.second, world.first)
    for site in world.sites:
        shown = await titles_of(site, world.scope)
        assert {"备份后中心写的", "恢复后中心写的"} <= shown
    assert await world.is_equal()


async def test_what_a_restored_hub_had_set_aside_of_a_former_log_comes_back(
    world: World, tmp_path: Path
) -> None:
    """No order names it, so only its own machine can bring it back."""
    await world.meet(world.first, world.second)
    copy = await copy_of(world.hub, tmp_path / "copy")
    foreign = await world.first.open_fonds("999")
    await world.first.create(foreign, "未授权全宗的一件")
    await world.meet(world.first)
    former = await own_log(world.first)
    world.first.home.sidecar.unlink()
    await world.first.create(world.scope, "新日志的一件")
    await world.meet(world.first, world.second)
    await put_back(world.hub, copy, with_sidecar=True)
    # The second room knows the first's new log, and brings the trust list back.
    await world.meet(world.second, world.first)
    log = await entry_at(world.first, former)
    scopes = (*log.scopes, GrantedScope(foreign))
    await world.hub.hub.registry.grant(former, scopes)
    assert "未授权全宗的一件" in await titles_of(world.hub, foreign)


async def test_a_hub_that_forgot_a_log_knows_its_machine_when_it_says_its_key(
    world: World, tmp_path: Path
) -> None:
    await world.meet(world.first)
    copy = await copy_of(world.hub, tmp_path / "copy")
    world.first.home.sidecar.unlink()
    await world.first.create(world.scope, "新日志的一件")
    await world.meet(world.first)
    await put_back(world.hub, copy, with_sidecar=True)
    short, _ = await world.first.room.hello(None)
    assert await world.hub.hub.sender(short) is None
    full, _ = await world.first.room.hello(None, introduces=True)
    assert await world.hub.hub.sender(full) is not None


@pytest.mark.parametrize("is_author_there", [True, False])
@pytest.mark.parametrize("lost", [1, 3])
async def test_a_place_that_a_restored_hub_gave_again_is_found_without_a_new_write(
    world: World, tmp_path: Path, *, lost: int, is_author_there: bool
) -> None:
    """Place and epoch are equal on both sides, and only the chain tag tells."""
    await world.meet(world.first, world.second, world.first)
    hub_copy = await copy_of(world.hub, tmp_path / "hub-copy")
    for number in range(lost):
        await world.first.create(world.scope, f"备份后的第{number}件")
        await world.first.room.prepare()
    await world.meet(world.first, world.second)
    lost_head = await head_at(world.second, world.scope)
    await put_back(world.hub, hub_copy, with_sidecar=True)
    for number in range(lost):
        await world.hub.create(world.scope, f"占了位置的第{number}件")
        await world.hub.hub.prepare()
    hub_head = await head_at(world.hub, world.scope)
    assert (hub_head.epoch, hub_head.place) == (lost_head.epoch, lost_head.place)
    assert hub_head.chain != lost_head.chain
    rooms = (world.second, world.first) if is_author_there else (world.second,)
    await world.meet(*rooms)
    shown = await titles_of(world.hub, world.scope)
    assert {f"备份后的第{number}件" for number in range(lost)} <= shown
    # The same sets, by the same way as the hub: nothing is left to tell apart.
    await world.meet(world.second, world.first)
    assert await titles_of(world.first, world.scope) == shown
    assert await titles_of(world.second, world.scope) == shown
    assert {f"占了位置的第{number}件" for number in range(lost)} <= shown
    assert await world.is_equal()
    heads = [await head_at(site, world.scope) for site in world.sites]
    assert len({(head.epoch, head.place, head.chain) for head in heads}) == 1
    assert heads[0].epoch == hub_head.epoch
    assert await exchange(world.hub, world.second) == 1


async def test_a_place_given_again_is_found_where_the_hub_is_further_too(
    world: World, tmp_path: Path
) -> None:
    """The hub's order goes on above the place; nothing is put on top of what parted."""
    await world.meet(world.first, world.second, world.first)
    hub_copy = await copy_of(world.hub, tmp_path / "hub-copy")
    await world.first.create(world.scope, "备份后的一件")
    await world.meet(world.first, world.second)
    await put_back(world.hub, hub_copy, with_sidecar=True)
    for number in range(3):
        await world.hub.create(world.scope, f"中心的第{number}件")
        await world.hub.hub.prepare()
    await world.meet(world.second, world.first, world.second)
    for site in world.sites:
        assert "备份后的一件" in await titles_of(site, world.scope)
        assert "中心的第2件" in await titles_of(site, world.scope)
    assert await world.is_equal()


async def test_what_was_read_in_an_epoch_opened_twice_is_found_by_its_tag(
    world: World, tmp_path: Path
) -> None:
    """Put back twice from one copy, the hub opened the same epoch at one place."""
    await world.meet(world.first, world.second, world.first)
    hub_copy = await copy_of(world.hub, tmp_path / "hub-copy")
    for title in ("第一世", "第二世"):
        await put_back(world.hub, hub_copy, with_sidecar=True)
        await world.hub.hub.registry.raise_epoch()
        room = world.first if title == "第一世" else world.second
        await room.create(world.scope, title)
        await world.meet(room)
    before = await head_at(world.hub, world.scope)
    await world.meet(world.first, world.second, world.first)
    for site in world.sites:
        assert {"第一世", "第二世"} <= await titles_of(site, world.scope)
    assert await world.is_equal()
    assert (await head_at(world.hub, world.scope)).epoch == before.epoch


async def test_a_place_given_again_is_found_by_sticks_alone(
    world: World, tmp_path: Path
) -> None:
    await world.meet(world.first, world.second, world.first)
    hub_copy = await copy_of(world.hub, tmp_path / "hub-copy")
    await world.first.create(world.scope, "备份后的一件")
    await world.meet(world.first, world.second)
    await put_back(world.hub, hub_copy, with_sidecar=True)
    await world.hub.create(world.scope, "占了位置的一件")
    await world.hub.hub.prepare()
    for _ in range(3):
        for room in (world.second, world.first):
            world.hub.clock.seconds += 60
            await by_stick(world.hub, room)
    for site in world.sites:
        shown = await titles_of(site, world.scope)
        assert {"备份后的一件", "占了位置的一件"} <= shown
    assert await world.is_equal()
