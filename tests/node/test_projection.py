from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from node.history.checking import check
from node.history.digest import read_digest, scope_digest
from node.history.logbook import read_operations
from node.history.projection import apply_set, confirm_set
from node.history.rebuilding import rebuild_records
from node.history.sealing import seal
from node.history.tickets import unpack_sides
from node.store.port import Rows
from node.store.row_types import RecordFlag, SetRow, SetState
from protocol.changeset import SET_TAG, ChangeSet, decode_operations, seal_set
from protocol.identity import ZERO_HASH, Dot, Element, log_id
from protocol.messages import Birth
from protocol.operations import (
    Actor,
    Add,
    Create,
    Elements,
    Operation,
    Removal,
    Remove,
    Restore,
    Seen,
    Set,
    Withdraw,
    Write,
)
from protocol.signing import public_key, sign
from tests.support.machines import (
    NOTES,
    SCOPE,
    TITLE,
    TestMachine,
    creating,
    setting,
)

Work = Callable[[Rows], Any]


class Writer:
    """A machine far away that seals operations of its own numbering."""

    def __init__(self, name: str) -> None:
        self.seed = name.encode().ljust(32, b"-")
        self.nonce = b"n" * 16
        self.log = log_id(public_key(self.seed), self.nonce)
        self.actor = Actor(name)
        self.seq = 0
        self.n = 0
        self.prev = ZERO_HASH

    def dot(self) -> Dot:
        return Dot(self.log, self.n)

    def seal(self, *makes: Callable[[int], Operation]) -> ChangeSet:
        operations = []
        for make in makes:
            self.n += 1
            operations.append(make(self.n))
        self.seq += 1
        change_set = seal_set(
            log=self.log,
            seq=self.seq,
            prev=self.prev,
            scope=SCOPE,
            operations=operations,
            sign=lambda header: sign(self.seed, SET_TAG, header),
            birth=Birth(public_key(self.seed), self.nonce) if self.seq == 1 else None,
        )
        self.prev = change_set.hash
        return change_set

    def create(self, title: str, *notes: str) -> tuple[ChangeSet, Dot]:
        lists = (Elements(NOTES, notes),) if notes else ()
        made = self.seal(
            lambda n: Create(n, self.actor, 100, ((3, 3), (TITLE, title)), lists)
        )
        return made, self.dot()

    def set(self, record: Dot, title: str, *names: Dot) -> tuple[ChangeSet, Dot]:
        write = Write(TITLE, title, tuple(sorted(names)))
        made = self.seal(lambda n: Set(n, self.actor, 200, record, (write,)))
        return made, self.dot()


def arrive(change_set: ChangeSet, writer: Writer, *, at: int = 5_000) -> Work:
    """The set is stored as admitted and applied."""

    def work(rows: Rows) -> Any:
        header = change_set.header
        log_no = rows.logs.ensure(header.log)
        rows.logs.identify(log_no, public_key(writer.seed), writer.nonce)
        scope_no = rows.scopes.ensure(SCOPE)
        rows.sets.add(
            SetRow(
                log_no,
                header.seq,
                change_set.hash,
                scope_no,
                header.first_n,
                header.count,
                SetState.ADMITTED,
                "",
                at,
                1,
                change_set.header_bytes,
                change_set.signature,
                change_set.body,
            )
        )
        return apply_set(
            rows,
            log_no,
            scope_no,
            decode_operations(change_set).operations,
            admitted=True,
            seq=header.seq,
            received_at=at,
        )

    return work


def record_at(machine: TestMachine, dot: Dot) -> Callable[[Rows], Any]:
    def work(rows: Rows) -> Any:
        log_no = rows.logs.number_of(dot.log)
        assert log_no is not None
        (row,) = rows.records.by_dot(log_no, dot.n)
        return row

    return work


@pytest.fixture
async def machine(tmp_path: Path) -> Any:
    made = await TestMachine.make(tmp_path / "hub")
    yield made
    await made.close()


async def digest_of(machine: TestMachine) -> bytes:
    return await machine.store.write(
        lambda rows: scope_digest(rows, rows.scopes.ensure(SCOPE))
    )


async def assert_rebuilt_is_the_same(machine: TestMachine) -> None:
    report = await check(machine.store, machine.keys, machine.home, rebuild=True)
    assert [fault for fault in report.faults if fault.what != "sidecar"] == []


