"""The door's face for papers that may be one: candidates, same texts, what is scanned.

Nothing is merged here: a person decides about a pair (node/catalogue/deciding), or
links the same text in another fonds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from node.catalogue.fields import LEVEL_ITEM
from node.catalogue.likeness.digest_list import DigestList, Held
from node.catalogue.likeness.elsewhere import SameTexts, same_texts
from node.catalogue.likeness.keys import NUMBER, kind_of, marks_of
from node.catalogue.likeness.links import SameTextLinks
from node.catalogue.likeness.refreshing import Known, has_work, known_of, next_step
from node.catalogue.likeness.scoring import Grounds, grounds
from node.catalogue.premises import Premises
from node.catalogue.reading import (
    all_fonds,
    find_record,
    fonds_codes,
    fonds_for,
    records_of,
)
from node.catalogue.record import Record
from node.catalogue.saving import check_actor
from node.catalogue.unsealed import any_unsealed, hidden_imports
from node.clock import elapsed
from node.errors import StoreBusy, StoreFull
from node.store.paper_port import PairRow
from node.store.port import Rows
from protocol.operations import Actor

Progress = Callable[[int, int], None]
BRIEFLY: Final = 1.0
"""Seconds for which work that ended looks for duplicates; the rest is left over."""
_ASKED_AT_ONCE: Final = 500
_MOST_HOLDERS: Final = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two records of one fonds that may be one paper."""

    score: int
    grounds: Grounds
    records: tuple[Record, Record]

    def to_json(self) -> dict[str, object]:
        """The pair as JSON shows it."""
        return {
            "score": self.score,
            **self.grounds.to_json(),
            "records": [record.to_json() for record in self.records],
        }


