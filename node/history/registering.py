"""Speaking in a register: a machine's own words about a fonds become operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from node.history.journal import own_log_no, save_all
from node.history.record_rows import LEVEL_FIELD, LEVEL_REGISTER
from node.history.registers import Word, standing_elements
from node.history.state_packing import unpack_state
from node.store.port import Rows
from node.store.row_types import RecordRow
from protocol.identity import Dot, Element
from protocol.operations import (
    Actor,
    Add,
    Create,
    Elements,
    Operation,
    Removal,
    Remove,
    Tag,
    Value,
)


def say(
    rows: Rows,
    scope_no: int,
    actor: Actor,
    made_at: int,
    said: Mapping[int, Sequence[Sequence[Value]]],
) -> tuple[Operation, ...]:
    """Add elements (without their tag) to this machine's register of the scope."""
    lists = tuple(
        Elements(field, tuple((int(Tag.GROUP), *value) for value in values))
        for field, values in sorted(said.items())
        if values
    )
    register = _own_register(rows, scope_no)

    def make(n: int) -> Sequence[Operation]:
        if register is None:
            level = ((LEVEL_FIELD, LEVEL_REGISTER),)
            return (Create(n, actor, made_at, level, lists),)
        record = Dot(rows.logs.id_of(register.log_no), register.n)
        return (Add(n, actor, made_at, record, lists),)

    return save_all(rows, scope_no, make) if lists else ()


def unsay(
    rows: Rows, scope_no: int, actor: Actor, made_at: int, field: int, word: Word
) -> tuple[Operation, ...]:
    """Remove an element from the register in which it stands, whoever read it."""
    log_no = rows.logs.ensure(word.dot.log)
    element = (log_no, word.dot.n, word.element[2])
    for row in rows.records.registers(scope_no):
        state = unpack_state((row.log_no, row.n), row.state)
        if element not in standing_elements(rows, row, state, field):
            continue
        record = Dot(rows.logs.id_of(row.log_no), row.n)
        gone = (Removal(field, (Element(word.dot, word.element[2]),)),)
        make = partial(_removal, actor, made_at, record, gone)
        return save_all(rows, scope_no, make)
    return ()


def _removal(
    actor: Actor, made_at: int, record: Dot, gone: tuple[Removal, ...], n: int
) -> tuple[Operation, ...]:
    return (Remove(n, actor, made_at, record, gone),)


def _own_register(rows: Rows, scope_no: int) -> RecordRow | None:
    own = own_log_no(rows)
    return next(
        (row for row in rows.records.registers(scope_no) if row.log_no == own), None
    )
