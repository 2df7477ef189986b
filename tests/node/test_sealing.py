from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.errors import IncarnationBehind, SidecarDamaged, StoreFull
from node.history.checking import check
from node.history.sealing import Pending, bundled
from node.history.sidecar import Sealed, Standing, read_sidecar, standing, write_sidecar
from node.store.catalogue_port import ImportRow, ImportState
from node.store.port import Rows
from node.store.row_types import JournalRow, SetState
from protocol.changeset import decode_operations, stored_set, verify_set
from protocol.identity import Dot
from protocol.limits import SET_OPERATIONS, SET_SPAN_DOTS
from protocol.operations import Actor, Create
from protocol.signing import public_key
from tests.support.machines import TITLE, TestMachine, creating, setting


@pytest.fixture
async def machine(tmp_path: Path) -> Any:
    made = await TestMachine.make(tmp_path / "room")
    yield made
    await made.close()


def pending(n: int, *, act: int | None = None, scope: int = 1, size: int = 50) -> Any:
    row = JournalRow(n, scope, n if act is None else act, 0, size, b"")
    return Pending(row, Create(n, Actor("甲"), 0, ((TITLE, "题"),)))


async def test_sealed_sets_verify_and_hold_what_was_saved(
    machine: TestMachine,
) -> None:
    record = await machine.create("题名")
    await machine.save(setting(record, "改名"))
    assert await machine.seal() == 1
    assert await machine.seal() == 0
    (row,) = await machine.sets()
    change_set = stored_set(row.header, row.signature, row.body)
    verify_set(change_set, public_key(machine.keys.machine_seed))
    assert [op.n for op in decode_operations(change_set).operations] == [1, 2]
    assert row.state == SetState.SEALED
    assert change_set.header.birth is not None
    report = await check(machine.store, machine.keys, machine.home, rebuild=True)
    assert report.faults == []
    assert (report.sets, report.operations) == (1, 2)


async def test_a_thousand_saves_make_a_chain_of_sets(machine: TestMachine) -> None:
    for start in range(0, 1000, 100):
        makers = [creating(f"第{start + n}号文件") for n in range(100)]
        for maker in makers[:3]:
            await machine.save(maker)
        await machine.save(*makers[3:])
    await machine.seal()
    rows = await machine.sets()
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert sum(row.op_count for row in rows) == 1000
    assert all(row.op_count <= SET_OPERATIONS for row in rows)
    report = await check(machine.store, machine.keys, machine.home)
    assert report.faults == []
    assert report.operations == 1000


def test_an_act_stays_in_one_set() -> None:
    first = [pending(n) for n in range(1, 151)]
    act = [pending(n, act=151) for n in range(151, 251)]
    sets = list(bundled(first + act))
    assert [len(each.members) for each in sets] == [150, 100]
    assert all(each.group is None for each in sets)


def test_an_act_larger_than_a_set_has_sets_of_its_own_and_a_group() -> None:
    before, after = [pending(1)], [pending(502)]
    act = [pending(n, act=2) for n in range(2, 502)]
    sets = list(bundled(before + act + after))
    assert [each.group for each in sets] == [None, 2, 2, 2, None]
    assert [each.more_follows for each in sets] == [False, True, True, False, False]
    assert [each.members[0].row.n for each in sets] == [1, 2, 202, 402, 502]


def test_the_rest_of_an_act_keeps_its_group() -> None:
    sets = list(bundled([pending(n, act=2) for n in range(402, 410)] + [pending(410)]))
    assert [each.group for each in sets] == [2, None]


def test_a_set_holds_one_scope_and_covers_two_hundred_numbers() -> None:
    sets = list(bundled([pending(1), pending(2, scope=2), pending(3)]))
    assert [len(each.members) for each in sets] == [1, 1, 1]
    sets = list(bundled([pending(1), pending(SET_SPAN_DOTS), pending(201)]))
    assert [len(each.members) for each in sets] == [2, 1]


def test_a_set_closes_at_its_target_size_and_a_large_save_goes_alone() -> None:
    sets = list(bundled([pending(n, size=10_000) for n in range(1, 8)]))
    assert [len(each.members) for each in sets] == [3, 3, 1]
    sets = list(bundled([pending(1), pending(2, size=200_000), pending(3)]))
    assert [len(each.members) for each in sets] == [1, 1, 1]


async def test_a_field_of_a_quarter_mebibyte_can_be_saved_and_sealed(
    machine: TestMachine,
) -> None:
    await machine.create("长" * (80 * 1024))
    await machine.create("短")
    assert await machine.seal() == 2


async def test_what_the_secrecy_rule_refuses_stays_behind_alone(
    machine: TestMachine,
) -> None:
    for title in ("一", "机密", "三"):
        await machine.create(title)
    await machine.seal(lambda _field, value: value == "机密")
    (row,) = await machine.sets()
    change_set = stored_set(row.header, row.signature, row.body)
    assert [op.n for op in decode_operations(change_set).operations] == [1, 3]
    left = await machine.store.read(lambda rows: rows.journal.between(1, 99, 99))
    assert [each.n for each in left] == [2]
    await machine.create("四")
    assert await machine.seal(lambda _field, value: value == "机密") == 1
    assert (await machine.sets())[-1].first_n == 4


