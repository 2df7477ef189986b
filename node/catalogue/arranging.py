"""Classes as they stand on the shelf: which are neighbours, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from node.catalogue.fields import LEVEL_FONDS
from node.catalogue.listing import Run, Where
from node.catalogue.values import LEVEL_NAMES
from node.search.places import natural_key, normal_volume
from node.store.shelf_port import ClassRow

_LATEST: Final = 1_000_000

ShelfKey = tuple[bytes, int, int, bytes, str, int, bytes, bytes]


def shelf_key(row: ClassRow, fonds: str) -> ShelfKey:
    """Where a class stands: older papers by volume come before items of a year."""
    code = natural_key(fonds)
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


class Placed(NamedTuple):
    """A class and where it stands."""

    key: ShelfKey
    row: ClassRow


def runs_of(classes: Iterable[Placed]) -> list[Run]:
    """Neighbours, from classes in order; drafts stand behind what has a number."""
    runs: list[Run] = []
    class_nos: list[int] = []
    size = 0
    last: ShelfKey | None = None
    for key, row in classes:
        if row.amount <= 0:
            continue
        if key != last and class_nos:
            runs.append(Run(tuple(class_nos), size))
            class_nos, size = [], 0
        last = key
        class_nos.append(row.class_no)
        size += row.amount
    if class_nos:
        runs.append(Run(tuple(class_nos), size))
    return runs


def chosen_by(
    classes: Iterable[Placed], where: Where, fonds: Mapping[int, str]
) -> list[Placed]:
    """The classes whose records are asked for."""
    tests: list[Callable[[ClassRow], bool]] = []
    if where.level is None:
        tests.append(lambda row: row.level != LEVEL_FONDS)
    else:
        levels = {no for no, name in LEVEL_NAMES.items() if name == where.level}
        tests.append(lambda row: row.level in levels)
    if where.fonds is not None:
        scopes = {no for no, code in fonds.items() if code == where.fonds}
        tests.append(lambda row: row.scope_no in scopes)
    if where.category is not None:
        tests.append(lambda row: row.category == where.category)
    if where.year is not None:
        tests.append(lambda row: row.year == where.year)
    if where.retention is not None:
        tests.append(lambda row: row.retention == where.retention)
    if where.org is not None:
        tests.append(lambda row: row.org == where.org)
    if where.volume is not None:
        volume = normal_volume(where.volume) if where.volume else ""
        tests.append(lambda row: row.volume == volume)
    if where.stages is not None:
        stages = where.stages
        tests.append(lambda row: row.stage in stages)
    found = list(classes)
    for test in tests:
        found = [placed for placed in found if test(placed.row)]
    return found
