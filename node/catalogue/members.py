"""Which items are filed together: the members of a class, by stage.

Classes are kept by the store with every save (node/search/places.py). Items that are
kept by volume have their numbers there and are not filed one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from node.catalogue.fields import FILED, LEVEL_ITEM, STATE
from node.catalogue.listing import Stage
from node.catalogue.numbering import FilingKey
from node.catalogue.reading import state_of
from node.catalogue.unsealed import hidden_imports
from node.history.survivors import shown_in
from node.store.port import Rows
from node.store.row_types import RecordRow
from node.store.shelf_port import ClassRow

_ALL: Final = 1 << 40


@dataclass(slots=True)
class Amounts:
    """How many items of a class there are, by stage."""

    waiting: int = 0
    """Without a code."""
    numbered: int = 0
    """With a code, not filed."""
    filed: int = 0


def member_numbers(
    rows: Rows, scope_no: int, key: FilingKey, stage: Stage | None = None
) -> list[int]:
    """Numbers of the records of a class, by stage and then as they stand there."""
    hidden = hidden_imports(rows)
    found: list[int] = []
    for row in sorted(_of_key(rows, scope_no, key), key=lambda each: -each.stage):
        if stage in (None, row.stage):
            found += rows.shelves.page((row.class_no,), hidden, 0, _ALL)
    return found


def amounts_by_class(rows: Rows, scope_no: int, fonds: str) -> dict[FilingKey, Amounts]:
    """Every class of a fonds that holds an item."""
    hidden: dict[int, int] = {}
    for import_no in hidden_imports(rows):
        for class_no, amount in rows.classes.imported(import_no).items():
            hidden[class_no] = hidden.get(class_no, 0) + amount
    found: dict[FilingKey, Amounts] = {}
    for row in rows.classes.single(scope_no, LEVEL_ITEM):
        amount = row.amount - hidden.get(row.class_no, 0)
        if amount <= 0:
            continue
        amounts = found.setdefault(key_of(row, fonds), Amounts())
        match Stage(row.stage):
            case Stage.DRAFT:
                amounts.waiting += amount
            case Stage.NUMBERED:
                amounts.numbered += amount
            case Stage.FILED:
                amounts.filed += amount
    return found


def waiting_amount(rows: Rows, scope_no: int, key: FilingKey) -> int:
    """How many items of a class have no code yet."""
    hidden = hidden_imports(rows)
    amount = 0
    for row in _of_key(rows, scope_no, key):
        if row.stage == Stage.DRAFT:
            amount += row.amount
            amount -= sum(
                rows.classes.imported(no).get(row.class_no, 0) for no in hidden
            )
    return amount


def _of_key(rows: Rows, scope_no: int, key: FilingKey) -> list[ClassRow]:
    found = rows.classes.single(scope_no, LEVEL_ITEM, key.org)
    return [row for row in found if key_of(row, key.fonds) == key]


def key_of(row: ClassRow, fonds: str) -> FilingKey:
    """The class by what is filed together."""
    return FilingKey(fonds, row.year or None, row.retention, row.org)


def is_filed_row(row: RecordRow) -> bool:
    """Whether the item changes only by correction."""
    return FILED in shown_in(state_of(row), STATE)
