"""Compression prefixes of kind 1: the last sets of a log that both ends hold.

A prefix is header ‖ signature ‖ body of sets a to b of one log, in order.
"""

from __future__ import annotations

from node.history.departures import receipted
from node.store.port import Rows
from node.store.row_types import SetRow, SetState
from protocol.exchange_limits import PREFIX_LIMIT_BYTES
from protocol.frames import PrefixName, prefix_digest

_SETS_A_LOOK = 16


def prefix_of(rows: Rows, log: bytes, first_seq: int, last_seq: int) -> bytes | None:
    """The bytes of the prefix; None where one of its sets is not held whole."""
    log_no = rows.logs.number_of(log)
    if log_no is None or last_seq < first_seq:
        return None
    parts: list[bytes] = []
    size = 0
    seq = first_seq
    while seq <= last_seq:
        until = min(last_seq, seq + _SETS_A_LOOK - 1)
        found = _linked(rows.sets.range(log_no, seq, until))
        if [row.seq for row in found] != list(range(seq, until + 1)):
            return None
        for row in found:
            part = _bytes_of(row)
            if part is None:
                return None
            size += len(part)
            if size > PREFIX_LIMIT_BYTES:
                return None
            parts.append(part)
        seq = until + 1
    return b"".join(parts)


def choose_prefix(
    rows: Rows, log_no: int, last_seq: int
) -> tuple[PrefixName, bytes] | None:
    """The longest prefix that ends with set *last_seq* and keeps to the limit."""
    parts: list[bytes] = []
    size = 0
    seq = last_seq
    is_full = False
    while seq >= 1 and not is_full:
        first = max(1, seq - _SETS_A_LOOK + 1)
        found = {row.seq: row for row in _linked(rows.sets.range(log_no, first, seq))}
        while seq >= first:
            part = _bytes_of(found[seq]) if seq in found else None
            if part is None or size + len(part) > PREFIX_LIMIT_BYTES:
                is_full = True
                break
            parts.append(part)
            size += len(part)
            seq -= 1
    if not parts:
        return None
    prefix = b"".join(reversed(parts))
    log = rows.logs.row(log_no).log
    return PrefixName(log, seq + 1, last_seq, prefix_digest(prefix)), prefix


def receipted_prefix(rows: Rows) -> tuple[PrefixName, bytes] | None:
    """The longest prefix of own sets for which the last checkpoint has signed."""
    known = receipted(rows)
    log_no = rows.logs.number_of(known.log)
    if log_no is None or not known.seq:
        return None
    return choose_prefix(rows, log_no, known.seq)


def _linked(found: list[SetRow]) -> list[SetRow]:
    return [row for row in found if row.state not in (SetState.WAITING, SetState.HELD)]


def _bytes_of(row: SetRow) -> bytes | None:
    return None if row.body is None else row.header + row.signature + row.body
