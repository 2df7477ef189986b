"""Logs that forked: which dots a branch's change-sets mean, and whose branch it is.

A clone's change-sets carry the header of the log that they left. From the forked set
on they are stored under a log of their own, and (log, n) with n from the forked set's
first n on means (branch, n) inside them. Sets are read through here, so that nobody
above sees the difference.
"""

from __future__ import annotations

from collections.abc import Callable

from node.store.port import Rows
from node.store.row_types import LogRow, SetRow
from protocol.changeset import ChangeSet, decode_operations, renamed
from protocol.identity import Dot, fork_log_id
from protocol.messages import Fork
from protocol.operations import Operation

Rename = Callable[[Dot], Dot]


def operations_of(
    rows: Rows, log_no: int, change_set: ChangeSet
) -> tuple[Operation, ...]:
    """The operations of a set that is stored under *log_no*, by the dots they mean.

    Raises:
        RemoteProtocolError: the body does not decode.
        LocalProtocolError: it is opaque here, or was removed.
    """
    return meant(rows, log_no, decode_operations(change_set).operations)


def meant(
    rows: Rows, log_no: int, operations: tuple[Operation, ...]
) -> tuple[Operation, ...]:
    """Operations of a set that is stored under *log_no*, by the dots they mean."""
    rename = renaming(rows, log_no)
    if rename is None:
        return operations
    return tuple(renamed(operation, rename) for operation in operations)


def renaming(rows: Rows, log_no: int) -> Rename | None:
    """What dots mean inside the sets of *log_no*; None where they mean themselves."""
    row = rows.logs.row(log_no)
    steps: list[tuple[int, bytes]] = []
    while row.parent_no is not None:
        steps.append((row.fork_first_n, row.log))
        row = rows.logs.row(row.parent_no)
    if not steps:
        return None
    root = row.log

    def rename(dot: Dot) -> Dot:
        if dot.log != root:
            return dot
        for first_n, branch in steps:
            if dot.n >= first_n:
                return Dot(branch, dot.n)
        return dot

    return rename


def root_no(rows: Rows, log_no: int) -> int:
    """The log that stands in the headers of the sets of *log_no*."""
    row = rows.logs.row(log_no)
    while row.parent_no is not None:
        row = rows.logs.row(row.parent_no)
    return row.log_no


def family(rows: Rows, root: int) -> list[LogRow]:
    """The log and all branches that left it, parents before children."""
    found = [rows.logs.row(root)]
    for row in found:
        found.extend(rows.logs.branches(row.log_no))
    return found


def find_set(rows: Rows, log: bytes, seq: int, set_hash: bytes) -> SetRow | None:
    """The set, in the log that its header names or a branch of it."""
    log_no = rows.logs.number_of(log)
    if log_no is None:
        return None
    for each in family(rows, log_no):
        row = rows.sets.get(each.log_no, seq, set_hash)
        if row is not None:
            return row
    return None


def ensure_branch(rows: Rows, root: int, fork: Fork) -> int:
    """The number of the branch that *fork* decided on; made known where it is new."""
    root_row = rows.logs.row(root)
    branch = fork_log_id(root_row.log, fork.seq, fork.forked_hash)
    branch_no = rows.logs.ensure(branch)
    if rows.logs.row(branch_no).parent_no is None:
        parent_no = rows.logs.ensure(fork.branch) if fork.branch else root
        rows.logs.branch_off(
            branch_no, parent_no, fork.seq, fork.forked_hash, fork.first_n
        )
        if root_row.public_key is not None and root_row.nonce is not None:
            rows.logs.identify(branch_no, root_row.public_key, root_row.nonce)
        rows.logs.describe(branch_no, root_row.name, root_row.state)
    return branch_no
