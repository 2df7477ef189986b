"""What the door answers about many records at once."""

from __future__ import annotations

from dataclasses import dataclass

from node.catalogue.fields import LEVEL_ITEM, LEVEL_VOLUME
from node.catalogue.reading import fonds_codes
from node.catalogue.record import Record
from node.store.port import Rows


@dataclass(frozen=True, slots=True)
class Page:
    """What a search found."""

    total: int
    """Counted up to 1,000."""
    total_is_exact: bool
    results: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much the catalogue holds, by level; what is withdrawn is not counted."""

    fonds: int
    volumes: int
    items: int


def count_levels(rows: Rows) -> Counts:
    """How much the catalogue holds; a fonds that several rooms opened is one."""
    amounts: dict[int, int] = {}
    known = fonds_codes(rows)
    for scope_no in known:
        for level, amount in rows.classes.levels(scope_no).items():
            amounts[level] = amounts.get(level, 0) + amount
    return Counts(
        fonds=len(known),
        volumes=amounts.get(LEVEL_VOLUME, 0),
        items=amounts.get(LEVEL_ITEM, 0),
    )
