"""Cutting a revoked log: sets above the cut count neither as values nor as namings.

Works in steps, each a whole transaction: a step takes some sets out and computes
anew the records that they touched. What is left to do is read from the rows
themselves, so a power cut between two steps loses nothing.
"""

from __future__ import annotations

from dataclasses import replace

from node.history.order import head_of
from node.history.rebuilding import rebuild_records
from node.history.redactions import records_of_set
from node.history.trust import entries, entry_of, issue
from node.store.port import Rows
from node.store.row_types import LogRow, SetRow, SetState
from protocol.messages import LogState, TrustEntry

_SETS_A_STEP = 4
_SEQS_A_LOOK = 32


def revoke_log(rows: Rows, log: bytes, cut_seq: int | None, cut_hash: bytes) -> bool:
    """Revoke an installation: *log* at the cut, its other logs where they stand.

    Without a cut, *log* too is cut where it stands. False where it is unknown.
    """
    entry = entry_of(rows, log)
    if entry is None:
        return False
    for each in entries(rows):
        if each.public_key != entry.public_key:
            continue
        cut = _head(rows, each.log)
        if each.log == log and cut_seq is not None:
            cut = cut_seq, cut_hash
        _revoke(rows, each, cut)
    return True


def revoke_here(rows: Rows, entry: TrustEntry) -> None:
    """Revoke one log where it stands; for one of an installation that is revoked."""
    _revoke(rows, entry, _head(rows, entry.log))


def cut_step(rows: Rows) -> bool:
    """Take some sets above a cut out; True while there may be more."""
    for log in rows.logs.all():
        if log.state != LogState.REVOKED or log.parent_no is not None:
            continue
        for line in _lines_cut(rows, log):
            found = _admitted_above(rows, line, log.cut_seq)
            if found:
                _cut(rows, found[:_SETS_A_STEP])
                return True
    return False


def is_cut(rows: Rows, log_no: int, seq: int) -> bool:
    """Whether the set at that place of the log is above the cut of a revoked log."""
    row = rows.logs.row(log_no)
    branch_seq = 0
    while row.parent_no is not None:
        branch_seq = row.fork_seq
        row = rows.logs.row(row.parent_no)
    if row.state != LogState.REVOKED:
        return False
    return (branch_seq or seq) > row.cut_seq


def forget_digests(rows: Rows, scope_nos: set[int]) -> None:
    """Digests that were signed are of records that have changed since."""
    for scope_no in scope_nos:
        head = head_of(rows, scope_no)
        if head.digest:
            rows.orders.put_head(head._replace(digest=b""))


def _revoke(rows: Rows, entry: TrustEntry, cut: tuple[int, bytes]) -> None:
    seq, set_hash = cut
    revoked = replace(entry, state=LogState.REVOKED, cut_seq=seq, cut_hash=set_hash)
    issue(rows, revoked)


def _cut(rows: Rows, found: list[SetRow]) -> None:
    touched: set[int] = set()
    for row in found:
        rows.sets.set_state(row.log_no, row.seq, row.hash, SetState.CUT, "revoked")
        touched |= records_of_set(rows, row)
    rebuild_records(rows, touched)
    forget_digests(rows, {row.scope_no for row in found})


def _lines_cut(rows: Rows, log: LogRow) -> list[LogRow]:
    """The log, and the branches that left it above the cut."""
    lines = [log]
    pending = rows.logs.branches(log.log_no)
    while pending:
        branch = pending.pop()
        if branch.fork_seq > log.cut_seq:
            lines.append(branch)
        pending.extend(rows.logs.branches(branch.log_no))
    return lines


def _admitted_above(rows: Rows, line: LogRow, cut_seq: int) -> list[SetRow]:
    """The first sets above the cut that still count."""
    last = rows.sets.last(line.log_no)
    if last is None:
        return []
    seq = cut_seq
    while seq < last.seq:
        found = rows.sets.range(line.log_no, seq + 1, seq + _SEQS_A_LOOK)
        counting = [row for row in found if row.state == SetState.ADMITTED]
        if counting:
            return counting
        seq += _SEQS_A_LOOK
    return []


def _head(rows: Rows, log: bytes) -> tuple[int, bytes]:
    log_no = rows.logs.number_of(log)
    last = None if log_no is None else rows.sets.linked(log_no)
    return (0, b"") if last is None else (last.seq, last.hash)
