"""What differing values mean by the pack: one test for each merge class."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.catalogue.judging import judge, merged_order, pack_of
from node.store.ticket_port import TicketClass
from protocol.operations import Tag, Value

PACK = pack_of(0)
GROUP = int(Tag.GROUP)
members = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=6)


def judged(name: str, *values: Value, before: Value = None) -> TicketClass | None:
    field = PACK.by_name[name].number
    found = judge(field, values, lambda: before, 0)
    return None if found is None else TicketClass(found.ticket_class)


def ordered(*found: str) -> Value:
    return (GROUP, *found)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("level", (2, 3), TicketClass.ASIDE),
        ("title", ("甲", "乙"), TicketClass.FIELD),
        ("retention_code", ("Y", "D30"), TicketClass.FIELD),
        ("code", ("0001-1-1", "0001-1-2"), TicketClass.FIELD),
        ("doc_no", ("甲〔2020〕1号", "甲〔2020〕2号"), TicketClass.NOTE),
        ("pi_flag", ("无", "敏感"), TicketClass.NOTE),
        ("creators", ("甲", "乙"), None),
        ("declassify_on", ("2020", "2021"), None),
        ("state", ("draft", "filed"), TicketClass.NOTE),
        ("state", ("draft", "destroyed"), TicketClass.NOTE),
        ("state", ("transferred", "destroyed"), TicketClass.STATE),
        ("components", (ordered("a", "b"), ordered("b", "a")), TicketClass.ORDER),
    ],
)
def test_what_two_values_are(
    name: str, values: tuple[Value, ...], expected: TicketClass | None
) -> None:
    before = ordered("a", "b") if name == "components" else None
    assert judged(name, *values, before=before) == expected


def test_people_decide_on_a_field_that_the_pack_does_not_know() -> None:
    found = judge(9999, ("甲", "乙"), lambda: None, 0)
    assert found is not None
    assert found.ticket_class == TicketClass.FIELD


def test_a_pack_that_this_program_has_not_counts_as_its_newest() -> None:
    assert pack_of(99) is pack_of(3)
    assert pack_of(2).version == 2


@given(base=members, one=members, other=members)
def test_lists_are_merged_the_same_whoever_is_asked_first(
    base: list[str], one: list[str], other: list[str]
) -> None:
    values = [ordered(*one), ordered(*other)]
    merged = merged_order(ordered(*base), values)
    assert merged == merged_order(ordered(*base), values[::-1])
    if merged is None:
        return
    assert isinstance(merged, tuple)
    found = merged[1:]
    assert len(set(found)) == len(found)
    added = (set(one) | set(other)) - set(base)
    removed = set(base) - (set(one) & set(other))
    assert set(found) == (set(base) | added) - removed
    for part in (one, other):
        kept = [member for member in found if member in part]
        assert kept == [member for member in part if member in found]


@given(base=members, one=members)
def test_a_list_that_only_one_changed_is_as_that_one_left_it(
    base: list[str], one: list[str]
) -> None:
    merged = merged_order(ordered(*base), [ordered(*one), ordered(*base)])
    stayed = [member for member in base if member in one]
    if [member for member in one if member in base] == stayed:
        assert merged == ordered(*one)
    else:
        assert merged is None