async def test_two_values_for_one_field_are_both_kept_and_a_ticket_opens(
    machine: TestMachine,
) -> None:
    a, b = Writer("甲室"), Writer("乙室")
    first, record = a.create("原题名")
    one, one_dot = a.set(record, "甲改", record)
    two, two_dot = b.set(record, "乙改", record)
    await machine.store.write(arrive(first, a))
    await machine.store.write(arrive(one, a, at=6_000))
    applied = await machine.store.write(arrive(two, b, at=7_000))
    assert applied.tickets_opened == 1
    (ticket,) = await machine.store.read(lambda rows: list(rows.tickets.all()))
    sides = unpack_sides(ticket.sides)
    assert {side.dot: side.value for side in sides} == {
        one_dot: "甲改",
        two_dot: "乙改",
    }
    assert {side.author.actor.name for side in sides} == {"甲室", "乙室"}
    assert {side.author.received_at for side in sides} == {6_000, 7_000}
    row = await machine.store.read(record_at(machine, record))
    assert row.flags & RecordFlag.OPEN
    await assert_rebuilt_is_the_same(machine)
    decided, _ = a.set(record, "定名", one_dot, two_dot)
    await machine.store.write(arrive(decided, a))
    assert await machine.store.read(lambda rows: rows.tickets.count()) == 0
    row = await machine.store.read(record_at(machine, record))
    assert not row.flags & RecordFlag.OPEN
    await assert_rebuilt_is_the_same(machine)


async def test_equal_values_of_two_people_merge_without_noise(
    machine: TestMachine,
) -> None:
    a, b = Writer("甲室"), Writer("乙室")
    first, record = a.create("原题名")
    one, _ = a.set(record, "同改", record)
    two, _ = b.set(record, "同改", record)
    for change_set, writer in ((first, a), (one, a), (two, b)):
        await machine.store.write(arrive(change_set, writer))
    assert await machine.store.read(lambda rows: rows.tickets.count()) == 0


async def test_an_edit_that_arrives_before_its_record_waits_for_it(
    machine: TestMachine,
) -> None:
    a, b = Writer("甲室"), Writer("乙室")
    first, record = a.create("原题名")
    edit, _ = b.set(record, "乙改", record)
    await machine.store.write(arrive(edit, b))
    row = await machine.store.read(record_at(machine, record))
    assert not row.flags & RecordFlag.CREATED
    assert await machine.store.read(lambda rows: rows.classes.levels(1)) == {}
    await machine.store.write(arrive(first, a))
    row = await machine.store.read(record_at(machine, record))
    assert row.flags & RecordFlag.CREATED
    assert row.search_text == "乙改"
    assert await machine.store.read(lambda rows: rows.classes.levels(1)) == {3: 1}
    await assert_rebuilt_is_the_same(machine)


def whole_history() -> list[tuple[ChangeSet, Writer]]:
    """Creates, edits, elements, withdrawals and copies of three machines."""
    a, b, c = Writer("甲室"), Writer("乙室"), Writer("丙室")
    history = []

    def keep(change_set: ChangeSet, writer: Writer) -> Dot:
        history.append((change_set, writer))
        return writer.dot()

    first, record = a.create("一", "旁注")
    keep(first, a)
    second, other = b.create("二")
    keep(second, b)
    one = keep(a.set(record, "一甲", record)[0], a)
    keep(b.set(record, "一乙", record)[0], b)
    three = keep(c.set(record, "一丙", record, one)[0], c)
    copy = Write(TITLE, (2, *one), (three,))
    keep(c.seal(lambda n: Set(n, c.actor, 300, record, (copy,))), c)
    more = Elements(NOTES, ("再注", "三注"))
    added = keep(b.seal(lambda n: Add(n, b.actor, 300, record, (more,))), b)
    gone = Removal(NOTES, tuple(sorted((Element(record, 0), Element(added, 1)))))
    keep(a.seal(lambda n: Remove(n, a.actor, 400, record, (gone,))), a)
    seen = (Seen(TITLE, (other,)),)
    withdrawn = keep(
        c.seal(lambda n: Withdraw(n, c.actor, 400, other, (other,), seen, "重复")), c
    )
    keep(a.set(other, "二甲", other)[0], a)
    keep(b.seal(lambda n: Restore(n, b.actor, 500, other, (withdrawn,), "误删")), b)
    return history


ORDERS = [
    list(range(11)),
    list(reversed(range(11))),
    [3, 1, 4, 0, 5, 9, 2, 6, 8, 7, 10],
    [10, 8, 6, 4, 2, 0, 9, 7, 5, 3, 1],
]


async def test_every_order_of_arrival_comes_to_the_same_digest_and_tickets(
    tmp_path: Path,
) -> None:
    history = whole_history()
    assert len(history) == 11
    found = []
    for number, order in enumerate(ORDERS):
        machine = await TestMachine.make(tmp_path / str(number))
        for place in order:
            await machine.store.write(arrive(*history[place]))
        digest = await digest_of(machine)
        assert digest == await machine.store.read(
            lambda rows: read_digest(rows, rows.scopes.ensure(SCOPE))
        )
        tickets = await machine.store.read(
            lambda rows: [(t.field, t.version, t.sides) for t in rows.tickets.all()]
        )
        texts = await machine.store.read(
            lambda rows: sorted(
                (row.n, row.flags, sorted(row.search_text.split()))
                for row in rows.records.after(0, 99)
            )
        )
        found.append((digest, sorted(tickets), texts))
        await assert_rebuilt_is_the_same(machine)
        await machine.close()
    assert all(each == found[0] for each in found)
    assert found[0][1], "the history is meant to leave a field open"


