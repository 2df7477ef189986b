"""Numbers that machines ask for, granted by who holds the sequence; nobody watches.

The holder's machine answers when it makes ready what is to go; so a block never meets
a number that the holder gave meanwhile. The answer travels in the scope's order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from node.clock import elapsed
from node.history.claims import name_holders
from node.history.registering import say
from node.history.registers import ASKED, HOLDER, LEASED, OWNER, words
from node.history.sequences import (
    END,
    MOST_ASKED,
    Ask,
    SequenceBook,
    book_of,
    highest_of,
    next_block,
    number_in,
    spare,
    stem_of,
)
from node.store.port import Rows
from node.store.row_types import RecordFlag
from protocol.operations import Actor, ActorKind

LOOKED_AT: Final = "numbers.looked_at"
"""Setting: number of the last set that had arrived when asks were looked at."""
_NAME: Final = "machine.name"
_STEP_SECONDS: Final = 0.02
"""So long asks are answered in one transaction, each of another sequence."""


def is_owed(rows: Rows) -> bool:
    """Whether something may be owed, for sets have come since this was looked at."""
    return bool(rows.settings.get(LOOKED_AT) != rows.sets.last_arrival())


def appoint_first(
    rows: Rows, scope_no: int, key: bytes, actor: Actor, made_at: int
) -> None:
    """At the hub: a fonds that nobody numbers yet is numbered by this machine."""
    book = book_of(rows, scope_no)
    if not book.words[HOLDER] and not book.words[OWNER]:
        say(rows, scope_no, actor, made_at, {HOLDER: [("", key)]})


def has_asks(rows: Rows) -> bool:
    """Whether an ask has come that this machine can answer."""
    return is_owed(rows) and any(True for _ in _due(rows))


def settle_numbers(rows: Rows, made_at: int) -> bool:
    """Do some of what is owed; whether there may be more."""
    actor = Actor(str(rows.settings.get(_NAME) or ""), ActorKind.PROGRAM)
    if name_holders(rows, actor, made_at):
        return True
    newest = rows.sets.last_arrival()
    if rows.settings.get(LOOKED_AT) == newest:
        return False
    begun = 0.0
    granted: set[tuple[int, str]] = set()
    for scope_no, book, ask in _due(rows):
        begun = begun or elapsed()
        if (scope_no, ask.stem) in granted:
            break
        grant(rows, scope_no, book, ask, actor, made_at)
        granted.add((scope_no, ask.stem))
        if elapsed() - begun >= _STEP_SECONDS:
            break
    if not granted:
        rows.settings.put(LOOKED_AT, newest)
    return bool(granted)


def grant(
    rows: Rows,
    scope_no: int,
    book: SequenceBook,
    ask: Ask,
    actor: Actor,
    made_at: int,
) -> None:
    """Lend the block that a machine asks for; the sequence has room for it."""
    block = block_for(rows, scope_no, book, ask)
    if block is None:
        return
    first, last = block
    word = (ask.stem, first, last, ask.machine_key, ask.dot.log, ask.dot.n)
    say(rows, scope_no, actor, made_at, {LEASED: [word]})


def block_for(
    rows: Rows, scope_no: int, book: SequenceBook, ask: Ask
) -> tuple[int, int] | None:
    """The next free block; None where the sequence has no more numbers.

    Nor is there one for a machine that has as many unused as may be asked for at once.
    """
    codes = list(codes_of(rows, scope_no, ask.stem))
    used = list(map(number_in, codes))
    leases = book.leases(ask.stem)
    unused = [
        span
        for lease in leases
        if lease.machine_key == ask.machine_key
        for span in spare(lease.left, used)
    ]
    amount = min(ask.amount, MOST_ASKED - sum(b - a + 1 for a, b in unused))
    if amount < 1:
        return None
    top = max(max(used, default=0), book.sealed_to(ask.stem))
    return next_block(top, leases, amount, highest_of(codes))


def codes_of(rows: Rows, scope_no: int, stem: str) -> Iterable[str]:
    """Every code of a sequence that a record has, withdrawn ones too."""
    for _, its_scope, flags, _, code in rows.matches.codes_under(stem):
        is_its_own = its_scope == scope_no and stem_of(code) == stem
        if is_its_own and flags & RecordFlag.CREATED:
            yield code


def _due(rows: Rows) -> Iterable[tuple[int, SequenceBook, Ask]]:
    """Asks that this machine can answer."""
    after = rows.settings.get(LOOKED_AT)
    arrived = rows.sets.arrived_by_log(after if isinstance(after, int) else 0)
    for scope_no in sorted({scope_no for _, scope_no in arrived}):
        if not words(rows, scope_no, ASKED):
            continue
        book = book_of(rows, scope_no)
        for ask in book.asks():
            is_mine = book.granter(ask.stem, END) == book.own_key
            if is_mine and block_for(rows, scope_no, book, ask) is not None:
                yield scope_no, book, ask
