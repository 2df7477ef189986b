from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from node.errors import (
    HomeExists,
    KeyMissing,
    NotThisHome,
    SchemaTooNew,
    StoreDamaged,
)
from node.home import FileLock, Home, is_locked, write_durably
from node.keys import KeyFolder
from node.store.port import Rows
from node.store.row_types import (
    NOWHERE,
    EditRow,
    JournalRow,
    RecordFlag,
    RecordRow,
)
from node.store.store import Store
from node.store.ticket_port import TicketFilter, TicketRow
from protocol.identity import Scope, printed_log
from protocol.messages import Purpose
from tests.support.machines import TestMachine, creating


@pytest.fixture
async def machine(tmp_path: Path) -> Any:
    made = await TestMachine.make(tmp_path / "room")
    yield made
    await made.close()


async def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    machine = await TestMachine.make(tmp_path / "room")
    await machine.create("题名")
    await machine.close()
    again = await TestMachine.open(tmp_path / "room")
    assert await again.store.read(lambda rows: rows.records.count()) == 1
    assert again.log == machine.log
    await again.close()


async def test_nothing_of_a_transaction_stays_when_its_work_raises(
    machine: TestMachine,
) -> None:
    def broken(rows: Rows) -> None:
        rows.settings.put("a", 1)
        raise LookupError

    with pytest.raises(LookupError):
        await machine.store.write(broken)
    assert await machine.store.read(lambda rows: rows.settings.get("a")) is None


async def test_a_reader_sees_one_unchanging_state(machine: TestMachine) -> None:
    reader = await Store.open(machine.home, machine.keys)
    started = asyncio.Event()
    loop = asyncio.get_running_loop()
    go_on = asyncio.run_coroutine_threadsafe

    def slow(rows: Rows) -> tuple[int, int]:
        before = rows.records.count()
        loop.call_soon_threadsafe(started.set)
        go_on(machine.create("其间"), loop).result(timeout=20)
        return before, rows.records.count()

    assert await reader.read(slow) == (0, 0)
    assert await reader.read(lambda rows: rows.records.count()) == 1
    await reader.close()


async def test_the_database_is_not_readable_without_its_key(
    tmp_path: Path,
) -> None:
    machine = await TestMachine.make(tmp_path / "room")
    await machine.create("机要文件目录")
    await machine.close()
    for path in (tmp_path / "room").glob("archive.db*"):
        assert "机要".encode() not in path.read_bytes()
    (tmp_path / "room" / "keys" / "store.key").write_bytes(b"x" * 32)
    home = Home(tmp_path / "room")
    with pytest.raises(StoreDamaged):
        await Store.open(home, KeyFolder(home))


async def test_a_missing_key_a_missing_home_and_a_newer_schema_have_their_errors(
    tmp_path: Path,
) -> None:
    nowhere = Home(tmp_path / "nowhere")
    with pytest.raises(NotThisHome):
        await Store.open(nowhere, KeyFolder(nowhere))
    machine = await TestMachine.make(tmp_path / "room")
    with pytest.raises(HomeExists):
        machine.home.make()

    def age(rows: Any) -> None:
        rows.settings._database.execute("PRAGMA user_version = 9999")

    await machine.store.write(age)
    await machine.close()
    with pytest.raises(SchemaTooNew):
        await TestMachine.open(tmp_path / "room")
    (machine.home.keys / "store.key").unlink()
    with pytest.raises(KeyMissing):
        await TestMachine.open(tmp_path / "room")


async def test_a_damaged_page_is_found(tmp_path: Path) -> None:
    machine = await TestMachine.make(tmp_path / "room")
    await machine.save(*[creating(f"第{n}号") for n in range(150)])
    await machine.close()
    path = machine.home.database
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    try:
        again = await TestMachine.open(tmp_path / "room")
    except StoreDamaged:
        return
    assert await again.store.damage()
    await again.close()


async def test_several_processes_of_one_room_take_turns(tmp_path: Path) -> None:
    """Two stores stand for two processes: their locks and connections are their own."""
    machine = await TestMachine.make(tmp_path / "room")
    other = await TestMachine.open(tmp_path / "room")

    async def many(desk: TestMachine, name: str) -> None:
        for number in range(40):
            await desk.create(f"{name}{number}")

    await asyncio.gather(many(machine, "甲"), many(other, "乙"))
    journal = await machine.store.read(lambda rows: rows.journal.between(1, 999, 999))
    assert [row.n for row in journal] == list(range(1, 81))
    assert await other.store.read(lambda rows: rows.records.count()) == 80
    await other.close()
    await machine.close()