async def test_applying_a_set_twice_brings_no_dead_value_back(
    machine: TestMachine,
) -> None:
    a = Writer("甲室")
    first, record = a.create("一")
    second, one = a.set(record, "二", record)
    third, _ = a.set(record, "三", one)
    for change_set in (first, second, third):
        await machine.store.write(arrive(change_set, a))
    before = await everything(machine)

    def again(rows: Rows) -> None:
        for seq, change_set in enumerate((first, second, third), 1):
            for is_admitted in (True, False):
                apply_set(
                    rows,
                    rows.logs.ensure(a.log),
                    rows.scopes.ensure(SCOPE),
                    decode_operations(change_set).operations,
                    admitted=is_admitted,
                    seq=seq,
                    received_at=9,
                )

    await machine.store.write(again)
    assert await everything(machine) == before
    await assert_rebuilt_is_the_same(machine)


async def test_rows_that_were_dropped_are_rebuilt_from_the_log(
    machine: TestMachine,
) -> None:
    for change_set, writer in whole_history():
        await machine.store.write(arrive(change_set, writer))
    own = await machine.create("自存")
    await machine.save(setting(own, "自改"))
    before = await everything(machine)

    def drop(rows: Any) -> None:
        database = rows.records._database
        for table in ("records", "edits", "tickets", "bucket_digests"):
            database.execute(f"DELETE FROM {table}")
        database.execute("UPDATE classes SET amount = 0")
        database.execute("DELETE FROM text_index")

    await machine.store.write(drop)
    report = await check(machine.store, machine.keys, machine.home, rebuild=True)
    assert {fault.reason for fault in report.faults} == {
        "row-differs",
        "ticket-differs",
    }
    assert await everything(machine) == before
    await assert_rebuilt_is_the_same(machine)


async def everything(machine: TestMachine) -> Any:
    digest = await digest_of(machine)

    def work(rows: Any) -> Any:
        records = [
            row._replace(record_no=0, import_no=0) for row in rows.records.after(0, 99)
        ]
        tickets = [row._replace(record_no=0, opened_at=0) for row in rows.tickets.all()]
        edits = rows.edits._database.execute(
            "SELECT log_no, n, seq FROM edits ORDER BY log_no, n"
        ).fetchall()
        found = rows.text._database.execute(
            "SELECT count(*) FROM text_index WHERE text_index MATCH '自改'"
        ).fetchone()
        tallies = rows.classes.levels(1)
        return digest, sorted(records, key=repr), tickets, edits, found, tallies

    return await machine.store.read(work)


async def test_own_work_is_shown_at_once_and_confirmed_without_a_change(
    machine: TestMachine,
) -> None:
    record = await machine.create("题名")
    row = await machine.store.read(record_at(machine, record))
    assert row.flags == RecordFlag.CREATED | RecordFlag.PENDING
    assert row.leaf == b""
    await machine.save(setting(record, "新题名"))
    assert await machine.seal() == 1
    (stored,) = await machine.sets()
    text = (await machine.store.read(record_at(machine, record))).search_text

    def confirm(rows: Rows) -> None:
        rows.sets.set_state(stored.log_no, 1, stored.hash, SetState.ADMITTED)
        confirm_set(
            rows,
            stored.log_no,
            stored.scope_no,
            read_operations(rows, stored),
            seq=1,
            received_at=9,
        )

    await machine.store.write(confirm)
    row = await machine.store.read(record_at(machine, record))
    assert row.flags == RecordFlag.CREATED
    assert len(row.leaf) == 32
    assert row.search_text == text == "新题名"
    await assert_rebuilt_is_the_same(machine)


async def test_a_set_taken_out_leaves_no_trace_in_the_rows(
    machine: TestMachine,
) -> None:
    """A cut: what only the cut write had named is a survivor again."""
    a, b = Writer("甲室"), Writer("乙室")
    first, record = a.create("原题名")
    await machine.store.write(arrive(first, a))
    before = await digest_of(machine)
    edit, _ = b.set(record, "乙改", record)
    await machine.store.write(arrive(edit, b))
    assert await digest_of(machine) != before

    def cut(rows: Rows) -> None:
        log_no = rows.logs.number_of(b.log)
        assert log_no is not None
        rows.sets.set_state(log_no, 1, edit.hash, SetState.CUT)
        rebuild_records(rows, [row.record_no for row in rows.records.after(0, 9)])

    await machine.store.write(cut)
    assert await digest_of(machine) == before
    row = await machine.store.read(record_at(machine, record))
    assert row.search_text == "原题名"


async def test_no_write_transaction_of_a_full_set_is_longer_than_it_should_be(
    machine: TestMachine,
) -> None:
    makers = [creating(f"第{number}号文件") for number in range(200)]
    began = perf_counter()
    await machine.save(*makers)
    assert perf_counter() - began < 1.0
    assert await seal(machine.store, machine.keys, machine.home, machine.clock) == 1
