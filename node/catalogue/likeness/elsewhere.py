"""同文关联: the same paper in several fonds, by provenance; linked, never merged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.catalogue.likeness.refreshing import Known, known_of
from node.catalogue.likeness.scoring import CANDIDATE, Grounds, grounds, score
from node.catalogue.pack import Pack
from node.catalogue.reading import records_of
from node.catalogue.record import Record
from node.store.port import Rows

_MOST_HOLDERS: Final = 200
"""A paper that goes to all rooms of a county."""
_MARKS_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class SameText:
    """Records of several fonds that may be one paper."""

    records: tuple[Record, ...]
    """The first is the one with which the others are compared."""
    scores: tuple[int, ...]
    """Of the others against the first."""
    grounds: tuple[Grounds, ...]
    linked: tuple[bool, ...]
    """Whether a person linked it with the first already."""

    def to_json(self) -> dict[str, object]:
        """The group as JSON shows it."""
        others = zip(self.scores, self.grounds, self.linked, strict=True)
        return {
            "records": [record.to_json() for record in self.records],
            "others": [
                {"score": found, "linked": is_linked, **why.to_json()}
                for found, why, is_linked in others
            ],
        }


@dataclass(frozen=True, slots=True)
class SameTexts:
    """Some of the groups, and from where to go on."""

    groups: tuple[SameText, ...]
    record_nos: tuple[int, ...]
    next: bytes
    """Empty where there are no more."""


def same_texts(
    rows: Rows, after: bytes, limit: int, pack: Pack, *, is_whole: bool
) -> SameTexts:
    """Groups behind the mark *after*; with *is_whole* also those wholly linked."""
    groups: list[SameText] = []
    numbers: list[int] = []
    while len(groups) < limit:
        marks = rows.papers.shared_marks(after, _MARKS_AT_ONCE)
        if not marks:
            return SameTexts(tuple(groups), tuple(numbers), b"")
        for mark in marks:
            after = mark
            for group in _groups_under(rows, mark):
                told = _told(rows, group, pack)
                if is_whole or not all(told.linked):
                    groups.append(told)
                    numbers += [each.row.record_no for each in group]
            if len(groups) >= limit:
                break
    return SameTexts(tuple(groups), tuple(numbers), after)


def _groups_under(rows: Rows, mark: bytes) -> list[list[Known]]:
    """Papers under a mark that are alike, where they are of several fonds."""
    holders = rows.papers.marked(mark, _MOST_HOLDERS)
    known = [known_of(rows, record_no) for _, record_no in holders]
    left = [each for each in known if each is not None]
    left.sort(key=lambda each: each.dot)
    found = []
    while left:
        first, rest = left[0], left[1:]
        group = [first]
        left = []
        for each in rest:
            is_alike = score(first.paper, each.paper) >= CANDIDATE
            is_here = is_alike and _is_listed(rows, mark, first, each)
            (group if is_here else left).append(each)
        if len({each.row.scope_no for each in group}) > 1:
            found.append(group)
    return found


def _is_listed(rows: Rows, mark: bytes, one: Known, other: Known) -> bool:
    """Whether the two are listed under this mark: the least that they share."""
    mine = rows.papers.get(one.row.record_no)
    others = rows.papers.get(other.row.record_no)
    shared = set(mine.marks if mine else ()) & set(others.marks if others else ())
    return not shared or min(shared) == mark


def _told(rows: Rows, group: Sequence[Known], pack: Pack) -> SameText:
    first, rest = group[0], group[1:]
    return SameText(
        tuple(records_of(rows, [each.row.record_no for each in group], pack)),
        tuple(score(first.paper, each.paper) for each in rest),
        tuple(grounds(first.paper, each.paper) for each in rest),
        tuple(
            each.dot in first.paper.linked or first.dot in each.paper.linked
            for each in rest
        ),
    )
