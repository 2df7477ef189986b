"""How alike two papers are, 0 to 100, and from where on a person is asked.

The weights stand in one table below. They were set on 39,369 real entries taken as one
fonds, pairs read by eye. What the table says in words:

- The same 文号 nearly decides; it takes a title that is more than half the same, or the
  same day and issuer. A 文号 of another paper is often copied from what it rests on.
- Two different 文号 are two papers, however alike their titles are.
- Numbers in titles tell a series apart (第三批, 2019年): where they contradict each
  other, the titles do not count.
- Without a common 文号 the bodies of the titles must be the same, or differ in one
  character (in two where they only were left out) on the same day; a longer change is a
  name, a place or a matter. The issuer must not contradict.
"""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

from node.catalogue.likeness.numbers import are_different, are_same
from node.catalogue.likeness.paper import Paper

CANDIDATE: Final = 70
"""From this score on two papers are shown to a person."""
CERTAIN: Final = 100
EDGE: Final = 5
"""Titles that are nearly the same begin, or end, with so many same characters."""
SHORTEST_SAME: Final = 8
"""A shorter title says nothing of itself (会议记录)."""
SHORTEST_NEAR: Final = 2 * EDGE
_SHORTEST_CHANGED: Final = 16
"""In a shorter title a changed character is another matter."""
_DAY: Final = 8


class Weights(NamedTuple):
    """Points of a score."""

    number: int = 50
    body: int = 30
    """Of a wholly equal title under the same number; falls to 0 at half."""
    same_day: int = 15
    day_unknown: int = 8
    near_day: int = 5
    """The same year, another day."""
    far_day: int = -10
    issuer: int = 5
    issuer_unknown: int = 3
    contradiction: int = -15
    """Numbers in the titles contradict each other under one number."""

    alike_body: int = 50
    alike_dropped: int = 42
    alike_changed: int = 35
    alike_day: int = 30
    alike_year: int = 10
    alike_issuer: int = 15
    alike_issuer_unknown: int = 8
    alike_other_issuer: int = -25
    both_unnumbered: int = 5


WEIGHTS: Final = Weights()


def score(paper: Paper, other: Paper, weights: Weights = WEIGHTS) -> int:
    """How alike the two are; the same in either order."""
    if paper.level != other.level:
        return 0
    if paper.images & other.images:
        return CERTAIN
    if are_same(paper.numbers, other.numbers):
        return _numbered(paper, other, weights)
    if are_different(paper.numbers, other.numbers):
        return 0
    return _unnumbered(paper, other, weights)


def are_alike_issuers(paper: Paper, other: Paper) -> bool | None:
    """Whether the issuers may be one; None where one is not known."""
    if paper.head and other.head:
        return _may_be_short(paper.head, other.head) or bool(
            set(paper.issuers) & set(other.issuers)
        )
    names = paper.issuers or ((paper.head,) if paper.head else ())
    others = other.issuers or ((other.head,) if other.head else ())
    if not names or not others:
        return None
    return any(_may_be_short(name, each) for name in names for each in others)


class Grounds(NamedTuple):
    """What speaks for two papers being one, for a person to read."""

    number: bool | None
    """The same 文号; None where one of them has none that can be compared."""
    day: bool | None
    """The same day; None where one is not known to the day."""
    issuer: bool | None
    """Issuers that may be one; None where one is not known."""
    title_percent: int

    def to_json(self) -> dict[str, object]:
        """The grounds as JSON shows them."""
        return {
            "same_number": self.number,
            "same_day": self.day,
            "same_issuer": self.issuer,
            "title_percent": self.title_percent,
        }


def grounds(paper: Paper, other: Paper) -> Grounds:
    """What a score is made of, in words."""
    number: bool | None = None
    if are_same(paper.numbers, other.numbers):
        number = True
    elif are_different(paper.numbers, other.numbers):
        number = False
    are_days = len(paper.day) == _DAY and len(other.day) == _DAY
    return Grounds(
        number,
        paper.day == other.day if are_days else None,
        are_alike_issuers(paper, other),
        int(100 * likeness(paper, other)),
    )


