"""Which numbers this machine may give next, and by what right.

The holder of a sequence goes on from the highest number in use and leaves out the
blocks of others; who was lent a block numbers within it alone. Any other machine goes
on from the highest number that it knows, and its codes stay 暂定.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from node.catalogue.numbering import CodeRun, last_number, numbers_in_use
from node.history.claims import is_final as is_final_code
from node.history.granting import codes_of
from node.history.sequences import (
    SequenceBook,
    Span,
    book_of,
    number_in,
    onward,
    spare,
    stem_of,
    within,
)
from node.store.port import Rows


class Right(StrEnum):
    """By what a machine numbers."""

    HOLDER = "holder"
    LEASE = "lease"
    NONE = "none"
    """Without: whoever numbers so may meet another's number."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What this machine may number with, in one sequence."""

    right: Right = Right.HOLDER
    last: int = 0
    """The highest number in use, whoever gave it."""
    top: int = 0
    """The number from which this machine goes on."""
    avoided: tuple[Span, ...] = ()
    """Blocks of others."""
    spans: tuple[Span, ...] = ()
    """What is left of own blocks."""
    used: tuple[int, ...] = ()
    """Numbers in use within own blocks."""
    sealed_to: int = 0
    """How far the sequence is sealed; 0 while it is open."""
    has_asked: bool = False
    """Numbers are asked for, and nobody answered yet."""

    @property
    def left(self) -> int | None:
        """How many numbers are left in own blocks; None where that is no matter."""
        if self.right is not Right.LEASE:
            return None
        return sum(last - first + 1 for first, last in spare(self.spans, self.used))

    def take(self, count: int) -> tuple[int, ...]:
        """The next *count* numbers; fewer where own blocks have no more."""
        if self.right is Right.LEASE:
            return tuple(within(self.spans, self.used, count))
        return tuple(onward(self.top, self.avoided, count))


@dataclass(frozen=True, slots=True)
class NextCode:
    """The next free code of a sequence."""

    code: str
    """Empty where own blocks are used up."""
    is_by_right: bool
    """False: another machine may give the same meanwhile."""


def numbers_for(
    rows: Rows, scope_no: int, run: CodeRun, book: SequenceBook | None = None
) -> Numbers:
    """What this machine may number with in a run."""
    book = book or book_of(rows, scope_no)
    stem = run.prefix
    if not book.leases(stem):
        last = last_number(rows, scope_no, run)
        return numbers_in(book, stem, (last,) if last else ())
    used = [each.number for each in numbers_in_use(rows, scope_no, run)]
    return numbers_in(book, stem, used)


def next_code(rows: Rows, scope_no: int, code: str) -> NextCode:
    """The next free code of the sequence of *code*, as this machine would number."""
    stem = stem_of(code)
    used = sorted(number_in(each) for each in codes_of(rows, scope_no, stem))
    numbers = numbers_in(book_of(rows, scope_no), stem, used)
    found = numbers.take(1)
    digits = len(code) - len(stem)
    text = f"{stem}{found[0]:0{digits}d}" if stem and found else ""
    return NextCode(text, numbers.right is not Right.NONE)


def is_final(rows: Rows, record_no: int, code: str) -> bool:
    """Whether the record's code is 正式 and not 暂定."""
    row = rows.records.row(record_no)
    return row is not None and is_final_code(rows, row, code)


def numbers_in(book: SequenceBook, stem: str, used: Sequence[int]) -> Numbers:
    """What a machine may number with by its book, where these numbers are in use."""
    leases = book.leases(stem)
    mine = [each for each in leases if each.machine_key == book.own_key]
    spans = tuple(span for each in mine for span in each.left)
    others = tuple(span for each in leases if each not in mine for span in each.left)
    sealed_to = book.sealed_to(stem)
    last = max(used, default=0)
    is_holder = book.holder(stem) == book.own_key
    has_asked = any(
        ask.stem == stem and ask.machine_key == book.own_key for ask in book.asks()
    )
    if is_holder:
        right = Right.HOLDER
        outside = [each for each in used if not any(a <= each <= b for a, b in others)]
        top = max(max(outside, default=0), sealed_to)
    elif spans:
        right = Right.LEASE
        top = max((each for each in used if _lies_in(spans, each)), default=0)
    else:
        right = Right.NONE
        top = max(last, sealed_to)
    return Numbers(
        right,
        last,
        top,
        others,
        spans,
        tuple(each for each in used if _lies_in(spans, each)),
        sealed_to,
        has_asked,
    )


def _lies_in(spans: Sequence[Span], number: int) -> bool:
    return any(first <= number <= last for first, last in spans)
