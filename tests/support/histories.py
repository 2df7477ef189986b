"""Histories of one record as anybody might write them, for property tests.

Names are drawn without mercy: dots that never come, dots of other fields, the birth,
and dots long superseded.
"""

from __future__ import annotations

from hypothesis import strategies as st

from node.history.effects import AddEffect, DotNo, Effect, RemovalEffect, WriteEffect
from protocol.operations import Value

BIRTH: DotNo = (1, 5)
FIELDS = (0, 10, 11)
LIST_FIELDS = (10, 20)
LOGS = (1, 2, 3)

dots = st.tuples(st.sampled_from(LOGS), st.integers(1, 8))


@st.composite
def values(draw: st.DrawFn, field: int) -> Value:
    """A value; of field 0 a withdrawal or a restore."""
    if field:
        return draw(st.sampled_from(["甲", "乙", "丙", None, 7]))
    if draw(st.booleans()):
        return (6, "")
    listed = draw(st.lists(st.tuples(st.sampled_from(FIELDS[1:]), dots), max_size=2))
    return (5, "重复", tuple((field, (dot,)) for field, dot in listed))


@st.composite
def effects(draw: st.DrawFn, dot: DotNo) -> Effect:
    """What the operation *dot* does to the record."""
    is_create = dot == BIRTH
    writes = []
    for field in sorted(draw(st.sets(st.sampled_from(FIELDS), max_size=2))):
        if is_create and field == 0:
            continue
        names = () if is_create else tuple(sorted(draw(st.sets(dots, max_size=3))))
        writes.append(WriteEffect(field, draw(values(field)), names))
    adds = []
    for position in range(draw(st.integers(0, 3))):
        field = draw(st.sampled_from(LIST_FIELDS))
        adds.append(AddEffect(field, position, draw(values(field))))
    removals = []
    if not is_create and draw(st.booleans()):
        field = draw(st.sampled_from(LIST_FIELDS))
        gone = draw(st.sets(st.tuples(dots, st.integers(0, 2)), max_size=3))
        elements = tuple(sorted((*name, place) for name, place in gone))
        removals.append(RemovalEffect(field, elements))
    return Effect(BIRTH, dot, is_create, tuple(writes), tuple(adds), tuple(removals))


@st.composite
def histories(draw: st.DrawFn) -> list[Effect]:
    """Operations on one record, its create perhaps among them."""
    chosen = draw(st.sets(dots, max_size=7))
    if draw(st.integers(0, 3)):
        chosen.add(BIRTH)
    return [draw(effects(dot)) for dot in sorted(chosen)]