async def test_who_waits_goes_before_who_writes_again_and_again(
    tmp_path: Path,
) -> None:
    machine = await TestMachine.make(tmp_path / "room")
    other = await TestMachine.open(tmp_path / "room")
    imported = 0
    is_over = False

    async def importer() -> None:
        nonlocal imported
        while not is_over:
            await machine.save(*[creating(f"第{n}号") for n in range(20)])
            imported += 1

    work = asyncio.create_task(importer())
    await asyncio.sleep(0.05)
    for number in range(5):
        before = imported
        await other.create(f"急件{number}")
        assert imported - before <= 3
    is_over = True
    await work
    await other.close()
    await machine.close()


def test_the_key_folder_is_closed_to_others(tmp_path: Path) -> None:
    home = Home(tmp_path / "room")
    home.make()
    keys = KeyFolder(home)
    keys.make()
    keys.write_box_key(Purpose.WIRE, 17, b"p" * 32)
    assert stat.S_IMODE(home.keys.stat().st_mode) == 0o700
    for path in home.keys.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys.box_serials(Purpose.WIRE) == (17,)
    assert keys.read_box_key(Purpose.WIRE, 17) == b"p" * 32
    keys.erase_box_key(Purpose.WIRE, 17)
    assert keys.read_box_key(Purpose.WIRE, 17) is None
    assert len({keys.machine_seed, keys.store_key}) == 2


