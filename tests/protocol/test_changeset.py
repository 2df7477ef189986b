"""Change-sets: sealed, verified, on their way, redacted, renamed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import signing
from protocol.changeset import (
    BODY_TAG,
    SET_TAG,
    ChangeSet,
    Header,
    decode_operations,
    decode_redacted,
    from_wire,
    redacted_body,
    renamed,
    seal_opaque_set,
    seal_set,
    stored_set,
    to_wire,
    verify_set,
)
from protocol.errors import (
    BadSignature,
    FrameTooLarge,
    LocalProtocolError,
    MalformedFrame,
    RemoteProtocolError,
)
from protocol.identity import ZERO_HASH, Dot, Element, Scope, digest_256, log_id
from protocol.limits import SINGLE_LIMIT_BYTES
from protocol.messages import Birth
from protocol.operation_values import values_of
from protocol.operations import (
    Actor,
    Add,
    Claim,
    Create,
    Elements,
    Link,
    Operation,
    OperatorSignature,
    Redact,
    Removal,
    Remove,
    Resolve,
    Restore,
    Seen,
    Set,
    Tag,
    Value,
    Withdraw,
    Write,
)
from tests.protocol.operation_strategies import histories

SEED, NONCE = b"seed" * 8, b"n" * 16
KEY = signing.public_key(SEED)
LOG = log_id(KEY, NONCE)
BIRTH = Birth(KEY, NONCE)
FONDS = Scope(b"8 bytes.", 0)
CLERK = Actor("张三")
RECORD = Dot(LOG, 1)


def sign(message: bytes) -> bytes:
    return signing.sign(SEED, SET_TAG, message)


def sealed(*operations: Operation, seq: int = 1, prev: bytes = ZERO_HASH) -> ChangeSet:
    return seal_set(
        log=LOG,
        seq=seq,
        prev=prev,
        scope=FONDS,
        operations=operations,
        sign=sign,
        birth=BIRTH if seq == 1 else None,
    )


FIRST = sealed(Create(1, CLERK, 1_700_000_000, ((11, "关于防汛的通知"),)))
SECOND = sealed(
    Set(2, CLERK, 1_700_000_060, RECORD, (Write(11, "关于防汛工作的通知", (RECORD,)),)),
    seq=2,
    prev=FIRST.hash,
)


def test_a_sealed_set_verifies_and_opens() -> None:
    verify_set(FIRST, KEY)
    verify_set(SECOND, KEY)
    assert SECOND.header.prev == FIRST.hash == digest_256(SET_TAG, FIRST.header_bytes)
    (edit,) = decode_operations(SECOND).operations
    assert isinstance(edit, Set)
    assert edit.writes[0].names == (RECORD,)


@given(histories(), st.booleans(), st.booleans())
def test_sets_travel(
    operations: tuple[Operation, ...], with_prev: bool, has_body: bool
) -> None:
    change_set = sealed(*operations, seq=2, prev=FIRST.hash)
    if not has_body:
        header = change_set.header_bytes
        change_set = stored_set(header, change_set.signature, None)
    wire = to_wire(change_set, with_prev=with_prev)
    found = from_wire(wire, prev=None if with_prev else FIRST.hash)
    assert found == change_set
    assert found.hash == change_set.hash
    verify_set(found, KEY)
    if has_body:
        assert decode_operations(found).operations == operations


def test_a_set_without_prev_needs_the_one_before_it() -> None:
    wire = to_wire(SECOND, with_prev=False)
    assert len(wire) < 160
    with pytest.raises(MalformedFrame):
        from_wire(wire, prev=None)
    with pytest.raises(BadSignature):
        verify_set(from_wire(wire, prev=b"p" * 32), KEY)


def test_the_first_set_has_nothing_before_it() -> None:
    wire = to_wire(FIRST, with_prev=True)
    assert wire == to_wire(FIRST, with_prev=False)
    assert from_wire(wire, prev=None) == FIRST
    assert from_wire(wire, prev=b"p" * 32) == FIRST
    with pytest.raises(MalformedFrame):
        from_wire(b"\x01" + bytes(32) + wire[1:], prev=None)


@pytest.mark.parametrize("with_prev", [True, False])
def test_any_changed_byte_is_found(*, with_prev: bool) -> None:
    """Header, signature and body: nothing of a set may change on its way."""
    wire = to_wire(SECOND, with_prev=with_prev)
    for place in range(len(wire)):
        for change in (1, 0x80):
            spoilt = bytearray(wire)
            spoilt[place] ^= change
            with pytest.raises(RemoteProtocolError):
                verify_set(from_wire(bytes(spoilt), prev=FIRST.hash), KEY)


def test_a_set_cut_anywhere_is_found() -> None:
    wire = to_wire(SECOND, with_prev=True)
    for end in range(len(wire)):
        with pytest.raises(RemoteProtocolError):
            verify_set(from_wire(wire[:end], prev=None), KEY)
    with pytest.raises(BadSignature):
        verify_set(from_wire(wire + b"\xc0", prev=None), KEY)


def test_a_removed_body_leaves_the_chain_whole() -> None:
    bare = stored_set(SECOND.header_bytes, SECOND.signature, None)
    verify_set(bare, KEY)
    assert bare.hash == SECOND.hash
    with pytest.raises(LocalProtocolError):
        decode_operations(bare)


def test_another_key_and_another_body_are_found() -> None:
    with pytest.raises(BadSignature):
        verify_set(SECOND, signing.public_key(b"else" * 8))
    assert FIRST.body is not None
    swapped = stored_set(SECOND.header_bytes, SECOND.signature, FIRST.body)
    with pytest.raises(BadSignature):
        verify_set(swapped, KEY)


def test_a_body_that_is_not_canonical_is_refused_although_it_is_signed() -> None:
    assert SECOND.body is not None
    body = SECOND.body.replace(b"\x97", b"\xdc\x00\x07", 1)
    body = b"\xdc\x00" + bytes([SECOND.body[0] & 15]) + SECOND.body[1:]
    header = replace(SECOND.header, body_hash=digest_256(BODY_TAG, body))
    with pytest.raises(RemoteProtocolError):
        decode_operations(ChangeSet(header, b"", b"", body))


def test_a_body_above_its_size_is_not_taken() -> None:
    wire = to_wire(SECOND, with_prev=True)
    with pytest.raises(FrameTooLarge):
        from_wire(wire + bytes(SINGLE_LIMIT_BYTES), prev=None)


@pytest.mark.parametrize("wire", [b"", b"\x04", b"\x00", b"\x00" + bytes(64)])
def test_what_is_no_set_is_refused(wire: bytes) -> None:
    with pytest.raises(RemoteProtocolError):
        from_wire(wire, prev=FIRST.hash)


def test_a_set_needs_operations_and_the_ordinary_compartment() -> None:
    with pytest.raises(LocalProtocolError):
        sealed()
    with pytest.raises(LocalProtocolError):
        seal_set(
            log=LOG,
            seq=2,
            prev=FIRST.hash,
            scope=Scope(FONDS.fonds, 1),
            operations=decode_operations(SECOND).operations,
            sign=sign,
        )


def opaque_header(body: bytes) -> Header:
    scope = Scope(FONDS.fonds, 3)
    return replace(SECOND.header, scope=scope, body_hash=digest_256(BODY_TAG, body))


def test_an_opaque_body_travels_and_is_never_read() -> None:
    body = b"\xffonly another key reads this"
    change_set = seal_opaque_set(opaque_header(body), body, sign)
    found = from_wire(to_wire(change_set, with_prev=True), prev=None)
    verify_set(found, KEY)
    assert found == change_set
    assert found.header.is_opaque
    with pytest.raises(LocalProtocolError):
        decode_operations(found)
    with pytest.raises(LocalProtocolError):
        seal_opaque_set(SECOND.header, body, sign)
    with pytest.raises(LocalProtocolError):
        seal_opaque_set(opaque_header(b""), body, sign)


# Redaction.

SPOKEN: tuple[Operation, ...] = (
    Create(1, CLERK, 9, ((10, "码"), (11, "密")), (Elements(13, ("密", "甲")),)),
    Set(2, CLERK, 9, RECORD, (Write(11, "密", (RECORD,)), Write(12, "号", (RECORD,)))),
    Add(3, CLERK, 9, RECORD, (Elements(13, ("密",)),)),
    Remove(4, CLERK, 9, RECORD, (Removal(13, (Element(RECORD, 0),)),)),
    Withdraw(5, CLERK, 9, RECORD, (RECORD,), (Seen(11, (RECORD,)),), "密"),
    Restore(6, CLERK, 9, RECORD, (Dot(LOG, 5),), "密"),
    Resolve(7, CLERK, 9, RECORD, Write(11, "密", (RECORD,)), 1, b"v" * 16, "密"),
    Link(8, CLERK, 9, RECORD, 1, FONDS, Dot(LOG, 1), "密"),
    Claim(9, CLERK, 9, RECORD, "密", "密", 1),
)


def is_secret(_operation: Operation, _field: int, value: Value) -> bool:
    return value == "密"


def test_every_value_and_text_is_shown_to_the_secrecy_rule() -> None:
    shown = [(each.n, *pair) for each in SPOKEN for pair in values_of(each)]
    assert [(n, field) for n, field, value in shown if value == "密"] == [
        (1, 11), (1, 13), (2, 11), (3, 13), (5, 0), (6, 0), (7, 11), (7, 11), (8, 1),
        (9, 2), (9, 2),
    ]  # fmt: skip


def test_a_redaction_keeps_all_but_the_values() -> None:
    signatures = (
        OperatorSignature(2, b"k" * 32, b"s" * 64),
        OperatorSignature(4, b"k" * 32, b"s" * 64),
    )
    change_set = seal_set(
        log=LOG,
        seq=1,
        prev=ZERO_HASH,
        scope=FONDS,
        operations=SPOKEN,
        sign=sign,
        signatures=signatures,
        birth=BIRTH,
    )
    kept = redacted_body(change_set, "保密令1号", is_secret)
    assert "密".encode("utf-16-be") in (change_set.body or b"")
    body = decode_redacted(
        Redact(10, CLERK, 9, LOG, 1, change_set.hash, "保密令1号", "王五", 9, kept)
    )
    assert not any(
        value == "密" for each in body.operations for _, value in values_of(each)
    )
    gone = (int(Tag.REMOVED), "保密令1号")
    create, edit = body.operations[:2]
    lists = (Elements(13, (gone, "甲")),)
    assert create == Create(1, CLERK, 9, ((10, "码"), (11, gone)), lists)
    assert isinstance(edit, Set)
    assert edit.writes == (Write(11, gone, (RECORD,)), Write(12, "号", (RECORD,)))
    assert body.operations[3] == SPOKEN[3]
    assert [each.n for each in body.operations] == [each.n for each in SPOKEN]
    assert body.signatures == signatures[1:]


def test_a_redaction_of_another_form_is_refused() -> None:
    kept = redacted_body(FIRST, "令", is_secret)
    redact = Redact(10, CLERK, 9, LOG, 1, FIRST.hash, "令", "王五", 9, kept)
    assert decode_redacted(redact) == decode_operations(FIRST)
    for spoilt in (b"", b"\x90", kept[:-1], kept + b"\xc0", b"\xdc\x00\x04" + kept[1:]):
        with pytest.raises(RemoteProtocolError):
            decode_redacted(replace(redact, body=spoilt))


# Forks.


def to_branch(dot: Dot) -> Dot:
    return Dot(b"branch 16 bytes.", dot.n) if dot.n >= 3 else dot


@given(histories())
def test_renaming_reaches_every_dot(operations: tuple[Operation, ...]) -> None:
    names: list[Dot] = []

    def remember(dot: Dot) -> Dot:
        names.append(dot)
        return dot

    for each in operations:
        assert renamed(each, remember) == each
        if isinstance(each, Set):
            assert (
                {*names} >= {each.record, *each.writes[0].names} if each.writes else 1
            )
        names.clear()


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            lambda d: Set(9, CLERK, 1, d(3), (Write(11, "a", (d(3), d(1))),)),
            (Dot(LOG, 1), Dot(b"branch 16 bytes.", 3)),
        ),
    ],
)
def test_names_are_sorted_after_renaming(
    made: Callable[[Callable[[int], Dot]], Set], expected: tuple[Dot, ...]
) -> None:
    found = renamed(made(lambda n: Dot(LOG, n)), to_branch)
    assert isinstance(found, Set)
    assert found.record == Dot(b"branch 16 bytes.", 3)
    assert found.writes[0].names == tuple(sorted(expected))


def test_a_copied_value_is_renamed() -> None:
    copied = (int(Tag.COPY), LOG, 5)
    write = Write(11, copied, (RECORD,))
    found = renamed(Resolve(9, CLERK, 1, RECORD, write, 4, b"v" * 16, ""), to_branch)
    assert isinstance(found, Resolve)
    assert found.write.value == (int(Tag.COPY), b"branch 16 bytes.", 5)
