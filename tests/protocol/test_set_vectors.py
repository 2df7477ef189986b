"""Golden vectors of identity, operations, bodies, headers and sets.

They encode and decode as docs/protocol.md quotes them, and never change.
"""

from __future__ import annotations

import pytest

from protocol import signing
from protocol.body import Body, decode_body, encode_body
from protocol.canonical import pack
from protocol.changeset import (
    SET_TAG,
    ChangeSet,
    decode_operations,
    decode_redacted,
    from_wire,
    redacted_body,
    seal_set,
    to_wire,
    verify_set,
)
from protocol.header import Header, decode_header, encode_header
from protocol.identity import (
    ZERO_HASH,
    Dot,
    Element,
    Scope,
    fork_log_id,
    log_id,
    printed_id,
)
from protocol.messages import AliasRun, Birth, Parent
from protocol.operation_codec import decode_operation, encode_operation, signed_form
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
    Unknown,
    Withdraw,
    Write,
)
from tests.support.vectors import vectors

SEED = bytes(range(32))
NONCE = bytes(range(16))
KEY = signing.public_key(SEED)
LOG = log_id(KEY, NONCE)
OTHER = b"another log 0001"
FONDS = Scope(b"fonds-01", 0)
CLERK, CHIEF = Actor("张三"), Actor("李四")
NOON = 1_700_000_000
RECORD, FAR = Dot(LOG, 1), Dot(OTHER, 7)

OPERATIONS: dict[str, Operation] = {
    "create": Create(
        1,
        CLERK,
        NOON,
        ((3, 3), (10, "0001-2-0001"), (11, "关于防汛工作的通知"), (15, 1998)),
        (Elements(13, ("旗政府", "水利局")),),
    ),
    "set": Set(2, CLERK, NOON + 60, RECORD, (Write(11, "关于防汛的通知", (RECORD,)),)),
    "set-named": Set(
        3,
        CHIEF,
        NOON + 90,
        FAR,
        (
            Write(12, None, (Dot(LOG, 2),)),
            Write(14, "1998-07-01", (Dot(OTHER, 9), Dot(LOG, 2))),
        ),
    ),
    "add": Add(4, CHIEF, NOON + 90, RECORD, (Elements(41, ("缺第2页",)),)),
    "remove": Remove(
        5,
        CHIEF,
        NOON + 90,
        RECORD,
        (Removal(13, (Element(RECORD, 1),)), Removal(41, (Element(Dot(LOG, 4), 0),))),
    ),
    "withdraw": Withdraw(
        6, CHIEF, NOON + 91, FAR, (FAR,), (Seen(12, (Dot(LOG, 3),)),), "重复著录"
    ),
    "restore": Restore(7, CHIEF, NOON + 92, FAR, (Dot(LOG, 6),), "不是重复"),
    "resolve": Resolve(
        8,
        CHIEF,
        NOON + 93,
        RECORD,
        Write(11, (int(Tag.COPY), LOG, 2), (Dot(OTHER, 9), Dot(LOG, 2))),
        1,
        bytes(16),
        "以原件为准",
    ),
    "link": Link(9, CHIEF, NOON + 94, RECORD, 1, Scope(b"fonds-02", 0), FAR, ""),
    "claim": Claim(10, CHIEF, NOON + 95, RECORD, "0001-WS-1998-D30", "0007", 1),
    "redact": Redact(
        11, CHIEF, NOON + 96, OTHER, 3, bytes(32), "保密令1号", "李四", NOON, b"\x90"
    ),
    "unknown": Unknown(12, CHIEF, NOON + 97, 77, pack((1, (OTHER, 7), "以后"))),
}
IMPORTED = tuple(
    Create(
        n,
        CLERK,
        NOON,
        (
            (10, f"0001-2-{volume:04}-{item:03}"),
            (11, "关于防汛工作的通知"),
            (12, f"通政发〔1998〕{n}号"),
        ),
    )
    for n, (volume, item) in enumerate([(1, 1), (1, 2), (2, 1)], start=1)
)
BODIES: dict[str, tuple[tuple[Operation, ...], tuple[OperatorSignature, ...]]] = {
    "one-edit": ((OPERATIONS["set"],), ()),
    "three-creates": (IMPORTED, ()),
    "every-kind": (
        tuple(OPERATIONS.values()),
        (OperatorSignature(8, b"k" * 32, b"s" * 64),),
    ),
}
HEADERS: dict[str, Header] = {
    "first": Header(
        log=LOG,
        seq=1,
        prev=ZERO_HASH,
        first_n=1,
        count=3,
        scope=FONDS,
        time_base=NOON,
        body_hash=b"b" * 32,
        birth=Birth(KEY, NONCE),
    ),
    "common": Header(
        log=LOG,
        seq=5,
        prev=b"p" * 32,
        first_n=41,
        count=3,
        scope=FONDS,
        time_base=NOON,
        body_hash=b"b" * 32,
        cursor_epoch=1,
        cursor_place=812,
    ),
    "full": Header(
        log=LOG,
        seq=9,
        prev=b"p" * 32,
        first_n=300,
        count=200,
        scope=Scope(b"fonds-01", 2),
        time_base=NOON,
        body_hash=b"b" * 32,
        cursor_epoch=2,
        cursor_place=70_000,
        schema=1,
        pack=3,
        group=7,
        more_follows=True,
        lost=((4, 5),),
    ),
    "new-incarnation": Header(
        log=LOG,
        seq=1,
        prev=ZERO_HASH,
        first_n=1,
        count=1,
        scope=FONDS,
        time_base=NOON,
        body_hash=b"b" * 32,
        birth=Birth(KEY, NONCE, Parent(OTHER, 9, b"h" * 32, 77), (AliasRun(70, 5, 1),)),
    ),
}


