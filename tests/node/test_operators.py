"""Operators: whose decision it is, at every machine, whatever happened on the way."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.history.checking import check
from node.history.forks import fork_step
from node.history.incarnation import open_incarnation
from node.history.journal import keep, next_n, save, save_all
from node.history.operators import SignatureWord, common_scope_no, read_roster
from node.history.registers import OPERATOR
from node.history.succession import succeed
from node.operator_errors import OperatorNeeded, OperatorRevoked
from node.store.port import Rows
from node.store.row_types import SetState
from protocol.changeset import OPERATOR_TAG, decode_operations, stored_set
from protocol.identity import Dot, Element
from protocol.limits import OPERATION_LIMIT_BYTES, SET_OPERATIONS, SET_TARGET_BYTES
from protocol.operation_codec import encode_operation, signed_form
from protocol.operations import (
    Add,
    Create,
    Elements,
    OperatorSignature,
    Removal,
    Remove,
)
from protocol.signing import public_key, sign
from tests.node.test_hub_judgement import (
    copy_of,
    create_secret,
    put_back,
    seal_anything,
)
from tests.support.convergence import open_site
from tests.support.deciding import LI, WANG, decide, name_operator, words_of
from tests.support.exchanges import CLERK, TITLE, World, exchange
from tests.support.machines import NOTES, SCOPE, TestMachine, creating

VERIFIED = (SignatureWord.VERIFIED, "王芳")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = await World.make(tmp_path)
    await made.meet(made.first, made.second)
    yield made
    await made.close()


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[TestMachine]:
    made = await TestMachine.make(tmp_path / "room")
    yield made
    await made.close()


async def a_record(world: World) -> Dot:
    """A record that everybody has."""
    record = await world.first.create(world.scope, "原题名")
    await world.meet(world.first, world.second)
    return record


async def send(world: World) -> None:
    """What the hub saved goes to both rooms."""
    await world.hub.hub.prepare()
    await world.meet(world.first, world.second)


async def test_a_signed_decision_verifies_everywhere_and_after_a_rebuild(
    world: World,
) -> None:
    await name_operator(world.hub, WANG)
    record = await a_record(world)
    await decide(world.hub, world.scope, record, "裁定题名", WANG)
    assert await words_of(world.hub, world.scope, record) == [VERIFIED]
    await send(world)
    for site in world.sites:
        assert await words_of(site, world.scope, record) == [VERIFIED]
        report = await check(site.store, site.keys, site.home, rebuild=True)
        assert report.faults == []
        assert report.operators.signatures == 1
        assert report.operators.bad == []
        assert await words_of(site, world.scope, record) == [VERIFIED]
    assert await world.is_equal()


async def test_without_operators_a_decision_is_the_machines_and_says_so(
    world: World,
) -> None:
    record = await a_record(world)
    await decide(world.hub, world.scope, record, "裁定题名", None, is_asked=True)
    await send(world)
    await name_operator(world.hub, WANG)
    await send(world)
    for site in world.sites:
        words = await words_of(site, world.scope, record)
        assert words == [(SignatureWord.NO_OPERATORS, "")]
    with pytest.raises(OperatorNeeded):
        await decide(world.hub, world.scope, record, "再裁", None, is_asked=True)
    with pytest.raises(OperatorRevoked):
        await decide(world.hub, world.scope, record, "再裁", LI, is_asked=True)


async def test_who_goes_decides_no_more_and_what_was_decided_stays(
    world: World,
) -> None:
    await name_operator(world.hub, WANG)
    record = await a_record(world)
    await decide(world.hub, world.scope, record, "一", WANG, is_asked=True)
    await name_operator(world.hub, WANG, is_in_force=False)
    with pytest.raises(OperatorRevoked):
        await decide(world.hub, world.scope, record, "二", WANG, is_asked=True)
    await decide(world.hub, world.scope, record, "二", WANG)
    await name_operator(world.hub, LI)
    await decide(world.hub, world.scope, record, "三", LI, is_asked=True)
    await decide(world.hub, world.scope, record, "四", None)
    await send(world)
    for site in world.sites:
        assert await words_of(site, world.scope, record) == [
            VERIFIED,
            (SignatureWord.UNAUTHORISED, "王芳"),
            (SignatureWord.VERIFIED, "李四"),
            (SignatureWord.UNSIGNED, ""),
        ]
        report = await check(site.store, site.keys, site.home)
        assert report.faults == []
        assert (report.operators.decisions, report.operators.unsigned) == (4, 1)
        (bad,) = report.operators.bad
        assert (bad.word, bad.signer) == (SignatureWord.UNAUTHORISED, "王芳")


async def test_no_room_passes_its_own_decision_as_an_operators(world: World) -> None:
    """Not by an own key, a name in its own register, or the operator's bytes."""
    await name_operator(world.hub, WANG)
    record = await a_record(world)
    await decide(world.hub, world.scope, record, "裁定题名", WANG)
    await send(world)
    room = world.first
    # It registers its own key in its own register of the common scope.
    await name_operator(room, LI)
    await decide(room, world.scope, record, "室里自签", LI)
    # The operator's key itself, used at a room: it is the hub that decides.
    await decide(room, world.scope, record, "室里用王芳的钥匙", WANG)
    # The bytes of the operator's signature over another operation.
    stolen = await room.store.read(lambda rows: signatures_in(rows, WANG.public_key))

    def paste(rows: Rows) -> None:
        scope_no = rows.scopes.number_of(world.scope)
        assert scope_no is not None
        n = next_n(rows)
        save(rows, scope_no, lambda n: Create(n, CLERK, 0, ((TITLE, "占号"),)))
        row = rows.journal.get(n)
        assert row is not None
        rows.journal.remove([n])
        rows.journal.add([row._replace(signatures=WANG.public_key + stolen[0])])

    await room.store.write(paste)
    await decide(room, world.scope, record, "不签", None)
    await world.meet(world.first, world.second)
    await exchange(world.hub, world.first)
    expected = [
        VERIFIED,
        (SignatureWord.UNAUTHORISED, LI.public_key.hex()[:16]),
        (SignatureWord.UNAUTHORISED, "王芳"),
        (SignatureWord.UNSIGNED, ""),
    ]
    for site in world.sites:
        assert sorted(await words_of(site, world.scope, record)) == sorted(expected)
        report = await check(site.store, site.keys, site.home)
        assert report.faults == []
        assert sorted(bad.word for bad in report.operators.bad) == [
            SignatureWord.BAD,
            SignatureWord.UNAUTHORISED,
            SignatureWord.UNAUTHORISED,
        ]
        assert not any(bad.is_hubs for bad in report.operators.bad)


