"""A machine learns that its newest sets are a branch: they move to the branch's log.

Only the hub decides forks. The sets of the branch move one by one, the newest first;
the forked set moves last, so that what is left to do is seen from the rows. A set that
the feed has brought to the branch meanwhile only leaves the log in which it was held.
"""

from __future__ import annotations

from collections.abc import Iterable

from node.history.branches import operations_of, root_no
from node.history.incarnation import (
    SUSPECT,
    note_passage,
    open_incarnation,
    rename_journal,
)
from node.history.projection import apply_set, records_touched
from node.history.rebuilding import rebuild_records
from node.history.redactions import records_of_set
from node.store.port import Rows
from node.store.row_types import EditRow, LogRow, SetRow, SetState
from protocol.changeset import stored_set
from protocol.header import decode_header
from protocol.identity import Dot
from protocol.operations import Create, Operation

_APPLIED = frozenset({SetState.ADMITTED, SetState.REMOVED, SetState.SEALED})
_SETTLED = frozenset({SetState.ADMITTED, SetState.CUT})


def fork_to_settle(rows: Rows) -> LogRow | None:
    """A branch whose forked set still stands in the log that it left."""
    for log in rows.logs.all():
        if log.parent_no is not None and _forked_set(rows, log) is not None:
            return log
    return None


def fork_step(rows: Rows, nonce: bytes) -> bool:
    """Move one set of a branch to its log; True while there may be more."""
    branch = fork_to_settle(rows)
    if branch is None:
        return False
    first = _forked_set(rows, branch)
    if first is None or branch.parent_no is None:
        return False
    if _begin(rows, branch, first, nonce):
        return True
    last = first
    while True:
        after = _next(rows, last)
        if after is None:
            break
        last = after
    _move(rows, last, branch.log_no)
    if last.hash == first.hash and rows.logs.row(branch.log_no).is_own:
        rows.settings.put(SUSPECT, None)
    return True


def _begin(rows: Rows, branch: LogRow, first: SetRow, nonce: bytes) -> bool:
    """What has to happen before an own branch's sets move; True where it did now."""
    own = rows.logs.own()
    parent = rows.logs.row(first.log_no)
    if own is None or not parent.is_own or branch.is_own:
        return False
    if own.log_no == root_no(rows, branch.log_no):
        open_incarnation(rows, nonce, (branch.log_no, branch.fork_first_n))
        return True
    root = rows.logs.row(root_no(rows, branch.log_no)).log
    note_passage(rows, own.log, root, branch.log, first_n=branch.fork_first_n)

    def rename(dot: Dot) -> Dot:
        is_branch = dot.log == root and dot.n >= branch.fork_first_n
        return Dot(branch.log, dot.n) if is_branch else dot

    rename_journal(rows, rename)
    rows.logs.own_it(branch.log_no)
    rows.logs.own_it(own.log_no)
    return True


def _forked_set(rows: Rows, branch: LogRow) -> SetRow | None:
    if branch.parent_no is None:
        return None
    found = rows.sets.get(branch.parent_no, branch.fork_seq, branch.fork_hash)
    return None if found is None or found.state in _SETTLED else found


def _next(rows: Rows, row: SetRow) -> SetRow | None:
    for after in rows.sets.at(row.log_no, row.seq + 1):
        is_next = decode_header(after.header).prev == row.hash
        if is_next and after.state not in _SETTLED:
            return after
    return None


def _entries_beside(
    rows: Rows, row: SetRow, operations: Iterable[Operation]
) -> set[EditRow]:
    """Entries of what the log's other sets wrote under the moving set's numbers.

    The kept branch counts them anew, and need not divide them alike into sets.
    """
    others: dict[bytes, SetRow] = {}
    for operation in operations:
        for held in rows.sets.holding(row.scope_no, row.log_no, operation.n):
            if held.hash != row.hash and held.state in _APPLIED and held.body:
                others[held.hash] = held
    found = set()
    for other in others.values():
        change_set = stored_set(other.header, other.signature, other.body)
        if change_set.header.is_opaque:
            continue
        for op in operations_of(rows, other.log_no, change_set):
            if not isinstance(op, Create):
                numbers = records_touched(rows, other.scope_no, other.log_no, [op])
                found |= {EditRow(no, other.log_no, op.n, other.seq) for no in numbers}
    return found


def _move(rows: Rows, row: SetRow, branch_no: int) -> None:
    touched = records_of_set(rows, row)
    change_set = stored_set(row.header, row.signature, row.body)
    is_read = row.body is not None and not change_set.header.is_opaque
    if is_read:
        operations = operations_of(rows, row.log_no, change_set)
        for record_no in touched:
            rows.edits.remove(
                [EditRow(record_no, row.log_no, op.n, row.seq) for op in operations]
            )
        rows.edits.add(sorted(_entries_beside(rows, row, operations)))
    is_there = rows.sets.get(branch_no, row.seq, row.hash) is not None
    if is_there:
        rows.sets.remove(row)
    else:
        rows.sets.move(row, branch_no, row.scope_no)
    rebuild_records(rows, touched)
    if (
        not is_there
        and is_read
        and row.state in (SetState.SEALED, SetState.HELD, SetState.WAITING)
    ):
        apply_set(
            rows,
            branch_no,
            row.scope_no,
            operations_of(rows, branch_no, change_set),
            admitted=False,
            seq=row.seq,
            received_at=row.received_at,
        )
