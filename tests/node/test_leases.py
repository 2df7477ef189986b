"""Numbers over delayed exchanges: who numbers by right never meets another's number."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from node.catalogue.gaps import gaps_in, moved_down
from node.catalogue.sequences import Right, numbers_in
from node.history.registers import (
    ASKED,
    CLOSED,
    HOLDER,
    LEASED,
    OWNER,
    RETURNED,
    Place,
    Word,
)
from node.history.sequences import (
    SequenceBook,
    Span,
    next_block,
    number_in,
    onward,
    spare,
    stem_of,
    within,
    without,
)
from protocol.identity import Dot
from protocol.operations import Value

STEM = "0073-WS·2020-Y-BGS-"
HUB, MAIN, SIDE = b"hub", b"main", b"side"
MACHINES = (HUB, MAIN, SIDE)
SPANS = st.tuples(st.integers(1, 40), st.integers(0, 12)).map(
    lambda pair: Span(pair[0], pair[0] + pair[1])
)


def test_a_code_is_a_sequence_and_a_number() -> None:
    assert stem_of(f"{STEM}0007") == STEM
    assert number_in(f"{STEM}0007") == 7
    assert (stem_of("无号"), number_in("无号")) == ("", 0)
    assert (stem_of("-1"), stem_of(f"{STEM}甲")) == ("", "")


@given(st.integers(0, 30), st.lists(SPANS, max_size=4), st.integers(0, 20))
def test_the_next_numbers_are_the_least_that_nobody_was_lent(
    top: int, avoided: list[Span], count: int
) -> None:
    taken = {n for first, last in avoided for n in range(first, last + 1)}
    free = (n for n in range(top + 1, 1000) if n not in taken)
    assert onward(top, avoided, count) == [next(free) for _ in range(count)]


@given(st.lists(SPANS, max_size=3), st.sets(st.integers(1, 60)), st.integers(0, 30))
def test_a_lessee_takes_numbers_of_its_blocks_only_and_none_in_use(
    spans: list[Span], used: set[int], count: int
) -> None:
    found = within(spans, sorted(used), count)
    left = {
        n for first, last in spare(spans, sorted(used)) for n in range(first, last + 1)
    }
    assert len(found) <= count
    assert set(found) <= left
    assert not used & set(found)


@given(st.lists(SPANS, max_size=4), SPANS)
def test_what_is_given_back_is_in_no_block_any_more(
    spans: list[Span], gone: Span
) -> None:
    def numbers(found: list[Span]) -> set[int]:
        return {n for first, last in found for n in range(first, last + 1)}

    assert numbers(without(spans, gone)) == numbers(spans) - numbers([gone])


@given(st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40)), st.integers(0, 10))
def test_closed_gaps_leave_none_and_keep_the_order(
    movable: set[int], fixed: set[int], behind: int
) -> None:
    movable = {n for n in movable if n > behind} - fixed
    moves = dict(moved_down(sorted(movable), fixed, behind))
    after = [moves.get(n, n) for n in sorted(movable)]
    assert after == sorted(set(after))
    assert not set(after) & fixed
    assert all(new < old for old, new in moves.items())
    top = max(after, default=behind)
    assert not [gap for gap in gaps_in({*after, *fixed}, behind) if gap.first < top]


@dataclass
class Said:
    """Something in the order, or on its way there: a word, or a number given."""

    author: bytes
    n: int
    field: int
    value: tuple[Value, ...]
    right: Right = Right.NONE
    """By what the machine gave the number, as far as it knew."""
    read: int = 0
    """How much of the order it had read then."""


NUMBER = 0
"""Field of what stands for a number given to a record."""


@dataclass
class Seat:
    """A machine: how far it has read, and what it has not handed over."""

    key: bytes
    read: int = 0
    pending: list[Said] = field(default_factory=list)
    handed: list[Said] = field(default_factory=list)
    """At the hub already; the machine has not heard so."""


class Offices:
    """A hub and machines that number one sequence, and exchange when they can."""

    def __init__(self, holds: bytes) -> None:
        self.order: list[Said] = []
        self.seats = {key: Seat(key) for key in MACHINES}
        self.next_n = 1
        if holds:
            self.say(HUB, HOLDER, ("", holds))
        for seat in self.seats.values():
            seat.read = len(self.order)

    def say(
        self,
        key: bytes,
        field: int,
        value: tuple[Value, ...],
        right: Right = Right.NONE,
    ) -> None:
        read = self.seats[key].read
        said = Said(key, self.next_n, field, value, right, read)
        self.next_n += 1
        if key == HUB:
            self.order.append(said)
            self.seats[HUB].read = len(self.order)
        else:
            self.seats[key].pending.append(said)

    def book(self, key: bytes) -> SequenceBook:
        return self.book_of(self.seats[key])

    def book_of(self, seat: Seat) -> SequenceBook:
        words: dict[int, list[Word]] = {
            each: [] for each in (OWNER, HOLDER, ASKED, LEASED, RETURNED, CLOSED)
        }
        for place, said in self.seen(seat):
            if said.field != NUMBER:
                dot = Dot(said.author, said.n)
                element = (MACHINES.index(said.author), said.n, 0)
                word = Word(dot, element, said.author, place, said.value)
                words[said.field].append(word)
        told = {number: tuple(found) for number, found in words.items()}
        return SequenceBook(seat.key, HUB, is_alone=False, words=told)

    def seen(self, seat: Seat) -> list[tuple[Place | None, Said]]:
        found: list[tuple[Place | None, Said]] = [
            ((1, place, said.n), said)
            for place, said in enumerate(self.order[: seat.read], 1)
        ]
        read = {said.n for _, said in found}
        own = [said for said in (*seat.handed, *seat.pending) if said.n not in read]
        return [*found, *((None, said) for said in own)]

    def used(self, key: bytes) -> list[int]:
        return sorted(
            int(str(said.value[0]))
            for _, said in self.seen(self.seats[key])
            if said.field == NUMBER
        )

    def number(self, key: bytes, count: int) -> None:
        numbers = numbers_in(self.book(key), STEM, self.used(key))
        for number in numbers.take(count):
            self.say(key, NUMBER, (number,), numbers.right)

    def ask(self, key: bytes, amount: int) -> None:
        book = self.book(key)
        waits = any(each.machine_key == key for each in book.asks())
        if book.holder(STEM) != key and not waits:
            self.say(key, ASKED, (STEM, amount))

    def grant(self, key: bytes, _amount: int) -> None:
        book = self.book(key)
        if book.granter(STEM) != key:
            return
        for ask in book.asks():
            now = self.book(key)
            top = max([*self.used(key), now.sealed_to(STEM)], default=0)
            block = next_block(top, now.leases(STEM), ask.amount, 9999)
            assert block is not None
            word = (STEM, *block, ask.machine_key, ask.dot.log, ask.dot.n)
            self.say(key, LEASED, word)

    def give_back(self, key: bytes, _amount: int) -> None:
        used = self.used(key)
        for lease in self.book(key).leases(STEM):
            if lease.machine_key == key:
                for first, last in spare(lease.left, used):
                    self.say(key, RETURNED, (lease.dot.log, lease.dot.n, first, last))

    def appoint(self, key: bytes, _amount: int) -> None:
        self.say(HUB, HOLDER, (STEM, key))

    def close(self, key: bytes, _amount: int) -> None:
        used = self.used(key)
        if used and self.book(key).granter(STEM) == key:
            self.say(key, CLOSED, (STEM, max(used), len(used)))

    def exchange(self, key: bytes, amount: int) -> None:
        """What is pending goes up; the answer comes down, or the line is cut."""
        seat = self.seats[key]
        self.order += seat.pending
        seat.handed += seat.pending
        seat.pending = []
        self.seats[HUB].read = len(self.order)
        if amount > 1:
            seat.read = len(self.order)
            seat.handed = []

    def check_that_numbers_by_right_never_meet(self) -> None:
        """But where the hub let another number meanwhile, and its word came late.

        Who thinks that it numbers by right does so, with the same exception.
        """
        seat = Seat(HUB, len(self.order))
        book = self.book_of(seat)
        by_right: dict[int, Said] = {}
        for place, said in self.seen(seat):
            if said.field != NUMBER or place is None:
                continue
            unread = self.order[said.read : place[1]]
            if any(each.field in {HOLDER, CLOSED} for each in unread):
                continue
            number = int(str(said.value[0]))
            has_right = book.has_right(said.author, STEM, number, place)
            assert has_right or said.right is Right.NONE, said
            if has_right:
                assert number not in by_right, (said, by_right[number])
                by_right[number] = said


ACTS = st.tuples(
    st.sampled_from(
        ["number"] * 4
        + ["exchange"] * 6
        + ["ask"] * 2
        + ["grant"] * 3
        + ["give_back", "appoint", "close"]
    ),
    st.sampled_from(MACHINES),
    st.integers(1, 4),
)


@settings(max_examples=200)
@given(
    st.sampled_from([MAIN, MAIN, HUB, b""]), st.lists(ACTS, min_size=30, max_size=80)
)
def test_numbers_by_right_never_meet(
    holds: bytes, acts: list[tuple[str, bytes, int]]
) -> None:
    offices = Offices(holds)
    for act, key, amount in acts:
        getattr(offices, act)(key, amount)
    for key in MACHINES:
        offices.exchange(key, 2)
    offices.check_that_numbers_by_right_never_meet()
