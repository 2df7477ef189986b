"""Parts of extracts: divided where the records say so, so that a change stays local."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from node.catalogue.edition_parts import joined, pieces_of, stretches
from node.store.extract_port import Candidate
from protocol.exchange_limits import EXTRACT_ROWS_LIMIT

BASIS = b"basis"
numbers = st.lists(st.integers(1, 5_000), unique=True, max_size=900).map(sorted)


def candidates(found: list[int], leaf: bytes = b"leaf") -> list[Candidate]:
    return [Candidate(n, 1, n, leaf) for n in found]


def divided(found: list[Candidate]) -> dict[bytes, tuple[int, ...]]:
    whole, waiting = stretches(found, BASIS, is_last=True)
    assert not waiting
    return {each.stamp: each.record_nos for each in whole}


@given(numbers)
def test_every_record_stands_in_one_part_in_order(found: list[int]) -> None:
    parts = list(divided(candidates(found)).values())
    assert [number for part in parts for number in part] == found
    assert all(0 < len(part) <= EXTRACT_ROWS_LIMIT for part in parts)


@given(numbers, st.integers(1, 40))
def test_it_does_not_matter_in_which_steps_records_are_read(
    found: list[int], step: int
) -> None:
    everyone = candidates(found)
    whole = []
    waiting: list[Candidate] = []
    for start in range(0, len(everyone), step):
        done, waiting = stretches(
            [*waiting, *everyone[start : start + step]], BASIS, is_last=False
        )
        whole += done
    whole += stretches(waiting, BASIS, is_last=True)[0]
    assert {each.stamp: each.record_nos for each in whole} == divided(everyone)


@given(numbers, st.data())
def test_a_record_that_comes_or_goes_changes_few_parts(
    found: list[int], data: st.DataObject
) -> None:
    other = data.draw(st.integers(1, 5_000))
    changed = sorted(set(found) ^ {other})
    before, after = divided(candidates(found)), divided(candidates(changed))
    assert len(after.keys() - before.keys()) <= 3


def test_a_record_that_changes_changes_its_part() -> None:
    found = candidates(list(range(1, 900)))
    edited = [*found[:100], found[100]._replace(leaf=b"other"), *found[101:]]
    before, after = divided(found), divided(edited)
    assert len(after.keys() - before.keys()) == 1
    other, _ = stretches(found, b"another rule", is_last=True)
    assert not {each.stamp for each in other} & before.keys()


@given(st.binary(max_size=300).map(lambda data: data * 997))
def test_long_bytes_come_together_again(data: bytes) -> None:
    pieces = pieces_of(data)
    assert joined([content for _, content in pieces]) == data
    ids = [part for part, _ in pieces]
    assert len(set(ids)) == len(ids)
