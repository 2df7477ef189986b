"""Bodies removed by order: what goes, what stays, and who seals it.

The header, hash and signature of the set stay, so the chain still verifies; the
operations that may stay travel inside a Redact operation under their old dots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from node.history.branches import find_set, operations_of
from node.history.journal import save
from node.history.projection import records_touched
from node.history.rebuilding import rebuild_records
from node.store.port import Rows
from node.store.row_types import SetRow, SetState
from protocol.changeset import redacted_body, stored_set
from protocol.operations import Actor, ActorKind, Operation, Redact, Value

SECRET_ORDER = "dangyi:secret"  # noqa: S105 (the name of an order, no secret)
"""The order under which a state secret is removed: by law, without a person's act."""

BARRED = "barred"
"""Reason of an own set that the hub barred."""


def take_redactions(rows: Rows, operations: Iterable[Operation]) -> list[SetRow]:
    """Let the bodies go that admitted operations remove; which sets these were."""
    gone = []
    for operation in operations:
        if not isinstance(operation, Redact):
            continue
        row = find_set(rows, operation.log, operation.seq, operation.hash)
        if row is not None:
            remove_body(rows, row)
            gone.append(row)
    return gone


def remove_body(rows: Rows, row: SetRow) -> None:
    """The set's body leaves; a redaction stands for it."""
    rows.sets.set_state(row.log_no, row.seq, row.hash, SetState.REMOVED)
    rows.sets.drop_body(row.log_no, row.seq, row.hash)


def make_redaction(
    rows: Rows,
    row: SetRow,
    n: int,
    made_at: int,
    is_secret: Callable[[int, Value], bool],
) -> Redact:
    """The operation that takes the secrets out of an own set which the hub barred."""
    change_set = stored_set(row.header, row.signature, row.body)

    def is_removed(_operation: Operation, field: int, value: Value) -> bool:
        return is_secret(field, value)

    return Redact(
        n=n,
        actor=Actor("dangyi", ActorKind.PROGRAM),
        made_at=made_at,
        log=rows.logs.row(row.log_no).log,
        seq=row.seq,
        hash=row.hash,
        order=SECRET_ORDER,
        by="dangyi",
        ordered_at=made_at,
        body=redacted_body(change_set, SECRET_ORDER, is_removed),
    )


def records_of_set(rows: Rows, row: SetRow) -> set[int]:
    """Numbers of the records that a stored set writes to."""
    if row.body is None:
        return set()
    change_set = stored_set(row.header, row.signature, row.body)
    if change_set.header.is_opaque:
        return set()
    operations = operations_of(rows, row.log_no, change_set)
    return records_touched(rows, row.scope_no, row.log_no, operations)


def barred_sets(rows: Rows) -> list[SetRow]:
    """Own sets that the hub barred and that still stand here whole."""
    found = []
    for row in rows.sets.in_state(None, SetState.QUARANTINED, 1 << 30):
        log = rows.logs.row(row.log_no)
        is_own = log.is_own and log.parent_no is None
        if row.reason == BARRED and row.body is not None and is_own:
            found.append(row)
    return found


def redact_barred_step(
    rows: Rows, made_at: int, is_secret: Callable[[int, Value], bool]
) -> bool:
    """Redact one own set that the hub barred; True where there was one."""
    for row in barred_sets(rows):
        touched = records_of_set(rows, row)
        save(
            rows,
            row.scope_no,
            partial(make_redaction, rows, row, made_at=made_at, is_secret=is_secret),
        )
        remove_body(rows, row)
        rebuild_records(rows, touched)
        return True
    return False