def sealed() -> tuple[ChangeSet, ChangeSet]:
    def seal(seq: int, prev: bytes, *operations: Operation) -> ChangeSet:
        return seal_set(
            log=LOG,
            seq=seq,
            prev=prev,
            scope=FONDS,
            operations=operations,
            sign=lambda message: signing.sign(SEED, SET_TAG, message),
            birth=Birth(KEY, NONCE) if seq == 1 else None,
        )

    first = seal(1, ZERO_HASH, OPERATIONS["create"])
    return first, seal(2, first.hash, OPERATIONS["set"])


def body_of(name: str) -> bytes:
    operations, signatures = BODIES[name]
    return encode_body(LOG, operations[0].n, NOON, operations, signatures)


def test_identity(pytestconfig: pytest.Config) -> None:
    made = {
        "public-key": KEY,
        "nonce": NONCE,
        "log-id": LOG,
        "branch-log-id": fork_log_id(LOG, 5, b"f" * 32),
        "printed-id-of-1204": printed_id(Dot(LOG, 1204)).encode(),
    }
    assert vectors(pytestconfig, "v1/identity.txt", made) == made


def test_operations(pytestconfig: pytest.Config) -> None:
    made = {name: encode_operation(each) for name, each in OPERATIONS.items()}
    stored = vectors(pytestconfig, "v1/operations.txt", made)
    assert stored == made
    for name, data in stored.items():
        assert decode_operation(data) == OPERATIONS[name]


def test_bodies(pytestconfig: pytest.Config) -> None:
    made = {name: body_of(name) for name in BODIES}
    stored = vectors(pytestconfig, "v1/bodies.txt", made)
    assert stored == made
    for name, data in stored.items():
        operations, signatures = BODIES[name]
        found = decode_body(LOG, operations[0].n, len(operations), NOON, data)
        assert found == Body(operations, signatures)


def test_headers(pytestconfig: pytest.Config) -> None:
    made = {name: encode_header(each) for name, each in HEADERS.items()}
    stored = vectors(pytestconfig, "v1/headers.txt", made)
    assert stored == made
    for name, data in stored.items():
        assert decode_header(data) == HEADERS[name]


def test_sets(pytestconfig: pytest.Config) -> None:
    first, second = sealed()
    kept = redacted_body(first, "保密令1号", lambda _each, field, _value: field == 11)
    made = {
        "first-signed-header": first.header_bytes,
        "first-body": first.body or b"",
        "first-hash": first.hash,
        "first-on-its-way": to_wire(first, with_prev=True),
        "second-on-its-way-with-prev": to_wire(second, with_prev=True),
        "second-on-its-way": to_wire(second, with_prev=False),
        "second-hash": second.hash,
        "first-redacted": kept,
        "operator-signs": signed_form(OPERATIONS["resolve"], LOG, FONDS),
    }
    stored = vectors(pytestconfig, "v1/sets.txt", made)
    assert stored == made
    found = from_wire(stored["second-on-its-way"], prev=stored["first-hash"])
    verify_set(found, KEY)
    assert decode_operations(found).operations == (OPERATIONS["set"],)
    redact = Redact(
        3, CHIEF, NOON, LOG, 1, first.hash, "保密令1号", "李四", NOON,
        stored["first-redacted"],
    )  # fmt: skip
    (create,) = decode_redacted(redact).operations
    assert isinstance(create, Create)
    assert create.values[2] == (11, (int(Tag.REMOVED), "保密令1号"))
