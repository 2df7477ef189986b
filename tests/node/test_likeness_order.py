"""Candidates after any order of saving, changing, withdrawing, linking and looking.

They are compared with every pair of what is in the fonds then: the same pairs, the
same tickets, whatever was looked at when.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.catalogue.likeness import keys
from node.catalogue.likeness.keys import BEARS, bears, keys_of
from node.catalogue.likeness.refreshing import Known, known_of, next_step
from node.catalogue.likeness.scoring import CANDIDATE, score
from node.history.journal import save_all
from node.history.tickets import pair_subject
from node.store.port import Rows
from node.store.ticket_port import TicketClass
from protocol.identity import Dot, Element
from protocol.operations import (
    LINKS_FIELD,
    Create,
    Elements,
    Link,
    Operation,
    Removal,
    Remove,
    Set,
    Value,
    Withdraw,
    Write,
)
from tests.support.machines import CLERK, SCOPE, TestMachine

_AT = 1_790_000_000
_BIT = 0.0
"""Seconds after which a step ends: with its first record."""
FIELDS = (11, 12, 14, 15)
POOL: dict[int, tuple[Value, ...]] = {
    11: (
        "库伦旗人民政府关于加强全旗乡村道路交通安全管理工作的通知",
        "关于加强全旗乡村道路交通安全管理工作的通知",
        "库伦旗人民政府关于加强全旗乡村道路交通安全管里工作的通知",
        "会议记录",
    ),
    12: (None, "库政发〔2019〕12号", "政发[2019]12号", "库政发〔2019〕13号"),
    14: ("20190305", "2019", None),
    15: (2019, None),
}
"""Few values, the usual ones first: most records are like some others."""


class Fonds:
    """One fonds, and what people do there; all inside one transaction."""

    def __init__(self, rows: Rows, machine: TestMachine) -> None:
        self.rows = rows
        self.machine = machine
        self.records: list[Dot] = []
        self.seen: dict[tuple[Dot, int], Dot] = {}
        self.links: list[tuple[Dot, Element]] = []

    def create(self, chosen: dict[int, Value]) -> None:
        given = tuple((f, v) for f, v in sorted(chosen.items()) if v is not None)
        lists = (Elements(13, ("库伦旗人民政府",)),) if len(given) % 2 else ()
        made = self._save(lambda n: Create(n, CLERK, _AT, ((3, 3), *given), lists))
        self.records.append(made)

    def change(self, place: int, field: int, value: Value) -> None:
        record = self.records[place % len(self.records)]
        write = Write(field, value, (self.seen.get((record, field), record),))
        made = self._save(lambda n: Set(n, CLERK, _AT, record, (write,)))
        self.seen[(record, field)] = made

    def withdraw(self, place: int) -> None:
        record = self.records[place % len(self.records)]
        self._save(lambda n: Withdraw(n, CLERK, _AT, record, (record,), (), ""))

    def link(self, place: int, target: int, kind: int) -> None:
        one = self.records[place % len(self.records)]
        other = self.records[target % len(self.records)]
        made = self._save(lambda n: Link(n, CLERK, _AT, one, kind, SCOPE, other, ""))
        self.links.append((one, Element(made, 0)))

    def unlink(self) -> None:
        if self.links:
            record, element = self.links.pop()
            gone = (Removal(LINKS_FIELD, (element,)),)
            self._save(lambda n: Remove(n, CLERK, _AT, record, gone))

    def look(self, seconds: float = 0.02) -> int:
        return next_step(self.rows, _AT, seconds).left

    def _save(self, make: Callable[[int], Operation]) -> Dot:
        (made,) = save_all(self.rows, self.machine.scope_no, lambda n: [make(n)])
        return Dot(self.machine.log, made.n)


def every_pair(rows: Rows) -> dict[tuple[int, int], int]:
    """Candidates by looking at each pair of all records: what is to be found."""
    known: list[Known] = []
    for row in rows.records.after(0, 10_000):
        found = known_of(rows, row.record_no)
        if found is not None:
            known.append(found)
    amounts = Counter(key for each in known for key in keys_of(each.paper))
    pairs = {}
    for one, other in combinations(known, 2):
        if other.dot in one.paper.settled or one.dot in other.paper.settled:
            continue
        shared = set(keys_of(one.paper)) & set(keys_of(other.paper))
        points = score(one.paper, other.paper)
        if points >= CANDIDATE and any(amounts[key] <= bears(key) for key in shared):
            pairs[(one.row.record_no, other.row.record_no)] = points
    return pairs


def what_is_known(rows: Rows) -> tuple[dict[tuple[int, int], int], set[bytes]]:
    """Pairs and tickets as they are kept."""
    pairs = {
        (row.record_no, row.other_no): row.score
        for row in rows.papers.pairs(None, 0, 10_000)
    }
    tickets = {
        row.subject
        for row in rows.tickets.all()
        if row.ticket_class == TicketClass.DUPLICATE
    }
    return pairs, tickets


def subjects(rows: Rows, pairs: dict[tuple[int, int], int]) -> set[bytes]:
    found = set()
    for one, other in pairs:
        first, second = known_of(rows, one), known_of(rows, other)
        assert first is not None and second is not None
        found.add(pair_subject(first.dot, second.dot))
    return found


_CHOSEN = st.fixed_dictionaries({f: st.sampled_from(POOL[f]) for f in FIELDS})
_PLACE = st.integers(0, 8)
_ACT = st.one_of(
    st.tuples(st.just("create"), _CHOSEN),
    st.sampled_from(FIELDS).flatmap(
        lambda f: st.tuples(
            st.just("change"), _PLACE, st.just(f), st.sampled_from(POOL[f])
        )
    ),
    st.tuples(st.just("withdraw"), _PLACE),
    st.tuples(st.just("link"), _PLACE, _PLACE, st.sampled_from([1, 2, 3, 4])),
    st.tuples(st.just("unlink")),
    st.tuples(st.just("look"), st.sampled_from([_BIT, 0.02])),
)
_ACTS = st.tuples(
    st.lists(st.tuples(st.just("create"), _CHOSEN), min_size=4, max_size=7),
    st.lists(_ACT, min_size=4, max_size=16),
).map(lambda both: [*both[0], ("look", 0.02), *both[1]])


class Undone(Exception):
    """Ends a transaction of which nothing is to be kept."""


def test_candidates_are_those_of_every_pair_whatever_the_order(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        machine = runner.run(TestMachine.make(tmp_path))

        @given(_ACTS, st.sampled_from([1, 2, 3, 40]), st.booleans())
        def whatever_happens(
            acts: list[tuple[object, ...]],
            most: int,
            is_eager: bool,
        ) -> None:
            with pytest.MonkeyPatch.context() as patch, pytest.raises(Undone):
                patch.setattr(keys, "BEARS", dict.fromkeys(BEARS, most))
                runner.run(
                    machine.store.write(
                        lambda rows: _happen(rows, machine, acts, is_eager=is_eager)
                    )
                )

        whatever_happens()
        runner.run(machine.close())


def _happen(
    rows: Rows,
    machine: TestMachine,
    acts: list[tuple[object, ...]],
    *,
    is_eager: bool,
) -> None:
    """*is_eager*: everything is looked at after each act."""
    fonds = Fonds(rows, machine)
    for name, *arguments in acts:
        if name in ("create", "look", "unlink") or fonds.records:
            getattr(fonds, str(name))(*arguments)
        while is_eager and fonds.look():
            pass
    while fonds.look():
        pass
    wanted = every_pair(rows)
    pairs, tickets = what_is_known(rows)
    assert pairs == wanted
    assert tickets == subjects(rows, wanted)
    raise Undone