def signatures_in(rows: Rows, key: bytes) -> list[bytes]:
    """Every signature of the key that is stored."""
    found = []
    for row in rows.sets.after(0, 0, b"", 1000):
        if row.body is not None:
            body = decode_operations(stored_set(row.header, row.signature, row.body))
            found += [s.signature for s in body.signatures if s.public_key == key]
    return found


async def test_no_room_takes_the_hubs_word_about_an_operator_back(
    world: World,
) -> None:
    """Its words on the hub's register, of whatever kind, change nothing."""
    await name_operator(world.hub, WANG)
    await name_operator(world.hub, WANG, is_in_force=False)
    await world.meet(world.first)
    room = world.first

    def spoil(rows: Rows) -> None:
        scope_no = common_scope_no(rows)
        assert scope_no is not None
        rolls = read_roster(rows).rolls
        assert [roll.is_in_force for roll in rolls] == [True, False]
        (register,) = rows.records.registers(scope_no)
        record = Dot(rows.logs.id_of(register.log_no), register.n)
        gone = Element(Dot(record.log, rolls[1].at.n), 0)
        group = (3, WANG.name, WANG.public_key, 1)
        removal = (Removal(OPERATOR, (gone,)),)
        again = (Elements(OPERATOR, (group,)),)
        save(rows, scope_no, lambda n: Remove(n, CLERK, 0, record, removal))
        save(rows, scope_no, lambda n: Add(n, CLERK, 0, record, again))

    await room.store.write(spoil)
    await world.meet(world.first, world.second)
    for site in world.sites:
        roster = await site.store.read(read_roster)
        assert roster.named(WANG.name) is None
        assert [roll.is_in_force for roll in roster.now()] == [False]


async def test_a_hub_put_back_from_a_copy_keeps_its_operators(
    world: World, tmp_path: Path
) -> None:
    await name_operator(world.hub, WANG)
    record = await a_record(world)
    copied = await copy_of(world.hub, tmp_path / "copy")
    await name_operator(world.hub, LI)
    await name_operator(world.hub, WANG, is_in_force=False)
    await decide(world.hub, world.scope, record, "李四裁", LI)
    await send(world)
    await put_back(world.hub, copied, with_sidecar=False)
    await world.hub.hub.registry.raise_epoch()
    await succeed(world.hub.store, world.hub.home)
    await world.meet(world.first, world.second, world.first)
    with pytest.raises(OperatorRevoked):
        await decide(world.hub, world.scope, record, "王芳裁", WANG, is_asked=True)
    await decide(world.hub, world.scope, record, "李四再裁", LI, is_asked=True)
    await send(world)
    for site in world.sites:
        words = await words_of(site, world.scope, record)
        assert words == [(SignatureWord.VERIFIED, "李四")] * 2


