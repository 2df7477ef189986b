"""Real and published values through encoding, rows and bodies."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import zstandard

from protocol.body import decode_body, encode_body
from protocol.canonical import decode, encode
from protocol.compression import FrameCompressor
from protocol.errors import RemoteProtocolError
from protocol.operation_codec import decode_operation, encode_operation
from protocol.operations import Actor, Create, Elements, Operation
from tests.protocol.operation_strategies import OWN
from tests.support.real_data import real_data_folder

pytestmark = pytest.mark.realdata
CLERK = Actor("张三")
FORBIDDEN = {"map", "ext", "timestamp"}
ENTRIES = 20_000


def folder() -> Path:
    found = real_data_folder()
    assert found is not None
    return found


def carried(texts: list[str]) -> list[str]:
    """*texts* after a journey in titles of bodies, checked as rows on the way."""
    arrived: list[str] = []
    for start in range(0, len(texts), 50):
        creates = [
            Create(n, CLERK, 9, ((11, text),), (Elements(13, (text, "")),))
            for n, text in enumerate(texts[start : start + 50], start=1)
        ]
        for each in creates:
            assert decode_operation(encode_operation(each)) == each
        body = encode_body(OWN, 1, 9, creates)
        for found in decode_body(OWN, 1, len(creates), 9, body).operations:
            assert isinstance(found, Create)
            value = found.values[0][1]
            assert isinstance(value, str)
            arrived.append(value)
    return arrived


def test_the_messagepack_suite_has_one_canonical_form_each() -> None:
    suite = json.loads(
        (folder() / "msgpack_suite" / "msgpack-test-suite.json").read_text("utf-8")
    )
    for case in (case for cases in suite.values() for case in cases):
        accepted = []
        for form in case["msgpack"]:
            data = bytes.fromhex(form.replace("-", ""))
            try:
                value = decode(data)
            except RemoteProtocolError:
                continue
            assert encode(value) == data
            accepted.append(data)
        kinds = set(case) - {"msgpack"}
        has_form = not kinds & FORBIDDEN and not is_fraction(case)
        assert len(accepted) == has_form, case


def is_fraction(case: dict[str, Any]) -> bool:
    if "bignum" in case:
        return False
    found = case.get("number", case.get("array"))
    return isinstance(found, float) or (
        isinstance(found, list) and any(isinstance(each, dict) for each in found)
    )


def test_naughty_strings_come_back() -> None:
    texts = json.loads((folder() / "naughty_strings" / "blns.json").read_text("utf-8"))
    assert carried(texts) == texts


def test_texts_of_many_scripts_come_back() -> None:
    texts = [
        line
        for path in sorted((folder() / "mongolian").glob("*.textproto"))
        for line in path.read_text("utf-8").splitlines()
    ]
    assert texts
    assert carried(texts) == texts


def creates() -> tuple[list[Operation], list[str]]:
    """The first entries of the catalogue, and their columns as plain text."""
    path = folder() / "catalogue" / "catalogue.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row, _ in zip(csv.DictReader(file), range(ENTRIES))]  # noqa: B905
    names = [
        "档号(编)",
        "题名",
        "文号",
        "成文日期",
        "年度(推)",
        "保管期限(推)",
        "机构问题(推)",
    ]
    operations: list[Operation] = []
    for n, row in enumerate(rows, start=1):
        values = [(f, row[name]) for f, name in enumerate(names, start=10) if row[name]]
        creators = (Elements(20, (row["责任者(推)"],)),) if row["责任者(推)"] else ()
        operations.append(Create(n, CLERK, 1_700_000_000, tuple(values), creators))
    return operations, ["\n".join(row[name] for row in rows)
                        for name in (*names, "责任者(推)")]  # fmt: skip


@pytest.mark.soak
def test_real_entries_take_little_more_than_their_bare_columns() -> None:
    """At most 1.12 times zstd -19 of the values as columns, without ids or times."""
    operations, columns = creates()
    stream = FrameCompressor()
    sent = 0
    for start in range(0, len(operations), 200):
        part = operations[start : start + 200]
        body = encode_body(OWN, part[0].n, 1_700_000_000, part)
        assert decode_body(
            OWN, part[0].n, len(part), 1_700_000_000, body
        ).operations == tuple(part)
        sent += len(stream.compress(body))
    floor = len(zstandard.ZstdCompressor(19).compress("\n".join(columns).encode()))
    assert sent <= 1.12 * floor