@dataclass(frozen=True, slots=True)
class Candidates:
    """Some of the candidates."""

    total: int
    waiting: int
    """Records that are still to be looked at."""
    found: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Papers about which is asked: by id, or whole classes of a fonds."""

    ids: tuple[str, ...] = ()
    fonds: str | None = None
    year: int | None = None
    retention: str | None = None
    org: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A paper, and where it is digitised already."""

    record: Record
    held: tuple[Held, ...]

    def to_json(self) -> dict[str, object]:
        """The answer as JSON shows it."""
        return {
            "record": self.record.to_json(),
            "held": [each.to_json() for each in self.held],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What asking came to."""

    asked: int
    found: tuple[Asked, ...]
    """Those that are digitised elsewhere."""


class Papers:
    """Papers that may be one, on one machine."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        self.links = SameTextLinks(premises)

    async def refresh(
        self,
        actor: Actor,
        progress: Progress | None = None,
        *,
        seconds: float | None = None,
    ) -> int:
        """Look at all that was touched since; how many records that were.

        With *seconds* it stops after so long; whoever comes next goes on.

        Raises:
            StoreBusy, StoreFull.
        """
        check_actor(actor)
        store, clock = self._premises.store, self._premises.clock
        begun = elapsed()
        done = 0
        while await store.read(has_work):
            step = await store.write(lambda rows: next_step(rows, clock.now()))
            done += step.done
            if progress is not None:
                progress(done, done + step.left)
            if step.left == 0 or (seconds and elapsed() - begun >= seconds):
                break
        return done

    async def refresh_briefly(self, actor: Actor, seconds: float = BRIEFLY) -> None:
        """Go on with what was touched; whoever is busy or full is left in peace."""
        with suppress(StoreBusy, StoreFull):
            await self.refresh(actor, seconds=seconds)

    async def candidates(
        self,
        actor: Actor,
        fonds_code: str | None = None,
        *,
        offset: int = 0,
        limit: int = 50,
    ) -> Candidates:
        """Pairs within each fonds, the most alike first.

        Raises:
            UnknownFonds: there is no fonds with that code.
        """
        check_actor(actor)

        def work(rows: Rows) -> tuple[Candidates, bool]:
            scope_no = fonds_for(rows, fonds_code).scope_no if fonds_code else None
            pairs = rows.papers.pairs(scope_no, offset, limit)
            found, is_unsealed = self._told(rows, pairs)
            total = rows.papers.pair_amount(scope_no)
            waiting = rows.papers.waiting_amount()
            return Candidates(total, waiting, found), is_unsealed

        premises = self._premises
        return await premises.sealed(await premises.store.read(work))

    async def candidates_of(
        self, actor: Actor, record_id: str
    ) -> tuple[Candidate, ...]:
        """Pairs of one record, the most alike first; it stands first in each.

        Raises:
            UnknownRecord, AmbiguousRecord.
        """
        check_actor(actor)

        def work(rows: Rows) -> tuple[tuple[Candidate, ...], bool]:
            row = find_record(rows, record_id, hidden_imports(rows))
            others = rows.papers.others(row.record_no)
            by_score = sorted(others.items(), key=lambda each: (-each[1], each[0]))
            return self._told(
                rows,
                [
                    PairRow(row.scope_no, row.record_no, other_no, found)
                    for other_no, found in by_score
                ],
            )

        premises = self._premises
        return await premises.sealed(await premises.store.read(work))

    async def elsewhere(
        self,
        actor: Actor,
        *,
        after: bytes = b"",
        limit: int = 50,
        is_whole: bool = False,
    ) -> SameTexts:
        """The same paper in several fonds, some at a time; *is_whole*: linked ones too.

        A person confirms them by ``links``; nothing is merged.
        """
        check_actor(actor)
        pack = self._premises.pack

        def work(rows: Rows) -> tuple[SameTexts, bool]:
            found = same_texts(rows, after, limit, pack, is_whole=is_whole)
            return found, any_unsealed(rows, found.record_nos)

        premises = self._premises
        return await premises.sealed(await premises.store.read(work))

    async def ask(
        self,
        actor: Actor,
        wanted: Wanted,
        digest_list: bytes | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """Which of these papers are digitised in another fonds.

        A room asks its last digest list; without one, what this machine holds answers.

        Raises:
            UnknownRecord, AmbiguousRecord, UnknownFonds, FondsNotNamed.
            DigestListDamaged: the list cannot be read.
        """
        check_actor(actor)
        premises = self._premises
        known = DigestList.load(digest_list) if digest_list is not None else None
        numbers = await premises.store.read(lambda rows: _wanted(rows, wanted))
        found: list[Asked] = []
        for start in range(0, len(numbers), _ASKED_AT_ONCE):
            part = numbers[start : start + _ASKED_AT_ONCE]
            found += await premises.sealed(
                await premises.store.read(
                    lambda rows, part=part: self._asked(rows, part, known)  # type: ignore[misc]
                )
            )
            if progress is not None:
                progress(min(start + _ASKED_AT_ONCE, len(numbers)), len(numbers))
        return Answer(len(numbers), tuple(found))

    def _told(
        self, rows: Rows, pairs: Sequence[PairRow]
    ) -> tuple[tuple[Candidate, ...], bool]:
        found = []
        numbers: list[int] = []
        for pair in pairs:
            both = (pair.record_no, pair.other_no)
            one, other = (known_of(rows, number) for number in both)
            if one is None or other is None:
                continue
            first, second = records_of(rows, both, self._premises.pack)
            why = grounds(one.paper, other.paper)
            found.append(Candidate(pair.score, why, (first, second)))
            numbers += both
        return tuple(found), any_unsealed(rows, numbers)

    def _asked(
        self, rows: Rows, numbers: Sequence[int], known: DigestList | None
    ) -> tuple[list[Asked], bool]:
        titles = fonds_codes(rows)
        held: dict[int, tuple[Held, ...]] = {}
        for number in numbers:
            paper = known_of(rows, number)
            if paper is None:
                continue
            own = titles.get(paper.row.scope_no, "")
            if known is None:
                given = _held_here(rows, paper)
            else:
                given = known.find(paper.paper)
            others = tuple(each for each in given if each.fonds != own)
            if others:
                held[number] = others
        found = list(held)
        records = records_of(rows, found, self._premises.pack)
        asked = [Asked(each, held[no]) for each, no in zip(records, found, strict=True)]
        return asked, any_unsealed(rows, found)


def _wanted(rows: Rows, wanted: Wanted) -> list[int]:
    """Numbers of the records about which is asked."""
    hidden = hidden_imports(rows)
    if wanted.ids:
        return [find_record(rows, each, hidden).record_no for each in wanted.ids]
    scope_no = fonds_for(rows, wanted.fonds).scope_no
    classes = [
        each.class_no
        for each in rows.classes.all()
        if each.scope_no == scope_no
        and each.level == LEVEL_ITEM
        and wanted.year in (None, each.year)
        and wanted.retention in (None, each.retention)
        and wanted.org in (None, each.org)
    ]
    found: list[int] = []
    for class_no in classes:
        found += rows.shelves.page((class_no,), hidden, 0, 1 << 40)
    return found


def _held_here(rows: Rows, known: Known) -> tuple[Held, ...]:
    """Other fonds of this machine in which the paper is digitised."""
    fonds = {each.scope_no: each for each in all_fonds(rows)}
    found: dict[int, bool] = {}
    for mark in marks_of(known.paper):
        for scope_no, record_no in rows.papers.marked(mark, _MOST_HOLDERS):
            paper = rows.papers.get(record_no)
            if paper is not None and paper.is_digital and scope_no in fonds:
                is_number = kind_of(mark) == NUMBER
                found[scope_no] = found.get(scope_no, False) or is_number
    held = [
        Held(fonds[scope_no].code, fonds[scope_no].title, by_number)
        for scope_no, by_number in found.items()
    ]
    return tuple(sorted(held, key=lambda each: (not each.by_number, each.fonds)))