async def test_what_a_hub_forgot_that_it_said_comes_back_beside_what_it_said_since(
    world: World, tmp_path: Path
) -> None:
    """Put back whole, it gives one number of its log twice; rooms hold one of each."""
    await name_operator(world.hub, WANG)
    record = await a_record(world)
    copied = await copy_of(world.hub, tmp_path / "copy")
    await name_operator(world.hub, LI)
    await world.meet(world.first)
    await put_back(world.hub, copied, with_sidecar=True)
    await name_operator(world.hub, WANG, is_in_force=False)
    await world.meet(world.second)
    for _ in range(3):
        await world.meet(world.first, world.second)
    for site in world.sites:
        roster = await site.store.read(read_roster)
        known = {roll.name: roll.is_in_force for roll in roster.now()}
        assert known == {"王芳": False, "李四": True}
        report = await check(site.store, site.keys, site.home, rebuild=True)
        assert report.faults == []
    assert await world.is_equal()
    await decide(world.hub, world.scope, record, "李四裁", LI, is_asked=True)
    await send(world)
    for site in world.sites:
        words = await words_of(site, world.scope, record)
        assert words == [(SignatureWord.VERIFIED, "李四")]

    def hold_it_twice(rows: Rows) -> None:
        """As where it was held under the log before the feed brought it as a branch."""
        (branch,) = (log for log in rows.logs.all() if log.parent_no is not None)
        assert branch.parent_no is not None
        (row,) = rows.sets.range(branch.log_no, 1, 1 << 40)
        rows.sets.add(row._replace(log_no=branch.parent_no, state=SetState.HELD))

    for site in (world.first, world.second):
        await site.store.write(hold_it_twice)
        assert await site.store.write(lambda rows: fork_step(rows, b"n" * 16))
        assert not await site.store.write(lambda rows: fork_step(rows, b"n" * 16))
        report = await check(site.store, site.keys, site.home, rebuild=True)
        assert report.faults == []
    assert await world.is_equal()


async def test_a_clones_branch_keeps_what_was_signed(
    world: World, tmp_path: Path
) -> None:
    """Dots mean others in a branch; the signature is over what was written."""
    record = await a_record(world)
    shutil.copytree(world.first.home.path, tmp_path / "clone")
    clone = await open_site(tmp_path, "clone")
    for site, title in ((world.first, "甲"), (clone, "乙")):
        made = await site.create(world.scope, f"{title}新件")
        await decide(site, world.scope, made, f"{title}改", WANG)
        await decide(site, world.scope, record, f"{title}裁", WANG)
        await site.room.prepare()
    await world.meet(world.first)
    await exchange(world.hub, clone)
    await world.meet(world.second, world.first)

    def branches(rows: Rows) -> int:
        return sum(log.parent_no is not None for log in rows.logs.all())

    for site in (world.hub, world.second):
        assert await site.store.read(branches) == 1
        words = await words_of(site, world.scope, record)
        unauthorised = (SignatureWord.UNAUTHORISED, WANG.public_key.hex()[:16])
        assert words == [unauthorised] * 2
        report = await check(site.store, site.keys, site.home)
        assert report.operators.signatures == 4
        assert all(
            bad.word is SignatureWord.UNAUTHORISED for bad in report.operators.bad
        )
    await clone.close()


async def test_a_redaction_leaves_the_signatures_of_what_it_left(
    world: World,
) -> None:
    """A decision of which something was removed says so; it is not called unsigned."""
    record = await a_record(world)
    await create_secret(world.first, world.scope, "不该在这里的一件")
    await decide(world.first, world.scope, record, "裁定题名", WANG)
    await decide(world.first, world.scope, record, "机密★裁定", WANG)
    await seal_anything(world.first)
    await world.meet(world.first, world.second, world.first)
    unauthorised = (SignatureWord.UNAUTHORISED, WANG.public_key.hex()[:16])
    for site in world.sites:
        words = await words_of(site, world.scope, record)
        assert words == [unauthorised, (SignatureWord.REMOVED, "")]
        report = await check(site.store, site.keys, site.home)
        assert [bad.word for bad in report.operators.bad] == [unauthorised[0]]
    assert await world.is_equal()


