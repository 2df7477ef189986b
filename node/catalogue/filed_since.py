"""What an older act may no longer touch: items that were filed or withdrawn since.

A filed item changes only by a correction, and a withdrawn one comes back only by a
person's word; taking an older act back is neither.
"""

from __future__ import annotations

from collections.abc import Sequence

from node.catalogue.fields import CORRECTIONS, FILED, STATE
from node.catalogue.listing import Stage
from node.catalogue.reading import held_of
from node.store.desk_port import StepRow
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from protocol.operations import Add, Create, Operation, Restore, Withdraw


def is_filed_since(
    rows: Rows, row: RecordRow, step: StepRow, operations: Sequence[Operation]
) -> bool:
    """Whether the record was filed after *step* wrote these *operations* to it."""
    found = held_of(rows, row).survivors.get(STATE, {})
    dots = [dot for dot, value in found.items() if value == FILED]
    if not dots:
        return False
    own = rows.logs.id_of(step.log_no)
    if all(dot.log == own and dot.n < step.first_n for dot in dots):
        return False
    if any(dot.log == own and dot.n > step.last_n for dot in dots):
        return True
    return not any(_is_of_a_filed_item(operation) for operation in operations)


def is_withdrawn_since(row: RecordRow, operations: Sequence[Operation]) -> bool:
    """Whether the record is withdrawn, and not by these *operations*."""
    if not row.flags & RecordFlag.WITHDRAWN:
        return False
    return not any(
        isinstance(operation, (Create, Withdraw, Restore)) for operation in operations
    )


def has_filed(rows: Rows, import_no: int) -> bool:
    """Whether something that an import added is filed by now."""
    return rows.classes.imported_at(import_no, Stage.FILED) > 0


def _is_of_a_filed_item(operation: Operation) -> bool:
    match operation:
        case Add(lists=lists):
            return any(elements.field == CORRECTIONS for elements in lists)
        case Withdraw():
            return True
        case _:
            return False