def likeness(paper: Paper, other: Paper) -> float:
    """How much of the bodies is the same, 0 to 1."""
    from rapidfuzz.distance import Indel  # noqa: PLC0415 (20 ms to import)

    if not paper.body or not other.body:
        return 0.0
    return float(Indel.normalized_similarity(paper.body, other.body))


def _numbered(paper: Paper, other: Paper, weights: Weights) -> int:
    points = float(weights.number)
    if _contradict(paper.counts, other.counts):
        points += weights.contradiction
    else:
        points += weights.body * max(0.0, 2 * likeness(paper, other) - 1)
    points += _days(paper, other, weights)
    match are_alike_issuers(paper, other):
        case True:
            points += weights.issuer
        case None:
            points += weights.issuer_unknown
        case False:
            pass
    return _bounded(points)


def _days(paper: Paper, other: Paper, weights: Weights) -> int:
    day, another = paper.day, other.day
    if not day or not another:
        return weights.day_unknown
    if day == another and len(day) == _DAY:
        return weights.same_day
    if day.startswith(another) or another.startswith(day):
        return weights.day_unknown
    return weights.near_day if day[:4] == another[:4] else weights.far_day


def _unnumbered(paper: Paper, other: Paper, weights: Weights) -> int:
    is_same_day = len(paper.day) == _DAY and paper.day == other.day
    titles = _titles(paper, other, weights, is_same_day=is_same_day)
    if titles == 0:
        return 0
    points = titles
    if is_same_day:
        points += weights.alike_day
    elif _may_be_one_day(paper, other):
        points += weights.alike_year
    else:
        return 0
    match are_alike_issuers(paper, other):
        case True:
            points += weights.alike_issuer
        case None:
            points += weights.alike_issuer_unknown
        case False:
            points += weights.alike_other_issuer
    if not paper.numbers and not other.numbers:
        points += weights.both_unnumbered
    return _bounded(points)


def _titles(paper: Paper, other: Paper, weights: Weights, *, is_same_day: bool) -> int:
    body, another = paper.body, other.body
    shortest = min(len(body), len(another))
    if body == another:
        return weights.alike_body if shortest >= SHORTEST_SAME else 0
    if not is_same_day or shortest < SHORTEST_NEAR or paper.counts != other.counts:
        return 0
    if body[:EDGE] != another[:EDGE] and body[-EDGE:] != another[-EDGE:]:
        return 0
    from rapidfuzz.distance import OSA  # noqa: PLC0415 (20 ms to import)

    dropped = abs(len(body) - len(another))
    if dropped > 2:
        return 0
    steps = OSA.distance(body, another, score_cutoff=2)
    if steps == dropped:
        is_enough = dropped == 1 or shortest >= _SHORTEST_CHANGED
        return weights.alike_dropped if is_enough else 0
    is_changed = steps == 1 and shortest >= _SHORTEST_CHANGED
    return weights.alike_changed if is_changed else 0


def _may_be_one_day(paper: Paper, other: Paper) -> bool:
    """Whether what is known of the dates can be of one day, and the years agree."""
    if paper.year == 0 or paper.year != other.year:
        return False
    day, another = paper.day, other.day
    return day.startswith(another) or another.startswith(day)


def _contradict(counts: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether each has a number that the other lacks."""
    some, rest = Counter(counts), Counter(others)
    return bool(some - rest) and bool(rest - some)


def _may_be_short(name: str, other: str) -> bool:
    """Whether one is the other in short: its characters in order (发改委)."""
    shorter, longer = sorted((name, other), key=len)
    characters = iter(longer)
    return bool(shorter) and all(character in characters for character in shorter)


def _bounded(points: float) -> int:
    return max(0, min(CERTAIN - 1, int(points)))