async def test_operations_of_a_live_import_and_above_wait(
    machine: TestMachine,
) -> None:
    await machine.create("先")

    def begin(rows: Rows) -> int:
        row = ImportRow(
            0, ImportState.LIVE, 1, 2, 0, "a", b"", "", 0, 0, 0, 0, 0, 0, b""
        )
        return rows.imports.add(row)

    number = await machine.store.write(begin)
    await machine.create("进口")
    await machine.create("后")
    assert await machine.seal() == 1
    assert [row.op_count for row in await machine.sets()] == [1]

    def end(rows: Rows) -> None:
        row = rows.imports.get(number)
        assert row is not None
        rows.imports.update(row._replace(state=ImportState.DONE))

    await machine.store.write(end)
    assert await machine.seal() == 1
    assert sum(row.op_count for row in await machine.sets()) == 3


async def test_a_restored_database_is_noticed_before_it_seals(
    tmp_path: Path,
) -> None:
    machine = await TestMachine.make(tmp_path / "room")
    await machine.create("一")
    await machine.seal()
    await machine.close()
    backup = machine.home.database.read_bytes()
    machine = await TestMachine.open(tmp_path / "room")
    await machine.create("二")
    await machine.seal()
    await machine.close()
    machine.home.database.write_bytes(backup)
    restored = await TestMachine.open(tmp_path / "room")
    await restored.create("三")
    with pytest.raises(IncarnationBehind):
        await restored.seal()
    assert len(await restored.sets()) == 1
    await restored.close()


async def test_how_sidecar_and_database_stand(machine: TestMachine) -> None:
    async def stand(found: Sealed | None) -> Standing:
        return await machine.store.read(lambda rows: standing(rows, found))

    assert await stand(None) is Standing.LEVEL
    await machine.create("一")
    await machine.seal()
    level = read_sidecar(machine.home)
    assert level is not None
    assert await stand(level) is Standing.LEVEL
    assert await stand(None) is Standing.MISSING
    assert await stand(level._replace(seq=2)) is Standing.AHEAD
    assert await stand(level._replace(hash=b"x" * 32)) is Standing.FOREIGN
    assert await stand(level._replace(log=b"x" * 16)) is Standing.FOREIGN
    await machine.create("二")
    await machine.seal()
    assert await stand(level) is Standing.BEHIND
    write_sidecar(machine.home, level)
    await machine.create("三")
    await machine.seal()
    machine.home.sidecar.write_text("?")
    with pytest.raises(SidecarDamaged):
        await machine.seal()


async def test_a_full_disk_loses_only_what_was_not_acknowledged(
    machine: TestMachine,
) -> None:
    await machine.create("先")

    def quota(rows: Any) -> None:
        database = rows.settings._database
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        database.execute(f"PRAGMA max_page_count={pages + 8}")

    def lift(rows: Any) -> None:
        rows.settings._database.execute("PRAGMA max_page_count=1000000")

    await machine.store.write(quota)
    kept = 1
    assert machine.home.ballast.stat().st_size == 4 * 1024 * 1024
    with pytest.raises(StoreFull):
        for number in range(200):
            await machine.save(creating(f"第{number}号" * 200))
            kept += 1
    assert not machine.home.ballast.exists()
    assert await machine.store.read(lambda rows: rows.records.count()) == kept
    await machine.store.write(lift)
    record = await machine.create("后")
    assert isinstance(record, Dot)
    report = await check(machine.store, machine.keys, machine.home, rebuild=True)
    assert report.faults == []


async def test_a_changed_byte_in_a_stored_set_is_found(machine: TestMachine) -> None:
    await machine.create("题名")
    await machine.seal()

    def tamper(rows: Any) -> None:
        database = rows.sets._database
        (body,) = database.execute("SELECT body FROM change_sets").fetchone()
        changed = body[:-1] + bytes([body[-1] ^ 1])
        database.execute("UPDATE change_sets SET body = ?", (changed,))

    await machine.store.write(tamper)
    report = await check(machine.store, machine.keys, machine.home)
    assert [fault.reason for fault in report.faults] == ["bad-signature"]


async def test_a_row_that_differs_from_the_log_is_reported_and_mended(
    machine: TestMachine,
) -> None:
    await machine.create("题名")

    def tamper(rows: Rows) -> None:
        row = rows.records.row(1)
        assert row is not None
        rows.records.update([row._replace(search_text="别的", flags=0)])

    await machine.store.write(tamper)
    report = await check(machine.store, machine.keys, machine.home, rebuild=True)
    assert [fault.reason for fault in report.faults] == [
        "row-differs",
        "amount-differs",
    ]
    report = await check(machine.store, machine.keys, machine.home, rebuild=True)
    assert report.faults == []
