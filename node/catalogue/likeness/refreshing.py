"""Candidates brought up to date: what was touched since, in short steps.

The projection notes which records it touched (``rows.papers``). Working the list off
leaves, in any order, the same pairs: those whose score reaches CANDIDATE and that stand
under a common key which is not crowded. Nothing here is done while records are applied.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from node.catalogue.fields import TITLE
from node.catalogue.likeness.keys import bears, keys_of, marks_of
from node.catalogue.likeness.paper import Paper, paper_of
from node.catalogue.likeness.scoring import CANDIDATE, score
from node.catalogue.reading import dot_of, state_of
from node.catalogue.unsealed import hidden_imports
from node.clock import elapsed
from node.history.copies import author_at
from node.history.logbook import DecodedSets
from node.history.record_rows import is_visible
from node.history.survivors import shown
from node.history.tickets import (
    Author,
    Side,
    pack_sides,
    pair_subject,
    unpack_sides,
    version_of,
)
from node.store.paper_port import PairRow, PaperRow
from node.store.port import Rows
from node.store.row_types import RecordRow
from node.store.ticket_port import TicketClass, TicketRow
from protocol.identity import Dot
from protocol.operations import Actor, Value

STEP_SECONDS: Final = 0.015
PAPERS_VERSION: Final = 1
"""Rises where keys are made otherwise: then every record is looked at again."""
_VERSION: Final = "papers.version"
_AT: Final = "papers.at"
_NOTED_AT_ONCE: Final = 1000
_TAKEN_AT_ONCE: Final = 20
_REMEMBERED: Final = 512


class Step(NamedTuple):
    """What one transaction came to."""

    done: int
    left: int
    """How many records are still to be looked at, as far as is known."""


class Known(NamedTuple):
    """A record as it is compared."""

    row: RecordRow
    dot: Dot
    paper: Paper


def has_work(rows: Rows) -> bool:
    """Whether a step would do anything."""
    if hidden_imports(rows):
        return False
    return not _is_all_noted(rows) or bool(rows.papers.waiting(1))


def next_step(rows: Rows, now: int, seconds: float = STEP_SECONDS) -> Step:
    """Go on for a moment from where the last transaction ended, whoever's it was.

    While an import goes on nothing is looked at: what it made is not shown yet.
    """
    begun = elapsed()
    if hidden_imports(rows):
        return Step(0, 0)
    _note_older(rows)
    desk = _Desk(rows, now, begun + seconds)
    done = 0
    is_over = False
    while not is_over:
        found = rows.papers.waiting(_TAKEN_AT_ONCE)
        is_over = not found
        for record_no in found:
            rows.papers.done([record_no])
            desk.look_at(record_no)
            done += 1
            is_over = elapsed() - begun >= seconds
            if is_over:
                break
    left = rows.papers.waiting_amount()
    return Step(done, left if _is_all_noted(rows) else left + 1)


def known_of(rows: Rows, record_no: int) -> Known | None:
    """The record as it is compared now; None where it is none, or withdrawn."""
    row = rows.records.row(record_no)
    if row is None or not is_visible(row.flags):
        return None
    paper = paper_of(shown(state_of(row)))
    return None if paper is None else Known(row, dot_of(rows, row), paper)


def are_candidates(one: Known, other: Known) -> int:
    """The score of two papers; 0 where nobody has to be asked."""
    if other.dot in one.paper.settled or one.dot in other.paper.settled:
        return 0
    found = score(one.paper, other.paper)
    return found if found >= CANDIDATE else 0


def _is_all_noted(rows: Rows) -> bool:
    return int(rows.settings.get(_VERSION) or 0) >= PAPERS_VERSION


def _note_older(rows: Rows) -> None:
    """Note records that were written before there was a list, some at a time."""
    if _is_all_noted(rows):
        return
    at = int(rows.settings.get(_AT) or 0)
    found = rows.papers.unnoted(at, _NOTED_AT_ONCE)
    rows.papers.note(found)
    if len(found) < _NOTED_AT_ONCE:
        rows.settings.put(_VERSION, PAPERS_VERSION)
        rows.settings.put(_AT, None)
    else:
        rows.settings.put(_AT, found[-1])


class _Desk:
    """Looks at records one by one, inside one transaction."""

    def __init__(self, rows: Rows, now: int, until: float) -> None:
        self._rows = rows
        self._now = now
        self._until = until
        self._known: dict[int, Known | None] = {}
        self._decoded = DecodedSets()

    def look_at(self, record_no: int) -> None:
        """Bring the keys and the pairs of one record up to date."""
        old = self._rows.papers.get(record_no)
        known = self._know(record_no)
        if known is None:
            self._drop(record_no, old)
            return
        row = known.row
        paper = known.paper
        new = PaperRow(
            record_no,
            row.scope_no,
            row.log_no,
            row.n,
            keys_of(paper),
            marks_of(paper),
            paper.is_digital,
        )
        if old is not None and old[1:4] != new[1:4]:
            self._drop(record_no, old)
            old = None
        self._rows.papers.put(new)
        under = {key: self._holders(new.scope_no, key) for key in new.keys}
        come = set(new.keys) - set(old.keys if old else ())
        for key in come:
            if len(under[key]) == bears(key) + 1:
                self._rows.papers.note(under[key])
        if old is not None:
            self._relieve(old, set(old.keys) - set(new.keys))
        others = {
            number
            for key, holders in under.items()
            if len(holders) <= bears(key)
            for number in holders
        }
        self._pair(known, new, others - {record_no})

    def _drop(self, record_no: int, old: PaperRow | None) -> None:
        """The record is no paper any more, or another record has its number."""
        if old is None:
            return
        for other_no in self._rows.papers.others(record_no):
            self._part(old, other_no)
        self._rows.papers.remove(record_no)
        self._relieve(old, set(old.keys))

    def _holders(self, scope_no: int, key: bytes) -> list[int]:
        """Who stands under a key: all, or enough to see that it is crowded."""
        return self._rows.papers.holders(scope_no, key, bears(key) + 2)

    def _relieve(self, old: PaperRow, left: set[bytes]) -> None:
        """Where a key is crowded no more, all under it are looked at again."""
        for key in left:
            holders = self._holders(old.scope_no, key)
            if len(holders) == bears(key):
                self._rows.papers.note(holders)

    def _pair(self, known: Known, paper: PaperRow, others: set[int]) -> None:
        record_no = paper.record_no
        wanted: dict[int, int] = {}
        for other_no in others:
            other = self._know(other_no)
            if other is None or other.row.scope_no != paper.scope_no:
                continue
            found = are_candidates(known, other)
            if found:
                wanted[other_no] = found
        for other_no in set(self._rows.papers.others(record_no)) - set(wanted):
            self._part(paper, other_no)
        for other_no, found in wanted.items():
            pair = PairRow(paper.scope_no, record_no, other_no, found)
            self._rows.papers.pair(pair)
            other = self._know(other_no)
            is_new = other is not None and self._ask(known, other, found)
            if is_new and elapsed() >= self._until:
                # Who wrote the sides is read from the log; the rest is for later.
                self._rows.papers.note([record_no])
                return

    def _ask(self, one: Known, other: Known, found: int) -> bool:
        """Put the ticket of a pair, listed under the record with the later id.

        False where it is there already.
        """
        first, second = sorted((one, other), key=lambda each: each.dot)
        scope_no = first.row.scope_no
        subject = pair_subject(first.dot, second.dot)
        held = self._rows.tickets.get(scope_no, subject)
        if held is not None and held.weight == weight_of(found):
            told = [side.shown for side in unpack_sides(held.sides)]
            if told == [_title(first), _title(second)]:
                return False
        row = TicketRow(
            scope_no,
            subject,
            second.row.record_no,
            0,
            TicketClass.DUPLICATE,
            weight_of(found),
            self._now if held is None else held.opened_at,
            version_of((first.dot, second.dot)),
            pack_sides(self._side(each) for each in (first, second)),
        )
        self._rows.tickets.put(row, {first.row.log_no, second.row.log_no})
        return True

    def _side(self, known: Known) -> Side:
        row = known.row
        author = author_at(self._rows, row, (row.log_no, row.n), self._decoded)
        title = _title(known)
        return Side(known.dot, title, title, author or Author(Actor(""), 0, 0))

    def _part(self, paper: PaperRow, other_no: int) -> None:
        record_no = paper.record_no
        other = self._rows.papers.get(other_no)
        self._rows.papers.part(record_no, other_no)
        if other is not None:
            dots = (_dot(self._rows, paper), _dot(self._rows, other))
            self._rows.tickets.remove(paper.scope_no, [pair_subject(*dots)])

    def _know(self, record_no: int) -> Known | None:
        if record_no not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[record_no] = known_of(self._rows, record_no)
        return self._known[record_no]


def weight_of(found: int) -> int:
    """The weight of a ticket by its score: 20 to 50 of 99."""
    return 20 + max(0, found - CANDIDATE)


def _title(known: Known) -> Value:
    return next(iter(shown(state_of(known.row)).get(TITLE, ())), None)


def _dot(rows: Rows, paper: PaperRow) -> Dot:
    return Dot(rows.logs.id_of(paper.log_no), paper.n)
