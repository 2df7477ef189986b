"""From the fonds down to a list of records, step by step, with what each step holds.

Pure: steps are derived from the amounts of classes. A step with one choice only is no
question and is taken by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from node.catalogue.listing import ClassCount, ClassKey, Where

NO_YEAR = 0


class Step(StrEnum):
    """What is chosen next."""

    FONDS = "fonds"
    CATEGORY = "category"
    SHELF = "shelf"
    """Items by year, or volumes."""
    YEAR = "year"
    TERM = "term"
    ORG = "org"
    CATALOGUE = "catalogue"
    VOLUME = "volume"
    LIST = "list"
    """Nothing more: a list of records."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far one has gone down."""

    where: Where
    step: Step = Step.FONDS
    is_by_volume: bool = False
    catalogue: str | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """One way on."""

    value: str
    """What it is called; empty where records say nothing."""
    items: int
    volumes: int
    to: Place


def branches(classes: Sequence[ClassCount], place: Place) -> list[Branch]:
    """The ways on from *place*, in their order."""
    here = [each for each in classes if _is_under(each.key, place)]
    where = place.where
    match place.step:
        case Step.FONDS:
            return _grouped(
                here,
                lambda key: key.fonds,
                lambda value: Place(replace(where, fonds=value), Step.CATEGORY),
            )
        case Step.CATEGORY:
            return _grouped(
                here,
                lambda key: key.category,
                lambda value: Place(replace(where, category=value), Step.SHELF),
            )
        case Step.SHELF:
            return _shelves(here, place)
        case Step.YEAR:
            found = _grouped(
                here,
                lambda key: str(key.year or ""),
                lambda value: Place(
                    replace(where, year=int(value or NO_YEAR)), Step.TERM
                ),
            )
            return sorted(found, key=lambda branch: branch.value, reverse=True)
        case Step.TERM:
            return _grouped(
                here,
                lambda key: key.retention,
                lambda value: Place(replace(where, retention=value), Step.ORG),
            )
        case Step.ORG:
            return _grouped(
                here,
                lambda key: key.org,
                lambda value: Place(replace(where, org=value), Step.LIST),
            )
        case Step.CATALOGUE:
            return _grouped(
                here,
                catalogue_of,
                lambda value: replace(place, catalogue=value, step=Step.VOLUME),
            )
        case Step.VOLUME:
            return _grouped(
                here,
                lambda key: key.volume,
                lambda value: Place(
                    replace(where, volume=value), Step.LIST, is_by_volume=True
                ),
            )
        case Step.LIST:
            return []


def catalogue_of(key: ClassKey) -> str:
    """目录号 of a class by volume."""
    return key.volume.rpartition("-")[0]


def _shelves(here: Sequence[ClassCount], place: Place) -> list[Branch]:
    """Items by year; volumes with their items; the list of volumes."""
    loose = sum(c.amount for c in here if c.key.level == "item" and not c.key.volume)
    bound = sum(c.amount for c in here if c.key.level == "item" and c.key.volume)
    volumes = sum(c.amount for c in here if c.key.level == "volume")
    named = {c.key.volume for c in here if c.key.volume}
    items = replace(place.where, level="item")
    found = []
    if loose:
        to = Place(replace(items, volume=""), Step.YEAR)
        found.append(Branch("items", loose, 0, to))
    if bound:
        to = Place(items, Step.CATALOGUE, is_by_volume=True)
        found.append(Branch("volumes", bound, len(named), to))
    if volumes:
        to = Place(replace(place.where, level="volume"), Step.LIST, is_by_volume=True)
        found.append(Branch("volume_list", 0, volumes, to))
    return found


def _is_under(key: ClassKey, place: Place) -> bool:
    where = place.where
    if key.level == "fonds":
        return False
    if place.is_by_volume and not key.volume and where.level == "item":
        return False
    if place.catalogue is not None and catalogue_of(key) != place.catalogue:
        return False
    return (
        where.fonds in (None, key.fonds)
        and where.category in (None, key.category)
        and where.level in (None, key.level)
        and (where.year is None or where.year == (key.year or NO_YEAR))
        and where.retention in (None, key.retention)
        and where.org in (None, key.org)
        and where.volume in (None, key.volume)
    )


def _grouped(
    classes: Sequence[ClassCount],
    name_of: Callable[[ClassKey], str],
    place_of: Callable[[str], Place],
) -> list[Branch]:
    items: dict[str, int] = {}
    volumes: dict[str, int] = {}
    bound: dict[str, set[str]] = {}
    for each in classes:
        name = name_of(each.key)
        items.setdefault(name, 0)
        if each.key.level == "volume":
            volumes[name] = volumes.get(name, 0) + each.amount
        else:
            items[name] += each.amount
            if each.key.volume:
                bound.setdefault(name, set()).add(each.key.volume)
    return [
        Branch(
            name,
            amount,
            max(volumes.get(name, 0), len(bound.get(name, ()))),
            place_of(name),
        )
        for name, amount in items.items()
    ]
