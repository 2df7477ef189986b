"""Which items are filed together: the members of a class, by stage.

An item's class is what it effectively says (a code says year, term and office where no
field does), the least of several values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from node.catalogue.fields import FILED, LEVEL, LEVEL_ITEM, ORG, RETENTION, STATE, YEAR
from node.catalogue.numbering import FilingKey
from node.catalogue.reading import state_of
from node.catalogue.unsealed import hidden_imports
from node.history.survivors import shown
from node.search.folding import fold
from node.search.text import (
    effective_retentions,
    effective_years,
    field_mark,
    filter_token,
    scope_token,
)
from node.store.catalogue_port import MatchTest
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow

_ALL = 1 << 40


@dataclass(slots=True)
class Amounts:
    """How many items of a class there are, by stage."""

    waiting: int = 0
    """Without a code."""
    numbered: int = 0
    """With a code, not filed."""
    filed: int = 0


def member_numbers(rows: Rows, scope_no: int, key: FilingKey) -> list[int]:
    """Numbers of the records that belong to a class, in order of entry."""
    tokens = [scope_token(scope_no), filter_token(LEVEL, str(LEVEL_ITEM))]
    if key.year is not None:
        tokens.append(filter_token(YEAR, str(key.year)))
    if key.retention:
        tokens.append(filter_token(RETENTION, key.retention))
    org = f"{field_mark(ORG)}{fold(key.org)}\n"
    test = MatchTest(
        match=" AND ".join(f'"{token}"' for token in tokens),
        needles=(org,) if key.org else (),
        flags_mask=int(RecordFlag.CREATED | RecordFlag.WITHDRAWN),
        flags=int(RecordFlag.CREATED),
        levels=(LEVEL_ITEM, LEVEL_ITEM),
        hidden_imports=hidden_imports(rows),
        accepts=None,
    )
    found = rows.matches.find(test, _ALL)
    return [
        number
        for number, row in rows.records.rows(found).items()
        if key_of(row, key.fonds) == key
    ]


def waiting_amount(rows: Rows, scope_no: int, key: FilingKey) -> int:
    """How many items of a class have no code yet."""
    found = rows.records.rows(member_numbers(rows, scope_no, key))
    return sum(row.code is None for row in found.values())


def amounts_by_class(rows: Rows, scope_no: int, fonds: str) -> dict[FilingKey, Amounts]:
    """Every class of a fonds that holds an item."""
    found: dict[FilingKey, Amounts] = {}
    for row in _items(rows, scope_no):
        amounts = found.setdefault(key_of(row, fonds), Amounts())
        if is_filed(row):
            amounts.filed += 1
        elif row.code is None:
            amounts.waiting += 1
        else:
            amounts.numbered += 1
    return found


def key_of(row: RecordRow, fonds: str) -> FilingKey:
    """The class of an item."""
    values = shown(state_of(row))
    years = [int(year) for year in effective_years(values)]
    orgs = [value for value in values.get(ORG, ()) if isinstance(value, str)]
    return FilingKey(
        fonds,
        min(years, default=None),
        min(effective_retentions(values), default=""),
        min(orgs, default=""),
    )


def is_filed(row: RecordRow) -> bool:
    """Whether the item changes only by correction."""
    return FILED in shown(state_of(row)).get(STATE, ())


def _items(rows: Rows, scope_no: int) -> Iterator[RecordRow]:
    hidden = hidden_imports(rows)
    test = MatchTest(
        match=f'"{scope_token(scope_no)}"',
        needles=(),
        flags_mask=int(RecordFlag.CREATED | RecordFlag.WITHDRAWN),
        flags=int(RecordFlag.CREATED),
        levels=(LEVEL_ITEM, LEVEL_ITEM),
        hidden_imports=hidden,
        accepts=None,
    )
    yield from rows.records.rows(rows.matches.find(test, _ALL)).values()
