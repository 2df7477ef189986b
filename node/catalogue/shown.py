"""What is shown of a field while people have written different values.

Nobody's value is hidden by chance. Until a person decides, this machine's own unsent
value is shown where it has one; what stood before, where somebody only proposes; the
strictest, where the pack knows which is stricter; what stood before, where the hub
decides or states contradict each other; what was born with the record, where it may not
change; else the value that came first in the hub's order. So machines that hold the
same show the same.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Final

from node.catalogue.judging import follow_each_other, merged_order
from node.catalogue.pack import Field, MergeClass, Pack
from node.catalogue.values import shown_value
from node.history.effects import DotNo, ElementNo
from node.history.evidence import Evidence
from node.history.logbook import DecodedSets
from node.history.survivors import (
    RecordState,
    list_fields_of,
    resolved,
    shown,
    surviving_elements,
    survivors,
)
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from protocol.operations import EXISTENCE_FIELD, Value

_LAST: Final = (sys.maxsize, sys.maxsize, sys.maxsize)


def values_shown(
    rows: Rows, row: RecordRow, state: RecordState, pack: Pack
) -> dict[int, list[Value]]:
    """Surviving values of all fields, the one that is shown first."""
    values = shown(state)
    for number in list_fields_of(state):
        elements = surviving_elements(state, number)
        if len({element[0] for element in elements}) > 1:
            values[number] = _listed(rows, state, elements)
    is_open = bool(row.flags & RecordFlag.OPEN)
    if not is_open and all(
        len(found) < 2 or number in state.elements for number, found in values.items()
    ):
        return values
    evidence = Evidence(rows, row, DecodedSets())
    for number in list(values):
        if number in state.elements or number == EXISTENCE_FIELD:
            continue
        live = survivors(state, number)
        own = sorted((dot for dot in live if dot in state.pending), reverse=True)
        if own:
            rest = sorted(dot for dot in live if dot not in own)
            values[number] = [resolved(live[dot]) for dot in own + rest]
        elif is_open and any(evidence.is_proposal(dot, number) for dot in live):
            standing = evidence.standing(number, live)
            found = _in_order(evidence, standing)
            values[number] = found + [
                value for value in _in_order(evidence, live) if value not in found
            ]
        elif len(live) > 1:
            values[number] = _meanwhile(
                evidence, number, live, pack.by_number.get(number)
            )
    return values


def _listed(
    rows: Rows, state: RecordState, elements: Mapping[ElementNo, Value]
) -> list[Value]:
    """Members that several machines put in, in an order that all machines share."""

    def order(element: ElementNo) -> tuple[bool, bytes, int, int]:
        log_no, n, position = element
        return (log_no, n) != state.birth, rows.logs.id_of(log_no), n, position

    return [resolved(elements[element]) for element in sorted(elements, key=order)]


def _meanwhile(
    evidence: Evidence, number: int, live: Mapping[DotNo, Value], field: Field | None
) -> list[Value]:
    """The values in the order in which they are told, the one shown first."""
    values = _in_order(evidence, live)
    if field is None:
        return values
    match field.merge:
        case MergeClass.FIXED:
            return _with_first(evidence.birth_value(number), values)
        case MergeClass.STRICTEST | MergeClass.HUB if field.strictness:
            before = evidence.before(number, live)
            known = [value for value in (before, *values) if value is not None]
            return _with_first(_strictest(field, known), values)
        case MergeClass.STRICTEST:
            ranks = {choice: rank for rank, choice in enumerate(field.choices)}
            return _with_first(
                max(values, key=lambda value: ranks.get(shown_value(value), -1)), values
            )
        case MergeClass.HUB:
            return _with_first(evidence.before(number, live), values)
        case MergeClass.STATE if follow_each_other(field, values):
            ranks = {choice: rank for rank, choice in enumerate(field.choices)}
            return _with_first(
                max(values, key=lambda value: ranks.get(shown_value(value), -1)), values
            )
        case MergeClass.STATE:
            return _with_first(evidence.before(number, live), values)
        case MergeClass.ORDER:
            before = evidence.before(number, live)
            return _with_first(merged_order(before, values), values)
        case _:
            return values


def _strictest(field: Field, values: Sequence[Value]) -> Value:
    """The strictest; a value of unknown strictness is the strictest of all."""
    ranks = {value: rank for rank, value in enumerate(field.strictness)}
    return max(values, key=lambda value: ranks.get(shown_value(value), len(ranks)))


def _with_first(first: Value, values: list[Value]) -> list[Value]:
    if first is None:
        return values
    return [first, *(value for value in values if value != first)]


def _in_order(evidence: Evidence, live: Mapping[DotNo, Value]) -> list[Value]:
    """The values in the hub's order; what no order names comes last."""
    dots = sorted(live, key=lambda dot: (evidence.place(dot) or _LAST, dot))
    return [resolved(live[dot]) for dot in dots]
