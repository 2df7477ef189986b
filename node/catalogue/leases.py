"""Asking for blocks of numbers, giving them back, and saying who numbers.

What is said here stands in the register of the fonds and travels with the next
exchange; who holds the sequence answers of itself (node/history/granting.py).
"""

from __future__ import annotations

from typing import Final

from node.catalogue.machines import key_of_machine
from node.catalogue.reading import fonds_for
from node.catalogue.sequence_errors import (
    NotTheHolder,
    UnknownSequence,
)
from node.catalogue.sequence_views import machine_names, named_sequence
from node.history.granting import codes_of
from node.history.registering import say
from node.history.registers import ASKED, HOLDER, RETURNED, hub_key, own_key
from node.history.sequences import (
    MOST_ASKED,
    Span,
    book_of,
    number_in,
    spare,
)
from node.store.port import Rows
from protocol.operations import Actor

NOBODY: Final = "-"
USUAL_AMOUNT: Final = 50


def ask_for(
    rows: Rows, actor: Actor, made_at: int, scope_no: int, stem: str, amount: int
) -> bool:
    """Ask for numbers of a sequence; False where that is asked already, or needless."""
    book = book_of(rows, scope_no)
    if book.holder(stem) == book.own_key or not book.granter(stem):
        return False
    if any(a.stem == stem and a.machine_key == book.own_key for a in book.asks()):
        return False
    wanted = max(1, min(amount, MOST_ASKED))
    say(rows, scope_no, actor, made_at, {ASKED: [(stem, wanted)]})
    return True


def ask(rows: Rows, actor: Actor, made_at: int, wanted: str, amount: int) -> bool:
    """Ask for numbers of the sequence that people call *wanted*.

    Raises:
        UnknownSequence.
    """
    fonds, stem = named_sequence(rows, wanted)
    return ask_for(rows, actor, made_at, fonds.scope_no, stem, amount)


def give_back(rows: Rows, actor: Actor, made_at: int, wanted: str) -> tuple[Span, ...]:
    """Give back what is left of own blocks; the numbers.

    Raises:
        UnknownSequence.
    """
    fonds, stem = named_sequence(rows, wanted)
    book = book_of(rows, fonds.scope_no)
    used = [number_in(code) for code in codes_of(rows, fonds.scope_no, stem)]
    found = [
        (lease.dot, span)
        for lease in book.leases(stem)
        if lease.machine_key == book.own_key
        for span in spare(lease.left, used)
    ]
    said = [(dot.log, dot.n, first, last) for dot, (first, last) in found]
    say(rows, fonds.scope_no, actor, made_at, {RETURNED: said})
    return tuple(span for _, span in found)


def appoint(
    rows: Rows, actor: Actor, made_at: int, fonds: str, wanted: str, machine: str
) -> str:
    """At the hub: the machine numbers a sequence of the fonds, or all; its name.

    *machine* "-" stands for none, *wanted* empty for every sequence of the fonds.

    Raises:
        UnknownFonds, UnknownSequence, UnknownMachine.
        NotTheHolder: only the hub says this.
    """
    home = fonds_for(rows, fonds)
    stem = ""
    if wanted:
        named, stem = named_sequence(rows, wanted)
        if named.scope_no != home.scope_no:
            raise UnknownSequence(wanted)
    if hub_key(rows) != own_key(rows):
        names = machine_names(rows)
        raise NotTheHolder(stem or home.code, names.get(hub_key(rows) or b"", ""))
    key, name = _machine(rows, machine)
    say(rows, home.scope_no, actor, made_at, {HOLDER: [(stem, key)]})
    return name


def _machine(rows: Rows, wanted: str) -> tuple[bytes, str]:
    if wanted == NOBODY:
        return b"", ""
    key = key_of_machine(rows, wanted)
    return key, machine_names(rows).get(key, wanted)
