"""Bodies, rows, headers and sets spoilt at random: refused, or another whole value.

Never another error than the protocol's, never two forms of one value. The spoilt
bytes come from a seed, so a failure can be repeated.
"""

from __future__ import annotations

import random  # noqa: TID251  seeded, so that a failure can be repeated
from collections.abc import Callable

import pytest

from protocol.body import decode_body, encode_body
from protocol.changeset import from_wire, to_wire
from protocol.errors import RemoteProtocolError
from protocol.header import decode_header, encode_header
from protocol.operation_codec import decode_operation, encode_operation
from tests.protocol.test_set_vectors import (
    BODIES,
    HEADERS,
    LOG,
    NOON,
    OPERATIONS,
    body_of,
    sealed,
)

ROUNDS = 3_000
MARKS = bytes.fromhex("000190919dc0c2c3c4cacccddcddd9ff0a1c1d1e1f")


def spoilt(chance: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """*data* with one to four places changed, left out, added or put from another."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(found) + 1)
        match chance.randrange(6):
            case 0 | 1:
                found[place : place + 1] = bytes([chance.randrange(256)])
            case 2:
                found[place : place + 1] = bytes([chance.choice(MARKS)])
            case 3:
                del found[place : place + 1]
            case 4:
                found.insert(place, chance.choice(MARKS))
            case _:
                other = chance.choice(others)
                start = chance.randrange(len(other))
                found[place : place + 9] = other[start : start + chance.randint(1, 12)]
    return bytes(found)


def again_body(name: str) -> Callable[[bytes], bytes]:
    operations, _signatures = BODIES[name]
    first_n = operations[0].n

    def again(data: bytes) -> bytes:
        body = decode_body(LOG, first_n, len(operations), NOON, data)
        for each in body.operations:
            assert decode_operation(encode_operation(each)) == each
        return encode_body(LOG, first_n, NOON, body.operations, body.signatures)

    return again


def again_set(data: bytes) -> bytes:
    change_set = from_wire(data, prev=b"p" * 32)
    return to_wire(change_set, with_prev=bool(data[0] & 1))


def cases() -> dict[str, tuple[bytes, Callable[[bytes], bytes]]]:
    """Bytes, and what decodes and encodes them."""
    found: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {}
    for name in BODIES:
        found[f"body {name}"] = (body_of(name), again_body(name))
    for name, each in OPERATIONS.items():
        row = encode_operation(each)
        found[f"row {name}"] = (row, lambda x: encode_operation(decode_operation(x)))
    for name, header in HEADERS.items():
        coded = encode_header(header)
        found[f"header {name}"] = (coded, lambda x: encode_header(decode_header(x)))
    for number, change_set in enumerate(sealed(), start=1):
        wire = to_wire(change_set, with_prev=True)
        found[f"set {number}"] = (wire, again_set)
    return found


CASES = cases()


@pytest.mark.parametrize("name", CASES)
def test_spoilt_bytes_are_refused_or_whole(name: str) -> None:
    data, again = CASES[name]
    others = [other for other, _ in CASES.values()]
    chance = random.Random(name)
    assert again(data) == data
    for _ in range(ROUNDS // 3 if name.startswith("row") else ROUNDS):
        changed = spoilt(chance, data, others)
        try:
            found = again(changed)
        except RemoteProtocolError:
            continue
        assert found == changed
