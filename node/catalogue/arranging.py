"""Classes as they stand on the shelf: which are neighbours, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from node.catalogue.fields import LEVEL_FONDS
from node.catalogue.listing import Run, Where
from node.catalogue.values import LEVEL_NAMES
from node.search.places import natural_key, normal_volume
from node.store.shelf_port import ClassRow

_LATEST: Final = 1_000_000

ShelfKey = tuple[bytes, int, int, bytes, str, int, bytes, bytes]


def shelf_key(row: ClassRow, fonds: Mapping[int, str]) -> ShelfKey:
    """Where a class stands: older papers by volume come before items of a year."""
    code = natural_key(fonds[row.scope_no])
    if row.volume:
        return (code, row.level, 0, natural_key(row.volume), "", 0, b"", b"")
    return (
        code,
        row.level,
        1,
        b"",
        row.category,
        row.year or _LATEST,
        natural_key(row.retention),
        natural_key(row.org),
    )


def runs_of(classes: Iterable[ClassRow], fonds: Mapping[int, str]) -> list[Run]:
    """Neighbours in the order of the shelf; drafts stand behind what has a number."""
    grouped: dict[ShelfKey, list[ClassRow]] = {}
    for row in classes:
        if row.amount > 0:
            grouped.setdefault(shelf_key(row, fonds), []).append(row)
    return [
        Run(
            tuple(row.class_no for row in grouped[key]),
            sum(row.amount for row in grouped[key]),
        )
        for key in sorted(grouped)
    ]


def matches_where(row: ClassRow, where: Where, fonds: Mapping[int, str]) -> bool:
    """Whether the records of a class are among those asked for."""
    if where.level is None:
        if row.level == LEVEL_FONDS:
            return False
    elif LEVEL_NAMES.get(row.level) != where.level:
        return False
    return (
        where.fonds in (None, fonds[row.scope_no])
        and where.category in (None, row.category)
        and where.year in (None, row.year)
        and where.retention in (None, row.retention)
        and where.org in (None, row.org)
        and (where.volume is None or _volume(where.volume) == row.volume)
        and (where.stages is None or row.stage in where.stages)
    )


def _volume(text: str) -> str:
    return normal_volume(text) if text else ""
