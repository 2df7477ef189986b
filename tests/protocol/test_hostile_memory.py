"""What hostile bodies, headers and rows cost: at most 64 MiB above the start.

Each is read in a process of its own, whose peak is taken from the system, so that
memory that Python does not count is counted too.
"""

from __future__ import annotations

import subprocess
import sys

import msgpack
import pytest

from protocol.body import encode_body
from protocol.canonical import pack, unpack
from protocol.limits import (
    BODY_CELLS,
    SET_LIMIT_BYTES,
    SET_OPERATIONS,
    SINGLE_LIMIT_BYTES,
)
from protocol.operations import Actor, Create
from tests.support.real_data import REPOSITORY

LIMIT_BYTES = 64 * 1024 * 1024
OWN = b"own log 16 bytes"

READER = """
import resource, sys
from protocol.body import decode_body
from protocol.changeset import from_wire
from protocol.errors import RemoteProtocolError
from protocol.header import decode_header
from protocol.operation_codec import decode_operation

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

data = sys.stdin.buffer.read()
before = peak()
for read in (
    lambda: decode_body(b"own log 16 bytes", 1, 1, 9, data),
    lambda: decode_body(b"own log 16 bytes", 1, 200, 9, data),
    lambda: decode_operation(data),
    lambda: decode_header(data),
    lambda: from_wire(data, prev=None),
    lambda: from_wire(bytes(65) + data, prev=None),
):
    try:
        read()
    except RemoteProtocolError:
        pass
print(peak() - before)
"""


def create_columns(count: int) -> list[object]:
    creates = [Create(n, Actor(""), 9, ((1, 7),)) for n in range(1, count + 1)]
    return list(unpack(encode_body(OWN, 1, 9, creates)))


def many_uniform_columns() -> bytes:
    """Few bytes that claim a cell in every column for every row."""
    fields = range(BODY_CELLS // SET_OPERATIONS - 1)
    items = create_columns(SET_OPERATIONS)
    items[6] = ((1, *fields),)
    items[11:-1] = [(7,)] * len(fields)
    return pack(tuple(items))


def many_lists() -> bytes:
    items = create_columns(1)
    items[6] = ((1, *[~field for field in range(9_000)]),)
    items[11:-1] = [item for _ in range(9_000) for item in (60_000, (7,))]
    return pack(tuple(items))


def one_text_for_many() -> bytes:
    items = create_columns(1)
    items[6] = ((1, -2),)
    items[11:-1] = [BODY_CELLS, ("x" * 60_000,)]
    return pack(tuple(items))


def text_and_marks() -> bytes:
    items = create_columns(1)
    items[6] = ((1, -2),)
    items[11:-1] = [20_001, "x" * 20_000 + "1" + "\n\x1c" * 20_000]
    return pack(tuple(items))


HOSTILE = {
    "open arrays that claim much": b"\xdd\x00\x00\xff\xff" * (SINGLE_LIMIT_BYTES // 5),
    "open arrays at the quick limit": b"\xdc\x10\x00" * (SINGLE_LIMIT_BYTES // 3),
    "open arrays of arrays": b"\xdd\xff\xff\xff\xff" * 60_000,
    "depth": b"\x91" * SINGLE_LIMIT_BYTES,
    "empty arrays": msgpack.packb([[]] * 65_000),
    "numbers": msgpack.packb([[300] * 65_000] * 1),
    "a text that claims much": b"\xdb\xff\xff\xff\xff" + b"a" * 100,
    "many uniform columns": many_uniform_columns(),
    "many lists": many_lists(),
    "one long text for many": one_text_for_many(),
    "one long text and marks": text_and_marks(),
    "line feeds": pack((*create_columns(1)[:11], "\n" * (SET_LIMIT_BYTES - 200), None)),
    "wide line feeds": pack((*create_columns(1)[:-1], b"\0\n" * 140_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_cost_little(name: str) -> None:
    run = subprocess.run(
        [sys.executable, "-P", "-c", READER],
        input=HOSTILE[name],
        capture_output=True,
        check=False,
        cwd=REPOSITORY,
        timeout=25,
    )
    assert run.stderr.decode() == ""
    assert int(run.stdout) <= LIMIT_BYTES
