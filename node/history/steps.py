"""What a set's operations do to records, one effect after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from node.history.effects import DotNo, Effect, effect_of
from node.history.logbook import left_by
from node.store.port import Rows
from protocol.operations import Operation, Redact


class Step(NamedTuple):
    """One effect on one record, and the operation that it is of."""

    effect: Effect
    operation: Operation
    redaction: DotNo | None = None
    """The redaction that left it."""
    left_seq: int = 0
    """The set whose body the redaction replaces."""


def steps_of(rows: Rows, log_no: int, operations: Iterable[Operation]) -> list[Step]:
    """The effects of operations, those that a redaction left included."""
    number_of = rows.logs.ensure
    steps = []
    for operation in operations:
        if isinstance(operation, Redact):
            left_log = number_of(operation.log)
            for left in left_by(rows, operation, log_no):
                effect = effect_of(left, left_log, number_of)
                if effect is not None:
                    source = (log_no, operation.n)
                    steps.append(Step(effect, left, source, operation.seq))
            continue
        effect = effect_of(operation, log_no, number_of)
        if effect is not None:
            steps.append(Step(effect, operation))
    return steps