async def test_what_is_issued_again_under_a_new_log_is_shown_unsigned(
    world: World,
) -> None:
    await name_operator(world.hub, WANG)
    record = await a_record(world)
    await decide(world.hub, world.scope, record, "裁定题名", WANG)

    def again(rows: Rows) -> list[bytes]:
        open_incarnation(rows, b"another nonce 16")
        return [row.signatures for row in rows.journal.between(1, 99, 99)]

    assert await world.hub.store.write(again) == [b""]
    words = await words_of(world.hub, world.scope, record)
    assert words == [(SignatureWord.UNSIGNED, "")]


async def test_a_set_of_signed_operations_closes_before_its_limit(
    machine: TestMachine,
) -> None:
    """As many as fit by their rows alone would not fit with their signatures."""
    size = len(encode_operation(creating("题" * 80)(1)))
    amount = SET_TARGET_BYTES // size
    assert 100 < amount < SET_OPERATIONS

    def do(rows: Rows) -> None:
        for _ in range(amount):
            save(rows, machine.scope_no, creating("题" * 80), signer=WANG)

    await machine.store.write(do)
    assert await machine.seal() > 1
    for row in await machine.sets():
        change_set = stored_set(row.header, row.signature, row.body)
        body = decode_operations(change_set)
        assert [each.n for each in body.signatures] == [
            each.n for each in body.operations
        ]
        assert row.body is not None
        assert len(row.body) <= SET_TARGET_BYTES
    report = await check(machine.store, machine.keys, machine.home)
    assert report.faults == []
    assert report.operators.signatures == amount


async def test_the_largest_operation_can_be_sealed_with_a_signature(
    machine: TestMachine,
) -> None:
    def notes(size: int) -> Create:
        return Create(
            1, CLERK, 1, (), (Elements(NOTES, (b"x" * 200_000, b"y" * size)),)
        )

    room = OPERATION_LIMIT_BYTES - len(encode_operation(notes(80_000))) + 80_000
    assert len(encode_operation(notes(room))) == OPERATION_LIMIT_BYTES

    def do(rows: Rows) -> None:
        save_all(rows, machine.scope_no, lambda _: (notes(room),), signer=WANG)

    await machine.store.write(do)
    assert await machine.seal() == 1
    report = await check(machine.store, machine.keys, machine.home)
    assert (report.faults, report.operators.signatures) == ([], 1)


async def test_two_operators_can_sign_one_operation(machine: TestMachine) -> None:
    operation = creating("题名")(1)
    assert isinstance(operation, Create)

    def do(rows: Rows) -> None:
        scope = rows.scopes.row(machine.scope_no).scope
        made = [each.sign(machine.log, scope, operation) for each in (LI, WANG)]
        kept = b"".join(each.public_key + each.signature for each in made)
        keep(rows, machine.scope_no, [operation], signatures=[kept])

    await machine.store.write(do)
    await machine.seal()
    report = await check(machine.store, machine.keys, machine.home)
    assert (report.faults, report.operators.signatures) == ([], 2)


async def test_a_changed_signature_in_the_hubs_own_set_is_a_fault(
    world: World,
) -> None:
    """Only the hub itself could have sealed it; verify goes on to the end."""
    await name_operator(world.hub, WANG)
    record = await a_record(world)

    class Wrong(type(WANG)):  # type: ignore[misc]
        def sign(self, log: bytes, scope: object, operation: object) -> object:
            made = WANG.sign(log, scope, operation)  # type: ignore[arg-type]
            return OperatorSignature(made.n, made.public_key, bytes(64))

    await decide(world.hub, world.scope, record, "裁", Wrong("王芳", WANG.seed))
    await decide(world.hub, world.scope, record, "再裁", WANG)
    await send(world)
    for site in world.sites:
        report = await check(site.store, site.keys, site.home)
        assert [(each.what, each.reason) for each in report.faults] == [
            ("signature", "bad-signature")
        ]
        assert report.operators.signatures == 2
        assert await words_of(site, world.scope, record) == [
            (SignatureWord.BAD, "王芳"),
            VERIFIED,
        ]


def test_an_operator_signs_log_scope_and_row() -> None:
    operation = creating("题名")(7)
    made = WANG.sign(b"own log 16 bytes", SCOPE, operation)
    message = signed_form(operation, b"own log 16 bytes", SCOPE)
    signature = sign(WANG.seed, OPERATOR_TAG, message)
    assert made == OperatorSignature(7, public_key(WANG.seed), signature)
