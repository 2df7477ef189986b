"""What differing values of a field mean, by the rule pack: data, never an ``if``.

Merge classes (docs/architecture.md, Merge classes) act here, when a ticket is made or a
row is read; what survives does not know them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final

from node.catalogue.pack import PACKS, Field, MergeClass, Pack, load_pack
from node.catalogue.values import shown_value
from node.store.ticket_port import Judge, Judged, TicketClass
from protocol.operations import Tag, Value

_WEIGHTS: Final = {
    MergeClass.FIXED: 95,
    MergeClass.NUMBER: 85,
    MergeClass.HUB: 80,
    MergeClass.STATE: 75,
    MergeClass.REVIEW: 50,
    MergeClass.ORDER: 45,
    MergeClass.AUTOMATIC: 10,
    MergeClass.STRICTEST: 15,
}
_UNKNOWN_WEIGHT: Final = 30
_CLASSES: Final = {
    MergeClass.FIXED: TicketClass.ASIDE,
    MergeClass.NUMBER: TicketClass.FIELD,
    MergeClass.HUB: TicketClass.FIELD,
    MergeClass.REVIEW: TicketClass.FIELD,
    MergeClass.AUTOMATIC: TicketClass.NOTE,
    MergeClass.STRICTEST: TicketClass.NOTE,
}


def judge(
    field: int, values: Sequence[Value], before: Callable[[], Value], version: int
) -> Judged | None:
    """What the pack of that version (0: the newest) makes of differing values.

    A field that the pack does not know is decided by people; lists and derived values
    never differ.
    """
    known = pack_of(version).by_number.get(field)
    if known is None:
        return Judged(TicketClass.FIELD, _UNKNOWN_WEIGHT)
    weight = known.weight if known.weight >= 0 else _WEIGHTS.get(known.merge, 0)
    match known.merge:
        case MergeClass.LIST | MergeClass.DERIVED:
            return None
        case MergeClass.STATE:
            is_one_way = follow_each_other(known, values)
            found = TicketClass.NOTE if is_one_way else TicketClass.STATE
        case MergeClass.ORDER:
            is_merged = merged_order(before(), values) is not None
            found = TicketClass.NOTE if is_merged else TicketClass.ORDER
        case _:
            found = _CLASSES[known.merge]
    return Judged(found, weight)


def is_for_people(field: int, pack: Pack) -> bool:
    """Whether differing values of *field* may be a ticket."""
    known = pack.by_number.get(field)
    return known is None or _CLASSES.get(known.merge) is not TicketClass.NOTE


def pack_of(version: int) -> Pack:
    """The pack of a version; the newest where this program does not have it."""
    return _pack_named(_versions().get(version, PACKS[-1]))


@cache
def _pack_named(name: str) -> Pack:
    return load_pack(name)


@cache
def _versions() -> Mapping[int, str]:
    return {int(name.rpartition("-")[2]): name for name in PACKS}


def follow_each_other(field: Field, values: Sequence[Value]) -> bool:
    """Whether all these states lie on one way of the field's transitions."""
    states = {shown_value(value) for value in values if value is not None}
    ways: dict[str, set[str]] = {}
    for state in field.choices:
        reached = {state}
        waiting = [state]
        while waiting:
            at = waiting.pop()
            for begin, end in field.transitions:
                if begin == at and end not in reached:
                    reached.add(end)
                    waiting.append(end)
        ways[state] = reached
    return all(
        other in ways.get(state, ()) or state in ways.get(other, ())
        for state in states
        for other in states
    )


def merged_order(base: Value, values: Sequence[Value]) -> Value | None:
    """Ordered lists made one, where no two of them moved, or put at one place.

    None where a person has to say the order.
    """
    parts = [_members(value) for value in values]
    old = _members(base)
    if any(part is None or len(set(part)) != len(part) for part in parts):
        return None
    start: tuple[Value, ...] = old or ()
    inserted: dict[Value | None, tuple[Value, ...]] = {}
    kept = list(start)
    for part in parts:
        mine = part or ()
        stayed = [member for member in start if member in mine]
        if [member for member in mine if member in start] != stayed:
            return None
        kept = [member for member in kept if member in mine]
        for anchor, run in _inserts(mine, frozenset(start)).items():
            if inserted.setdefault(anchor, run) != run:
                return None
    found: list[Value] = list(inserted.get(None, ()))
    for member in start:
        if member in kept:
            found.append(member)
        found.extend(inserted.get(member, ()))
    if len(set(found)) != len(found):
        return None
    return (int(Tag.GROUP), *found)


def _inserts(
    members: Sequence[Value], old: frozenset[Value]
) -> dict[Value | None, tuple[Value, ...]]:
    """New members by the old one before them."""
    found: dict[Value | None, tuple[Value, ...]] = {}
    anchor: Value | None = None
    for member in members:
        if member in old:
            anchor = member
        else:
            found[anchor] = (*found.get(anchor, ()), member)
    return found


def _members(value: Value) -> tuple[Value, ...] | None:
    if value is None:
        return ()
    if isinstance(value, tuple) and value[:1] == (int(Tag.GROUP),):
        return value[1:]
    return None


JUDGE: Final[Judge] = judge
