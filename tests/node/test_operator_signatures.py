"""What operators signed, read back of the bytes of a set."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from node.history.operator_signatures import (
    kept_form,
    signatures_of,
    signed_in,
    size_of_signatures,
)
from node.store.row_types import JournalRow
from protocol.changeset import (
    SET_TAG,
    ChangeSet,
    decode_operations,
    decode_redacted,
    from_wire,
    redacted_body,
    seal_set,
    to_wire,
)
from protocol.identity import Scope
from protocol.operations import (
    Actor,
    Operation,
    OperatorSignature,
    Redact,
    Unknown,
    Value,
)
from protocol.signing import sign
from tests.protocol.operation_strategies import OWN, histories
from tests.support.deciding import LI, WANG

SCOPE = Scope(b"fonds-01", 0)
OTHER_SCOPE = Scope(b"fonds-02", 0)
MACHINE = b"a machine's seed, of 32 bytes..."
PREV = b"p" * 32


def signed_set(operations: tuple[Operation, ...], signed: set[int]) -> ChangeSet:
    """A set in which both operators signed those operations."""
    signatures = [
        operator.sign(OWN, SCOPE, each)
        for each in operations
        if each.n in signed
        for operator in sorted((LI, WANG), key=lambda one: one.public_key)
    ]
    return seal_set(
        log=OWN,
        seq=2,
        prev=PREV,
        scope=SCOPE,
        operations=operations,
        signatures=signatures,
        sign=lambda header: sign(MACHINE, SET_TAG, header),
    )


def some(operations: tuple[Operation, ...], data: st.DataObject) -> set[int]:
    return data.draw(st.sets(st.sampled_from([each.n for each in operations])))


@given(histories(most=6), st.data())
def test_what_was_signed_verifies_after_its_journey(
    operations: tuple[Operation, ...], data: st.DataObject
) -> None:
    wanted = some(operations, data)
    found = from_wire(
        to_wire(signed_set(operations, wanted), with_prev=True), prev=None
    )
    body = decode_operations(found)
    signed = signed_in(found.header, body)
    assert set(signed) == wanted
    for each in signed.values():
        assert dict(each.verified()) == {
            WANG.public_key: True,
            LI.public_key: True,
        }


@given(histories(most=4), st.data())
def test_a_signature_is_for_one_log_one_scope_and_one_operation(
    operations: tuple[Operation, ...], data: st.DataObject
) -> None:
    chosen = data.draw(st.sampled_from(operations))
    found = signed_set(operations, {chosen.n})
    signed = signed_in(found.header, decode_operations(found))[chosen.n]
    changed = [
        signed._replace(log=b"another log 0001"),
        signed._replace(scope=OTHER_SCOPE),
        signed._replace(operation=replace(chosen, n=chosen.n + 1)),
        signed._replace(operation=replace(chosen, made_at=chosen.made_at + 1)),
        signed._replace(operation=replace(chosen, actor=Actor("别人"))),
    ]
    for each in changed:
        assert not any(is_good for _, is_good in each.verified())


@given(histories(most=6), st.data())
def test_a_redaction_keeps_the_signatures_of_what_it_left_alone(
    operations: tuple[Operation, ...], data: st.DataObject
) -> None:
    wanted = {each.n for each in operations}
    secret = some(operations, data)
    original = signed_set(operations, wanted)

    def is_removed(operation: Operation, _field: int, _value: Value) -> bool:
        return operation.n in secret and not isinstance(operation, Redact | Unknown)

    kept = redacted_body(original, "保密令1号", is_removed)
    redact = Redact(
        9, Actor("丙"), 9, OWN, 2, original.hash, "保密令1号", "王五", 9, kept
    )
    body = decode_redacted(redact)
    signed = signed_in(original.header, body)
    before = {each.n: each for each in operations}
    untouched = {each.n for each in body.operations if each == before[each.n]}
    assert set(signed) == untouched
    assert untouched >= wanted - secret
    for each in signed.values():
        assert all(is_good for _, is_good in each.verified())


@given(st.lists(st.binary(min_size=96, max_size=96), max_size=4, unique=True))
def test_a_journal_keeps_signatures_as_they_were_made(parts: list[bytes]) -> None:
    made = [OperatorSignature(7, part[:32], part[32:]) for part in parts]
    kept = b"".join(map(kept_form, made))
    row = JournalRow(7, 1, 7, 0, 0, b"", kept)
    found = signatures_of(row)
    assert sorted(found, key=lambda each: each.signature) == sorted(
        made, key=lambda each: each.signature
    )
    assert [each.public_key for each in found] == sorted(
        each.public_key for each in made
    )
    assert size_of_signatures(kept) == 103 * len(parts)
