"""From a record's state to its tickets: what differs, what proposes, what is contested.

Asked after the operations of a set were applied, for the fields that they touched; the
answer is the same for every order of arrival (node/history/tickets.py). Survivors are
not changed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from node.history.copies import stand_in
from node.history.docket import (
    CORRECTIONS_FIELD,
    DISPUTE_FIELD,
    FILED,
    OBJECTION,
    RULING_FIELD,
    STATE_FIELD,
    Docket,
)
from node.history.effects import WITHDRAWN, DotNo, copied_dot
from node.history.evidence import Evidence
from node.history.survivors import (
    RecordState,
    existence,
    resolved,
    seen_in,
    written_dots,
)
from node.history.tickets import (
    Author,
    AuthorOf,
    Side,
    dot_bytes,
    field_subject,
    is_of_field,
    is_open,
    pack_sides,
    version_of,
)
from node.store.ticket_port import Judged, TicketClass, TicketRow
from protocol.identity import Dot
from protocol.limits import FIELD_NUMBER_LIMIT
from protocol.operations import EXISTENCE_FIELD, Actor, Tag, Value

_PROPOSED: Final = 60
_CONTESTED: Final = 70
_BEHIND: Final = 65
_OBJECTED: Final = 75
_NOT_CONTENT: Final = frozenset(
    {STATE_FIELD, CORRECTIONS_FIELD, DISPUTE_FIELD, RULING_FIELD}
)
_UNKNOWN: Final = Actor("")


class Assessed(NamedTuple):
    """What the tickets of a record came to."""

    opened: int
    is_open: bool
    """A ticket or a note of one of its fields stands."""
    standing: Mapping[int, list[Value]]
    """What is shown of fields with several values, the first one first."""
    ignored: frozenset[DotNo]
    """Withdrawals and restorations that only propose."""


UNTOUCHED: Final[Assessed] = Assessed(
    0, is_open=False, standing={}, ignored=frozenset()
)


def assess(
    docket: Docket,
    record_no: int,
    state: RecordState,
    fields: Iterable[int],
    author_of: AuthorOf,
    now: int,
) -> Assessed:
    """Bring the tickets of the record up to date; *fields* are those touched."""
    rows = docket.rows
    birth = state.birth
    record = stand_in(record_no, docket.scope_no, birth)
    found = Evidence(rows, record, docket.decoded, docket.owner_words)
    case = _Case(docket, state, found, author_of)
    record_dot = Dot(rows.logs.id_of(birth[0]), birth[1])
    opened = 0
    closed = []
    wanted = _wanted(state, fields)
    for number in sorted(wanted):
        subject = field_subject(record_dot, number)
        made = case.ticket(number)
        if made is None:
            closed.append(subject)
            continue
        judged, dots, sides = made
        row = TicketRow(
            docket.scope_no,
            subject,
            record_no,
            number,
            judged.ticket_class,
            judged.weight,
            now,
            version_of(dots),
            pack_sides(sides),
        )
        writers = {copied_dot(side.value) or side.dot for side in sides}
        logs = {rows.logs.ensure(dot.log) for dot in writers}
        is_new = rows.tickets.put(row, logs)
        opened += is_new and judged.ticket_class != TicketClass.NOTE
    rows.tickets.remove(docket.scope_no, closed)
    standing = case.all_standing()
    ignored: frozenset[DotNo] = frozenset()
    if docket.owner_words:
        ignored = case.proposing(EXISTENCE_FIELD)
    is_still_open = any(map(is_of_field, rows.tickets.of_record(record_no)))
    return Assessed(opened, is_still_open, standing, ignored)


class _Case:
    """One record, looked at field by field."""

    def __init__(
        self, docket: Docket, state: RecordState, found: Evidence, author_of: AuthorOf
    ) -> None:
        self._docket = docket
        self._state = state
        self._found = found
        self._author_of = author_of
        self._confirmed = RecordState(state.birth)
        self._confirmed.live = state.live
        self._confirmed.elements = state.elements
        self._filings = [
            dot
            for dot, value in state.live.get(STATE_FIELD, {}).items()
            if resolved(value) == FILED
        ]

    def proposing(self, number: int) -> frozenset[DotNo]:
        """Survivors of the field that only propose."""
        live = self._state.live.get(number, {})
        return frozenset(dot for dot in live if self._found.is_proposal(dot, number))

    def all_standing(self) -> dict[int, list[Value]]:
        """What stands of fields with several values, or in which a proposal waits.

        In an order that all machines share: the create's first, then by dot.
        """
        found = {}
        for number, live in self._state.live.items():
            if number == EXISTENCE_FIELD:
                continue
            cell: Mapping[DotNo, Value] = live
            if self._docket.owner_words and self.proposing(number):
                cell = self._found.standing(number, live)
            elif len(live) < 2:
                continue
            found[number] = [resolved(cell[dot]) for dot in sorted(cell, key=self._at)]
        return found

    def _at(self, dot: DotNo) -> tuple[bool, Dot]:
        return dot != self._state.birth, self._dot(dot)

    def ticket(self, number: int) -> tuple[Judged, list[Dot], list[Side]] | None:
        """The field's ticket: what it is, the dots of its version, its sides."""
        if number == EXISTENCE_FIELD:
            return self._existence()
        live = self._state.live.get(number, {})
        proposing = self.proposing(number) if self._docket.owner_words else frozenset()
        plain = {dot: value for dot, value in live.items() if dot not in proposing}
        judged = self._judged(number, plain)
        if judged is None and proposing:
            judged = self._proposed(number, live, plain, proposing)
        if judged is None and live:
            judged = self._behind_filing(number, live)
        objections = self._objections(number, live)
        if objections and (judged is None or judged.ticket_class == TicketClass.NOTE):
            judged = Judged(TicketClass.FIELD, _OBJECTED)
        if judged is None:
            return None
        sides = self._sides(number, live)
        dots = [side.dot for side in sides]
        for dot in objections:
            sides += self._objected(number, dot, dots)
        return judged, [*dots, *map(self._dot, objections)], sides

    def _judged(self, number: int, plain: Mapping[DotNo, Value]) -> Judged | None:
        if not is_open(number, plain):
            return None
        values: list[Value] = []
        for dot in sorted(plain, key=self._dot):
            value = resolved(plain[dot])
            if value not in values:
                values.append(value)

        def before() -> Value:
            return self._found.before(number, plain)

        return self._docket.rows.judge(number, values, before, self._docket.pack)

    def _proposed(
        self,
        number: int,
        live: Mapping[DotNo, Value],
        plain: Mapping[DotNo, Value],
        proposing: frozenset[DotNo],
    ) -> Judged | None:
        standing = [resolved(v) for v in self._found.standing(number, live).values()]
        wanted = {repr(resolved(live[dot])) for dot in proposing}
        wanted |= {repr(resolved(value)) for value in plain.values()}
        if wanted == set(map(repr, standing)):
            return None
        return Judged(TicketClass.PROPOSAL, _PROPOSED)

    def _behind_filing(self, number: int, live: Mapping[DotNo, Value]) -> Judged | None:
        if not self._filings or number in _NOT_CONTENT:
            return None
        for each in live:
            if each == self._state.birth or each in self._filings:
                continue
            dot = self._found.origin(each, number)
            if all(filing[0] == dot[0] for filing in self._filings):
                continue
            if self._found.is_decision(dot):
                continue
            if self._found.is_behind_filing(dot, self._filings):
                return Judged(TicketClass.STATE, _BEHIND)
        return None

    def _existence(self) -> tuple[Judged, list[Dot], list[Side]] | None:
        live = self._state.live.get(EXISTENCE_FIELD, {})
        if not live:
            return None
        proposing = self.proposing(EXISTENCE_FIELD) if self._docket.owner_words else ()
        _, is_contested = existence(
            self._state, frozenset(proposing), is_confirmed=True
        )
        plain = {dot: value for dot, value in live.items() if dot not in proposing}
        sides = self._sides(EXISTENCE_FIELD, live)
        if is_contested or is_open(EXISTENCE_FIELD, plain):
            sides += self._unseen(plain)
            judged = Judged(TicketClass.EXISTENCE, _CONTESTED)
        elif proposing:
            judged = Judged(TicketClass.PROPOSAL, _PROPOSED)
        else:
            return None
        return judged, [side.dot for side in sides], sides

    def _unseen(self, live: Mapping[DotNo, Value]) -> list[Side]:
        """What was written that no withdrawal had seen."""
        withdrawals = [
            value
            for value in live.values()
            if isinstance(value, tuple) and value[0] == WITHDRAWN
        ]
        if not withdrawals:
            return []
        seen = set.intersection(*map(seen_in, withdrawals))
        sides = []
        for number, dot in written_dots(self._confirmed):
            if (number, dot) in seen:
                continue
            value = self._state.live.get(number, {}).get(dot)
            for element, member in self._state.elements.get(number, {}).items():
                if element[:2] == dot:
                    value = member
            sides.append(self._side(dot, value, resolved(value)))
        return _each_once(sides)

    def _objections(self, number: int, live: Mapping[DotNo, Value]) -> list[DotNo]:
        """Objections to a decision on the field that stands; a machine has one."""
        spoken: set[bytes] = set()
        found = []
        for element, value in sorted(
            self._state.elements.get(DISPUTE_FIELD, {}).items(),
            key=lambda pair: (self._dot(pair[0][:2]), pair[0][2]),
        ):
            if not isinstance(value, tuple) or value[1:3] != (OBJECTION, number):
                continue
            key = self._docket.rows.logs.row(element[0]).public_key or b""
            is_first = key not in spoken
            spoken.add(key)
            if is_first and any(self._is(dot, value[3:4]) for dot in live):
                found.append(element[:2])
        return found

    def _objected(self, number: int, objection: DotNo, known: list[Dot]) -> list[Side]:
        """The values of the objecting machine that the decision replaced."""
        rows = self._docket.rows
        key = rows.logs.row(objection[0]).public_key
        sides = []
        for dot in self._state.live.get(number, {}):
            for name in self._found.named(dot, number):
                is_theirs = rows.logs.row(name[0]).public_key == key
                if not is_theirs or self._dot(name) in known:
                    continue
                is_written, value = self._found.given(name, number)
                if is_written:
                    sides.append(self._side(name, value, value))
        return sides

    def _sides(self, number: int, live: Mapping[DotNo, Value]) -> list[Side]:
        sides = []
        for dot, value in live.items():
            sides.append(self._side(dot, value, resolved(value)))
        return sorted(sides, key=_by_dot)

    def _side(self, dot: DotNo, value: Value, shown: Value) -> Side:
        origin = copied_dot(value)
        number = (
            None if origin is None else self._docket.rows.logs.number_of(origin.log)
        )
        if origin is not None and number is not None:
            author = self._author_of((number, origin.n))
        else:
            author = self._author_of(dot)
        author = author or Author(_UNKNOWN, 0, 0)
        if shown is not value and isinstance(value, tuple):
            value = value[:3]
        return Side(self._dot(dot), value, shown, author)

    def _is(self, dot: DotNo, named: tuple[Value, ...]) -> bool:
        return named == (dot_bytes(self._dot(dot)),)

    def _dot(self, dot: DotNo) -> Dot:
        return Dot(self._docket.rows.logs.id_of(dot[0]), dot[1])


def _wanted(state: RecordState, fields: Iterable[int]) -> set[int]:
    """The touched fields, and those whose tickets hang on them."""
    wanted = set(fields)
    if EXISTENCE_FIELD in state.live:
        wanted.add(EXISTENCE_FIELD)
    if STATE_FIELD in wanted:
        wanted |= set(state.live)
    if DISPUTE_FIELD in wanted:
        for value in state.elements.get(DISPUTE_FIELD, {}).values():
            match value:
                case (Tag.GROUP, int(), int(number), *_):
                    if 0 <= number <= FIELD_NUMBER_LIMIT:
                        wanted.add(number)
                case _:
                    continue
        wanted.discard(DISPUTE_FIELD)
    return wanted


def _by_dot(side: Side) -> Dot:
    return side.dot


def _each_once(sides: Iterable[Side]) -> list[Side]:
    """Sides by dot, the first of each."""
    once: dict[Dot, Side] = {}
    for side in sides:
        once.setdefault(side.dot, side)
    return sorted(once.values(), key=_by_dot)
