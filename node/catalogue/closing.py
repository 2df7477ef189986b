"""封册: a sequence is sealed, and its codes are 正式 from then on.

Laws:

- Only the holder seals; the hub seals what nobody holds, and names the holder of every
  contested code when it does.
- Gaps are closed before sealing only, and only where a person says so: what stands
  behind a gap moves down, in its order. What is sealed does not move.
- The codes move as one act; it is taken back while the seal has not left the machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgpack

from node.catalogue.act_log import ActKind, forget_oldest
from node.catalogue.act_steps import planned
from node.catalogue.fields import CODE, FILED, STATE
from node.catalogue.gaps import gaps_in, moved_down
from node.catalogue.reading import Fonds, dot_of, find_record, held_of, state_of
from node.catalogue.saves import Saver, change_operations, title_of_row
from node.catalogue.saving import Parsed
from node.catalogue.sequence_errors import NotTheHolder, SequenceNotReady
from node.catalogue.sequence_views import (
    contested_codes,
    machine_names,
    named_sequence,
)
from node.history.claims import Why, holder_of, name_holder
from node.history.registering import say, unsay
from node.history.registers import CLOSED, Word, words
from node.history.sequences import (
    SequenceBook,
    Span,
    book_of,
    number_in,
    spare,
    stem_of,
)
from node.history.survivors import shown_in
from node.store.desk_port import ActRow, ActState
from node.store.port import Rows
from node.store.row_types import RecordFlag, RecordRow
from node.store.ticket_port import TicketClass
from protocol.identity import digest_128, printed_id

CHANGED: Final = "codes-changed"
_PLANNED_AT_ONCE: Final = 25
_STANDING: Final = int(RecordFlag.CREATED | RecordFlag.WITHDRAWN)
_UNDECIDED: Final = frozenset(
    {TicketClass.FIELD, TicketClass.STATE, TicketClass.EXISTENCE, TicketClass.PROPOSAL}
)


class Move(NamedTuple):
    """A code that changes because a gap in front of it is closed."""

    record: str
    """Printed id."""
    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ClosingLook:
    """What sealing a sequence would come to."""

    fonds: str
    stem: str
    holder: str
    """Name of the machine that numbers; empty where there is none."""
    is_allowed: bool
    """Whether this machine may seal it."""
    last: int
    """The highest number in use."""
    amount: int
    """How many codes there are."""
    sealed_to: int
    """Up to which number it is sealed already; 0 not at all."""
    gaps: tuple[Span, ...]
    """Numbers behind the seal that no paper has."""
    moves: tuple[Move, ...]
    """What would change if the gaps were closed."""
    contested: tuple[str, ...]
    """Codes that several records claim."""
    undecided: int
    """How many of its records have a ticket about their code or their standing."""
    unfiled: int
    """How many have a number and are not filed."""
    lent: int
    """How many numbers of lent blocks are not used and not given back."""
    mark: bytes
    """Names the codes as they were looked at."""

    @property
    def last_behind(self) -> int:
        """The highest number in use once the gaps are closed."""
        return self.last - sum(last - first + 1 for first, last in self.gaps)

    def to_json(self) -> dict[str, object]:
        """The look as JSON shows it."""
        return {
            "fonds": self.fonds,
            "stem": self.stem,
            "holder": self.holder or None,
            "allowed": self.is_allowed,
            "last": self.last,
            "amount": self.amount,
            "sealed_to": self.sealed_to or None,
            "gaps": [list(gap) for gap in self.gaps],
            "moves": [move._asdict() for move in self.moves],
            "contested": list(self.contested),
            "undecided": self.undecided,
            "unfiled": self.unfiled,
            "lent": self.lent,
        }


@dataclass(frozen=True, slots=True)
class Closed:
    """A sequence was sealed."""

    act_no: int
    stem: str
    last: int
    amount: int
    moves: tuple[Move, ...]
    named: int
    """Contested codes of which the hub named the holder."""

    def to_json(self) -> dict[str, object]:
        """The sealing as JSON shows it."""
        return {
            "stem": self.stem,
            "last": self.last,
            "amount": self.amount,
            "moves": [move._asdict() for move in self.moves],
            "named": self.named,
        }


class _Used(NamedTuple):
    number: int
    row: RecordRow
    is_standing: bool


def look_at(rows: Rows, wanted: str) -> ClosingLook:
    """What sealing the sequence that people call *wanted* would come to.

    Raises:
        UnknownSequence.
    """
    fonds, stem = named_sequence(rows, wanted)
    book = book_of(rows, fonds.scope_no)
    used = _used(rows, fonds, stem)
    sealed_to = book.sealed_to(stem)
    numbers = [each.number for each in used]
    unsealed = [each for each in used if each.number > sealed_to and each.is_standing]
    return ClosingLook(
        fonds.code,
        stem,
        machine_names(rows).get(book.holder(stem), ""),
        book.granter(stem) == book.own_key,
        max(numbers, default=0),
        len(used),
        sealed_to,
        tuple(gaps_in(numbers, sealed_to)),
        tuple(_moves(rows, stem, used, sealed_to)),
        tuple(contested_codes(rows, fonds.scope_no, stem)),
        sum(_is_undecided(rows, each.row) for each in unsealed),
        sum(not _is_filed(each.row) for each in unsealed),
        _lent(book, stem, numbers),
        mark_of(rows, fonds.scope_no, stem),
    )


def check(
    look: ClosingLook,
    *,
    closes_gaps: bool | None,
    ends_leases: bool,
    is_hub: bool,
) -> None:
    """Return if the sequence may be sealed so.

    Raises:
        NotTheHolder: another machine numbers it.
        SequenceNotReady: something has to be done, or said, first.
    """
    if not look.is_allowed:
        raise NotTheHolder(look.stem, look.holder)
    tests = (
        ("nothing-to-seal", int(look.last <= look.sealed_to)),
        ("codes-contested", 0 if is_hub else len(look.contested)),
        ("codes-undecided", 0 if is_hub else look.undecided),
        ("items-unfiled", look.unfiled),
        ("numbers-lent", 0 if ends_leases else look.lent),
        ("numbers-missing", 0 if closes_gaps is not None else len(look.gaps)),
        ("codes-contested", len(look.contested) if closes_gaps and look.moves else 0),
    )
    for reason, amount in tests:
        if amount:
            raise SequenceNotReady(look.stem, reason, amount)


def begin_act(rows: Rows, saver: Saver, look: ClosingLook, amount: int) -> int:
    """Enter the act that a sealing is; its number."""
    act = ActRow(
        act_no=0,
        actor=saver.actor.name,
        kind=ActKind.CLOSING,
        made_at=saver.made_at,
        title=look.stem,
        import_no=0,
        state=int(ActState.PLANNING),
        amount=amount,
        detail=b"",
    )
    return rows.acts.add(act)


def plan_some(
    rows: Rows, saver: Saver, look: ClosingLook, act_no: int, reason: str, start: int
) -> int:
    """Write some of the moves down; how many are, with those before.

    Raises:
        FiledNeedsReason: a filed item's code would change without a reason.
        SequenceNotReady: a record is not as it was looked at.
    """
    steps = []
    part = look.moves[start : start + _PLANNED_AT_ONCE]
    for place, move in enumerate(part, start):
        row = find_record(rows, move.record, ())
        if row.code != move.before:
            raise SequenceNotReady(look.stem, CHANGED, 1)
        parsed = Parsed({CODE: move.after})
        held = held_of(rows, row)
        made = change_operations(1, rows, saver, row, held, parsed, None, reason)
        steps.append(planned(act_no, place, row.record_no, made))
    rows.acts.add_steps(steps)
    return start + len(part)


def begin_moves(rows: Rows, look: ClosingLook, act_no: int) -> None:
    """All moves are written down: from now on they count.

    Raises:
        SequenceNotReady: somebody took or gave up a number meanwhile.
    """
    act = rows.acts.get(act_no)
    fonds, stem = named_sequence(rows, look.stem)
    if act is None or mark_of(rows, fonds.scope_no, stem) != look.mark:
        raise SequenceNotReady(look.stem, CHANGED, 1)
    rows.acts.update(act._replace(state=int(ActState.RUNNING)))
    forget_oldest(rows, act.actor)


def seal_sequence(rows: Rows, saver: Saver, look: ClosingLook, act_no: int) -> int:
    """Say that the sequence is sealed as it was looked at; codes that were named.

    Raises:
        SequenceNotReady: something came between.
    """
    fonds, stem = named_sequence(rows, look.stem)
    if mark_of(rows, fonds.scope_no, stem) != look.mark:
        raise SequenceNotReady(stem, CHANGED, 1)
    named = 0
    for code in look.contested:
        holding = holder_of(rows, fonds.scope_no, code)
        if holding is not None and holding.why is not Why.NAMED:
            number, actor = holding.record_no, saver.actor
            name_holder(rows, fonds.scope_no, number, code, actor, saver.made_at)
            named += 1
    word = (stem, look.last, look.amount)
    said = say(rows, fonds.scope_no, saver.actor, saver.made_at, {CLOSED: [word]})
    act = rows.acts.get(act_no)
    if act is not None:
        detail: bytes = msgpack.packb((fonds.scope_no, stem, said[0].n))
        rows.acts.update(act._replace(state=int(ActState.DONE), detail=detail))
    return named


def mark_of(rows: Rows, scope_no: int, stem: str) -> bytes:
    """What names the codes of a sequence as they stand."""
    found = [
        f"{record_no} {flags & _STANDING} {code}"
        for record_no, its_scope, flags, _, code in rows.matches.codes_under(stem)
        if its_scope == scope_no
    ]
    return digest_128("dangyi/sequence/1", "\n".join(found).encode())


def closing_obstacle(rows: Rows, act: ActRow) -> str:
    """Why a sealing cannot be taken back; empty where it can."""
    word = _closing_word(rows, act)
    return "sealed-since" if word is not None and word.place is not None else ""


def open_again(rows: Rows, act: ActRow, saver: Saver) -> None:
    """The seal that an act put on is taken off; it has not left the machine."""
    word = _closing_word(rows, act)
    if word is not None:
        scope_no = msgpack.unpackb(act.detail)[0]
        unsay(rows, scope_no, saver.actor, saver.made_at, CLOSED, word)


def _used(rows: Rows, fonds: Fonds, stem: str) -> list[_Used]:
    """Numbers of a sequence that a paper has: standing, or filed and withdrawn."""
    found = []
    codes = rows.matches.codes_under(stem)
    numbers = [
        (record_no, code)
        for record_no, scope_no, flags, _, code in codes
        if scope_no == fonds.scope_no
        and stem_of(code) == stem
        and flags & RecordFlag.CREATED
    ]
    known = rows.records.rows([record_no for record_no, _ in numbers])
    for record_no, code in numbers:
        row = known[record_no]
        is_standing = not row.flags & RecordFlag.WITHDRAWN
        if is_standing or _is_filed(row):
            found.append(_Used(number_in(code), row, is_standing))
    return sorted(found, key=lambda each: (each.number, each.row.record_no))


def _moves(
    rows: Rows, stem: str, used: Sequence[_Used], sealed_to: int
) -> Iterable[Move]:
    movable = {u.number: u for u in used if u.is_standing and u.number > sealed_to}
    fixed = [u.number for u in used if not u.is_standing or u.number <= sealed_to]
    for before, after in moved_down(list(movable), fixed, sealed_to):
        row = movable[before].row
        code = row.code or ""
        digits = len(code) - len(stem)
        target = f"{stem}{after:0{digits}d}"
        yield Move(printed_id(dot_of(rows, row)), title_of_row(row), code, target)


def _closing_word(rows: Rows, act: ActRow) -> Word | None:
    if not act.detail:
        return None
    scope_no, _, n = msgpack.unpackb(act.detail)
    own = rows.logs.own()
    for word in words(rows, scope_no, CLOSED):
        if own is not None and word.element[:2] == (own.log_no, n):
            return word
    return None


def _lent(book: SequenceBook, stem: str, used: Sequence[int]) -> int:
    return sum(
        last - first + 1
        for lease in book.leases(stem)
        for first, last in spare(lease.left, used)
    )


def _is_undecided(rows: Rows, row: RecordRow) -> bool:
    """Whether somebody has to decide on its code, its state or its standing."""
    return any(
        ticket.ticket_class in _UNDECIDED and ticket.field in {CODE, STATE, 0}
        for ticket in rows.tickets.of_record(row.record_no)
    )


def _is_filed(row: RecordRow) -> bool:
    return FILED in shown_in(state_of(row), STATE)
