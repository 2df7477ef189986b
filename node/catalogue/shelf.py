"""All classes of a machine, as they stood when something was last saved.

A class keeps its place, so that only amounts are read again, and what is new. Used in
one thread at a time: that of the reading connection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from node.catalogue.arranging import Placed, shelf_key
from node.catalogue.listing import ClassCount, ClassKey, Stage
from node.catalogue.reading import fonds_codes
from node.catalogue.unsealed import hidden_imports
from node.catalogue.values import LEVEL_NAMES
from node.store.port import Rows
from node.store.shelf_port import ClassRow

_STAGES: Final = tuple(Stage)


class Shelf(NamedTuple):
    """All classes as they stood at a version."""

    version: int
    classes: tuple[Placed, ...]
    """In order, with what is shown; those of scopes without a fonds are left out."""
    counts: tuple[ClassCount, ...]
    """Those that hold something."""
    fonds: Mapping[int, str]
    """Codes of fonds by scope."""
    hidden: tuple[int, ...]
    """Imports under way."""


class ShelfReader:
    """Reads what changed since it read last."""

    def __init__(self) -> None:
        self._fonds: dict[int, str] = {}
        self._last_class_no = 0
        self._pairs: list[tuple[Placed, ClassCount]] = []

    def read(self, rows: Rows, version: int) -> Shelf:
        """The shelf as it stands in this transaction."""
        fonds = fonds_codes(rows)
        if fonds != self._fonds:
            self._fonds, self._last_class_no, self._pairs = fonds, 0, []
        self._add_new(rows)
        hidden = hidden_imports(rows)
        amounts = rows.classes.amounts()
        for import_no in hidden:
            for class_no, amount in rows.classes.imported(import_no).items():
                amounts[class_no] = amounts.get(class_no, 0) - amount
        for at, (placed, count) in enumerate(self._pairs):
            amount = amounts.get(placed.row.class_no, 0)
            if amount != count.amount:
                self._pairs[at] = (
                    Placed(placed.key, placed.row._replace(amount=amount)),
                    ClassCount(count.key, amount),
                )
        return Shelf(
            version,
            tuple([placed for placed, _ in self._pairs]),
            tuple([count for _, count in self._pairs if count.amount > 0]),
            fonds,
            hidden,
        )

    def _add_new(self, rows: Rows) -> None:
        found = rows.classes.after(self._last_class_no)
        if not found:
            return
        self._last_class_no = found[-1].class_no
        for row in found:
            code = self._fonds.get(row.scope_no)
            if code is not None:
                placed = Placed(shelf_key(row, code), row)
                self._pairs.append((placed, ClassCount(_key_of(row, code), row.amount)))
        self._pairs.sort(key=_in_order)


def _in_order(pair: tuple[Placed, ClassCount]) -> tuple[object, ...]:
    """What has a number stands before drafts, what is filed before both."""
    placed, _ = pair
    return placed.key, -placed.row.stage


def _key_of(row: ClassRow, fonds: str) -> ClassKey:
    return ClassKey(
        fonds,
        LEVEL_NAMES.get(row.level, str(row.level)),
        row.category,
        row.year or None,
        row.retention,
        row.org,
        row.volume,
        _STAGES[row.stage],
    )
