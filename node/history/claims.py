"""Claims on a code (档号): which of several records holds it until a person decides.

Laws:

- Any standing record may claim any code. Of those that claim one, exactly one holds it
  meanwhile: the one that the hub named last; else the one that was numbered by right;
  else the first in the hub's order. Own work that no order names yet comes last.
- Machines that have read the same order see the same holder.
- Where the hub meets a contested code it names the holder at once, by an operation.
  From then on that does not follow from the order, nor from who numbers since.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from node.history.docket import CODE_FIELD
from node.history.effects import DotNo, copied_dot
from node.history.journal import save
from node.history.record_rows import is_visible
from node.history.registers import Place, hub_key, machine_key, own_key
from node.history.sequences import (
    END,
    SequenceBook,
    book_of,
    number_in,
    place_behind,
    stem_of,
)
from node.history.state_packing import unpack_state
from node.history.survivors import (
    RecordState,
    resolved,
    surviving_elements,
    survivors,
)
from node.store.port import Rows
from node.store.row_types import RecordRow, SetState
from protocol.identity import Dot
from protocol.operations import CLAIMS_FIELD, Actor, Claim, Value

NAMED_BY_HUB: Final = 3
"""State of a Claim operation by which the hub names the holder of a code."""
_ADMITTED: Final = frozenset({SetState.ADMITTED, SetState.REMOVED})
_NAMED_AT_ONCE: Final = 20


class Why(StrEnum):
    """By what a record holds its code."""

    NAMED = "named"
    """The hub named it."""
    RIGHT = "right"
    """It was numbered by the sequence's holder, or within a block lent for it."""
    ORDER = "order"
    """It came first."""


class Claimant(NamedTuple):
    """A standing record that claims a code."""

    record_no: int
    dot: DotNo
    """Of the write that gave it the code first, through copies."""
    machine_key: bytes
    place: Place
    named_at: Place | None
    """Where the hub named it the holder last; None where it never did."""


class Holding(NamedTuple):
    """Who holds a code."""

    record_no: int
    why: Why
    claimants: tuple[Claimant, ...]
    """In order; the holder among them."""

    @property
    def is_contested(self) -> bool:
        """Whether several records claim the code."""
        return len(self.claimants) > 1


def holder_of(
    rows: Rows, scope_no: int, code: str, book: SequenceBook | None = None
) -> Holding | None:
    """Which record holds *code* until a person decides; None where none claims it."""
    found = sorted(claimants(rows, scope_no, code), key=lambda each: each.place)
    if not found:
        return None
    named = [each for each in found if each.named_at is not None]
    if named:
        newest = max(named, key=lambda each: each.named_at or END)
        return Holding(newest.record_no, Why.NAMED, tuple(found))
    book = book or book_of(rows, scope_no)
    for each in found:
        if has_right(book, each, code):
            return Holding(each.record_no, Why.RIGHT, tuple(found))
    return Holding(found[0].record_no, Why.ORDER, tuple(found))


def has_right(book: SequenceBook, claimant: Claimant, code: str) -> bool:
    """Whether the code was given by who numbers the sequence, there and then."""
    stem, number = stem_of(code), number_in(code)
    return book.has_right(claimant.machine_key, stem, number, claimant.place)


def claimants(rows: Rows, scope_no: int, code: str) -> list[Claimant]:
    """The standing records of a scope that claim *code*."""
    found = []
    for row in rows.records.by_code(code):
        if row.scope_no == scope_no and is_visible(row.flags):
            claimant = claim_on(rows, row, code)
            if claimant is not None:
                found.append(claimant)
    return found


def claim_on(rows: Rows, row: RecordRow, code: str) -> Claimant | None:
    """The record's claim on *code*; None where it makes none."""
    state = unpack_state((row.log_no, row.n), row.state)
    found = [
        (_place(rows, row.scope_no, state, dot), dot)
        for dot in (
            _origin(rows, dot, value)
            for dot, value in survivors(state, CODE_FIELD).items()
            if resolved(value) == code
        )
    ]
    if not found:
        return None
    place, dot = min(found)
    key = machine_key(rows, dot[0])
    return Claimant(row.record_no, dot, key, place, _named_at(rows, row, state, code))


def is_final(
    rows: Rows,
    row: RecordRow,
    code: str,
    book: SequenceBook | None = None,
) -> bool:
    """Whether the code is 正式: its sequence is sealed, and the record holds it.

    What was numbered by right behind the seal is so at once; any other code from where
    the hub names its holder.
    """
    stem = stem_of(code)
    if not stem:
        return False
    book = book or book_of(rows, row.scope_no)
    closings = book.closings(stem)
    if not closings:
        return False
    holding = holder_of(rows, row.scope_no, code, book)
    if holding is None or holding.record_no != row.record_no:
        return False
    mine = next(each for each in holding.claimants if each.record_no == row.record_no)
    if mine.named_at is not None:
        return True
    number = number_in(code)
    if any(number <= each.last and mine.place < each.place for each in closings):
        return True
    return mine.place > closings[0].place and has_right(book, mine, code)


def name_holders(rows: Rows, actor: Actor, made_at: int) -> bool:
    """At the hub: name the holders of some contested codes; whether there were any.

    A code whose holder the hub has named already stays with it.
    """
    if hub_key(rows) != own_key(rows):
        return False
    found = rows.claims.unnamed(_NAMED_AT_ONCE)
    for row in found:
        code = row.subject[1:].decode("utf-8", "surrogatepass")
        holding = holder_of(rows, row.scope_no, code)
        if holding is not None and holding.why is not Why.NAMED:
            name_holder(rows, row.scope_no, holding.record_no, code, actor, made_at)
        rows.claims.name(row)
    if not found:
        rows.claims.forget_settled()
    return bool(found)


def name_holder(
    rows: Rows, scope_no: int, record_no: int, code: str, actor: Actor, made_at: int
) -> None:
    """The hub says that the record holds *code*."""
    row = rows.records.row(record_no)
    if row is None:
        return
    record = Dot(rows.logs.id_of(row.log_no), row.n)
    stem = stem_of(code)
    save(
        rows,
        scope_no,
        lambda n: Claim(n, actor, made_at, record, stem, code, NAMED_BY_HUB),
    )


def _named_at(
    rows: Rows, row: RecordRow, state: RecordState, code: str
) -> Place | None:
    hub = hub_key(rows)
    places = [
        _place(rows, row.scope_no, state, (log_no, n))
        for (log_no, n, _), value in _claims(state)
        if isinstance(value, tuple)
        and value[1:] == (code, NAMED_BY_HUB)
        and machine_key(rows, log_no) == hub
    ]
    return max(places, default=None)


def _claims(
    state: RecordState,
) -> Iterable[tuple[tuple[int, int, int], Value]]:
    return surviving_elements(state, CLAIMS_FIELD).items()


def _origin(rows: Rows, dot: DotNo, value: Value) -> DotNo:
    """The write that the value is of: what was brought back is whose it was."""
    copied = copied_dot(value)
    number = None if copied is None else rows.logs.number_of(copied.log)
    return dot if copied is None or number is None else (number, copied.n)


def _place(rows: Rows, scope_no: int, state: RecordState, dot: DotNo) -> Place:
    """Where an operation stands; own work that no order names is behind all."""
    log_no, n = dot
    if dot in state.pending:
        return place_behind(None, n)
    for held in rows.sets.holding(scope_no, log_no, n):
        if held.state in _ADMITTED:
            found = rows.orders.of_set(held.log_no, held.seq, held.hash)
            if found is not None:
                return found.epoch, found.place, n
    return place_behind(None, n)