def test_a_lock_is_held_by_one_and_freed_with_its_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first, second = FileLock(path), FileLock(path)
    assert first.acquire(0)
    assert is_locked(path)
    assert not second.acquire(0.01)
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    first.release()
    assert second.acquire(0)
    second.release()
    assert not is_locked(path)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "sidecar"
    write_durably(path, b"one")
    write_durably(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


async def test_the_contract_of_the_journal(machine: TestMachine) -> None:
    def work(rows: Rows) -> None:
        made = [JournalRow(n, 1, 1, 0, 3, b"abc") for n in (1, 2)]
        made.append(JournalRow(5, 1, 1, 0, 3, b"abc", b"s" * 96))
        rows.journal.add(made)
        assert rows.journal.get(5) == made[2]
        assert rows.journal.get(3) is None
        assert rows.journal.between(2, 9, 9) == made[1:]
        assert rows.journal.between(1, 9, 1) == made[:1]
        assert rows.journal.amount() == (3, 9)
        assert rows.journal.last_n() == 5
        rows.journal.remove([1, 5])
        assert rows.journal.between(1, 9, 9) == [made[1]]

    await machine.store.write(work)


async def test_the_contract_of_scopes_and_logs(machine: TestMachine) -> None:
    def work(rows: Rows) -> None:
        own, hubs = Scope(b"12345678", 0), Scope(b"87654321", 0)
        scope_no = rows.scopes.ensure(own)
        assert rows.scopes.ensure(own) == scope_no
        rows.scopes.set_canonical(scope_no, hubs)
        rows.scopes.set_granted(scope_no, is_granted=True)
        assert rows.scopes.number_of(own) == rows.scopes.number_of(hubs) == scope_no
        assert rows.scopes.aliases(scope_no) == (own, hubs)
        assert rows.scopes.row(scope_no) == (scope_no, hubs, True)
        log_no = rows.logs.ensure(b"L" * 16)
        assert rows.logs.ensure(b"L" * 16) == log_no
        rows.logs.identify(log_no, b"k" * 32, b"n" * 16)
        rows.logs.describe(log_no, "旗档案馆", 1)
        rows.logs.cut(log_no, 9, b"h" * 32)
        found = rows.logs.by_id(b"L" * 16)
        assert found is not None
        assert (found.name, found.cut_seq, found.is_own) == ("旗档案馆", 9, False)
        assert found in rows.logs.by_prefix(printed_log(b"L" * 16))
        branch = rows.logs.ensure(b"B" * 16)
        rows.logs.branch_off(branch, log_no, 4, b"f" * 32, 77)
        assert [row.log_no for row in rows.logs.branches(log_no)] == [branch]
        rows.logs.own_it(log_no)
        own_log = rows.logs.own()
        assert own_log is not None
        assert own_log.log_no == log_no

    await machine.store.write(work)


async def test_the_contract_of_records_edits_and_tickets(
    machine: TestMachine,
) -> None:
    row = RecordRow(1, 1, 2, 7, 1, 3, 9, 0, b"l" * 32, "0001-A", "2016", "文", b"\x01")

    def work(rows: Rows) -> None:
        assert rows.records.next_number() == 1
        rows.records.add([row, row._replace(record_no=2, n=8, code=None)])
        assert rows.records.number_of(1, 2, 7) == 1
        assert rows.records.numbers_of(1, [(2, 7), (2, 9)]) == {(2, 7): 1}
        assert rows.records.numbers_between(1, 2, 1, 99) == {7: 1, 8: 2}
        assert rows.records.by_code("0001-A") == [row]
        changed = row._replace(flags=int(RecordFlag.OPEN), code="0001-B", leaf=b"")
        rows.records.update([changed])
        assert rows.records.row(1) == changed
        assert [each.record_no for each in rows.records.after(0, 9)] == [1, 2]
        rows.edits.add([EditRow(1, 3, 4, 0)])
        rows.edits.add([EditRow(1, 3, 4, 6)])
        assert rows.edits.of_record(1) == [EditRow(1, 3, 4, 6)]
        assert rows.edits.seq_of(1, 3, 5) is None
        rows.edits.remove([EditRow(1, 3, 4, 0)])
        assert rows.edits.of_record(1) == []
        ticket = TicketRow(1, b"k", 1, 11, 1, 50, 100, b"v" * 16, b"s")
        assert rows.tickets.put(ticket, [1, 2])
        newer = ticket._replace(opened_at=200, version=b"w" * 16, sides=b"t")
        assert not rows.tickets.put(newer, [2])
        assert list(rows.tickets.all()) == [newer._replace(opened_at=100)]
        assert rows.tickets.get(1, b"k") == newer._replace(opened_at=100)
        assert [each.subject for each in rows.tickets.by_version(b"ww")] == [b"k"]
        note = ticket._replace(subject=b"n", ticket_class=0, version=b"x" * 16)
        heavy = ticket._replace(subject=b"h", weight=90, ticket_class=3)
        rows.tickets.put(note, [1])
        rows.tickets.put(heavy, [1])
        page = rows.tickets.page(TicketFilter(), 0, 10)
        assert [each.subject for each in page] == [b"h", b"k"]
        by_room = rows.tickets.page(TicketFilter(log_nos=(1,)), 0, 10)
        assert [each.subject for each in by_room] == [b"h"]
        assert rows.tickets.count(TicketFilter(classes=(1,))) == 1
        assert rows.tickets.amounts() == {0: 1, 1: 1, 3: 1}
        assert rows.tickets.rooms() == {1: 1, 2: 1}
        assert len(rows.tickets.of_record(1)) == 3
        rows.tickets.remove(1, [b"k", b"n", b"h"])
        assert rows.tickets.count() == 0
        item, other = (
            rows.classes.number(1, 3, NOWHERE._replace(year=y)) for y in (1, 2)
        )
        rows.classes.count({item: 2})
        rows.classes.count({item: -1, other: 0})
        assert rows.classes.levels(1) == {3: 1}
        rows.digests.mark(1, [4, 4, 5])
        assert rows.digests.dirty(1, 9) == [4, 5]
        rows.digests.put(1, {4: b"d" * 32, 5: b""})
        assert rows.digests.dirty(1, 9) == []
        assert rows.digests.all(1) == {4: b"d" * 32}
        assert [leaf.record_no for leaf in rows.digests.leaves(1, 9)] == [2]
        rows.records.remove([1])
        assert rows.records.row(1) is None

    await machine.store.write(work)


async def test_clocks_of_1970_and_2050_spoil_nothing_but_what_is_shown(
    tmp_path: Path,
) -> None:
    for name, seconds in (("1970", 0), ("2050", 2_524_608_000)):
        machine = await TestMachine.make(tmp_path / name)
        machine.clock.seconds = seconds
        await machine.create("题名")
        assert await machine.seal() == 1
        (row,) = await machine.sets()
        assert row.received_at == seconds
        await machine.close()
