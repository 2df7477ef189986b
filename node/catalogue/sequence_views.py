"""Sequences of codes as people see them: who numbers, how far, what is lent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from node.catalogue.codes import normalise_code
from node.catalogue.members import amounts_by_class
from node.catalogue.numbering import CodeRun, chosen_rule, run_in
from node.catalogue.pack import Pack
from node.catalogue.reading import Fonds, all_fonds, fonds_for
from node.catalogue.sequence_errors import UnknownSequence
from node.catalogue.sequences import Right
from node.history.granting import codes_of
from node.history.sequences import (
    Lease,
    SequenceBook,
    book_of,
    number_in,
    spare,
    stem_of,
)
from node.history.trust import entries
from node.store.port import Rows
from node.store.ticket_port import TicketClass, TicketFilter

_MOST_CONTESTED: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class LeaseView:
    """A block of numbers that is lent."""

    first: int
    last: int
    machine: str
    is_mine: bool
    left: int
    """How many of its numbers may still be given; none once it ended."""

    def to_json(self) -> dict[str, object]:
        """The block as JSON shows it."""
        return {
            "first": self.first,
            "last": self.last,
            "machine": self.machine,
            "mine": self.is_mine,
            "left": self.left,
        }


@dataclass(frozen=True, slots=True)
class SequenceView:
    """One sequence of codes."""

    fonds: str
    stem: str
    holder: str
    """Name of the machine that numbers; empty where none may."""
    right: Right
    """By what this machine numbers."""
    last: int
    """The highest number in use."""
    amount: int
    """How many codes there are."""
    sealed_to: int
    """Up to which number the sequence is sealed; 0 while it is open."""
    leases: tuple[LeaseView, ...]
    asked: tuple[tuple[str, int], ...]
    """Machines that wait for numbers, and for how many."""
    contested: int
    """How many codes several records claim."""

    @property
    def is_final(self) -> bool:
        """Whether the codes are 正式: sealed up to the last."""
        return 0 < self.last <= self.sealed_to

    @property
    def left(self) -> int:
        """How many numbers are left in this machine's blocks."""
        return sum(lease.left for lease in self.leases if lease.is_mine)

    def to_json(self) -> dict[str, object]:
        """The sequence as JSON shows it."""
        return {
            "fonds": self.fonds,
            "stem": self.stem,
            "holder": self.holder or None,
            "right": self.right.value,
            "last": self.last,
            "amount": self.amount,
            "sealed_to": self.sealed_to or None,
            "final": self.is_final,
            "leases": [lease.to_json() for lease in self.leases],
            "asked": [{"machine": name, "amount": n} for name, n in self.asked],
            "contested": self.contested,
        }


def machine_names(rows: Rows) -> dict[bytes, str]:
    """Names of all machines that joined, by key; of several logs the newest name."""
    found = {
        entry.public_key: entry.name
        for entry in sorted(entries(rows), key=lambda each: each.serial)
        if entry.name
    }
    own, name = rows.logs.own(), rows.settings.get("machine.name")
    if own is not None and own.public_key is not None and name:
        found[own.public_key] = str(name)
    return found


def normal_stem(text: str) -> str:
    """The sequence that people mean: written as codes are, up to its last dash."""
    plain = normalise_code(text)
    return plain if plain.endswith("-") or not plain else f"{plain}-"


def named_sequence(rows: Rows, text: str) -> tuple[Fonds, str]:
    """The fonds and the stem of the sequence that people call *text*.

    One of its codes means it too.

    Raises:
        UnknownSequence: it belongs to no fonds of this machine.
    """
    whole = normalise_code(text)
    by_code = [row.scope_no for row in rows.records.by_code(whole)]
    stem = stem_of(whole) if by_code else normal_stem(text)
    for fonds in all_fonds(rows):
        is_its_own = not by_code or fonds.scope_no in by_code
        if is_its_own and stem.startswith(f"{fonds.code.upper()}-"):
            return fonds, stem
    raise UnknownSequence(text)


def sequences_of(rows: Rows, pack: Pack, fonds: str | None) -> list[SequenceView]:
    """Every sequence of one fonds, or of all, by code.

    Raises:
        UnknownFonds.
    """
    chosen = all_fonds(rows) if fonds is None else [fonds_for(rows, fonds)]
    names = machine_names(rows)
    return [
        view_of(rows, each, stem, book, names)
        for each in chosen
        for book in (book_of(rows, each.scope_no),)
        for stem in sorted({*book.stems(), *_stems_in_use(rows, pack, each)})
    ]


def view_of(
    rows: Rows, fonds: Fonds, stem: str, book: SequenceBook, names: dict[bytes, str]
) -> SequenceView:
    """One sequence, as it stands."""
    used = sorted(number_in(code) for code in codes_of(rows, fonds.scope_no, stem))
    leases = tuple(_lease(each, used, book, names) for each in book.leases(stem))
    is_holder = book.holder(stem) == book.own_key
    is_lessee = any(each.is_mine and each.left for each in leases)
    return SequenceView(
        fonds.code,
        stem,
        names.get(book.holder(stem), ""),
        Right.HOLDER if is_holder else Right.LEASE if is_lessee else Right.NONE,
        used[-1] if used else 0,
        len(used),
        book.sealed_to(stem),
        leases,
        tuple(
            (names.get(ask.machine_key, ""), ask.amount)
            for ask in book.asks()
            if ask.stem == stem
        ),
        len(contested_codes(rows, fonds.scope_no, stem)),
    )


def contested_codes(rows: Rows, scope_no: int, stem: str) -> list[str]:
    """Codes of a sequence that several standing records claim, sorted."""
    wanted = TicketFilter(classes=(int(TicketClass.CODE),), scope_no=scope_no)
    found = (
        ticket.subject[1:].decode("utf-8", "surrogatepass")
        for ticket in rows.tickets.page(wanted, 0, _MOST_CONTESTED)
    )
    return sorted(code for code in found if stem_of(code) == stem)


def _stems_in_use(rows: Rows, pack: Pack, fonds: Fonds) -> Iterator[str]:
    rule = chosen_rule(rows, pack, fonds.scope_no, fonds.code)
    letters: dict[str, str] = {}
    amounts = amounts_by_class(rows, fonds.scope_no, fonds.code)
    for key, amount in amounts.items():
        if amount.numbered or amount.filed:
            run = run_in(rows, pack, fonds.scope_no, rule, key, letters)
            if isinstance(run, CodeRun):
                yield run.prefix


def _lease(
    lease: Lease, used: list[int], book: SequenceBook, names: dict[bytes, str]
) -> LeaseView:
    left = sum(last - first + 1 for first, last in spare(lease.left, used))
    key = lease.machine_key
    name = names.get(key, "")
    return LeaseView(*lease.span, name, key == book.own_key, left)
