"""Sequences of codes (序列): who numbers, which blocks are lent, what is sealed.

Laws:

- A sequence is everything of a code above its last number. At each place of the
  order it has at most one holder.
- Only who holds it lends blocks of it (the hub, where nobody holds it). So the same
  machine gives out every number or lends it, and none is given twice by right, however
  late words travel; but where the hub appoints another holder while one is not heard.
- A block ends when its numbers are given back or the sequence is sealed, never by date.

The book of a scope is read from its registers; everything else here is pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from node.history.registers import (
    ASKED,
    CLOSED,
    HOLDER,
    LEASED,
    OWNER,
    RETURNED,
    Owner,
    Place,
    Word,
    hub_key,
    own_key,
    words,
)
from node.store.port import Rows
from protocol.identity import Dot

BEHIND: Final = 1 << 62
"""Own work stands behind every epoch, in its own order."""
END: Final[Place] = (BEHIND, BEHIND, 0)
MOST_ASKED: Final = 1000
_USUAL_DIGITS: Final = 4
MOST_DIGITS: Final = 9
"""Longer runs of digits number nothing."""


class Span(NamedTuple):
    """Numbers from first to last, both counted."""

    first: int
    last: int


class Lease(NamedTuple):
    """A block that is lent."""

    dot: Dot
    stem: str
    span: Span
    machine_key: bytes
    place: Place
    asked: Dot
    """The ask that it answers."""
    left: tuple[Span, ...]
    """What the machine may still number with, used or not."""


class Ask(NamedTuple):
    """A machine asks for numbers."""

    dot: Dot
    stem: str
    amount: int
    machine_key: bytes
    place: Place


class Closing(NamedTuple):
    """A sequence was sealed up to a number."""

    stem: str
    last: int
    amount: int
    """How many codes it had then."""
    place: Place
    machine_key: bytes


def stem_of(code: str) -> str:
    """Everything of *code* above its last number; empty where it has none."""
    head, dash, last = code.rpartition("-")
    return f"{head}{dash}" if head and _is_number(last) else ""


def number_in(code: str) -> int:
    """The last number of *code*; 0 where it has none."""
    last = code.rpartition("-")[2]
    return int(last) if _is_number(last) else 0


def _is_number(text: str) -> bool:
    """Whether the text is a number that somebody may have given, and no long joke."""
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def place_behind(place: Place | None, n: int) -> Place:
    """The place of a word; that of own work is behind all others."""
    return (BEHIND, 0, n) if place is None else place


@dataclass(frozen=True, slots=True)
class SequenceBook:
    """What the registers of a scope say about its sequences."""

    own_key: bytes
    hub_key: bytes
    is_alone: bool
    """No hub orders the scope: this machine holds every sequence of it."""
    words: dict[int, tuple[Word, ...]]
    """By field, in order, own work last."""

    def holder(self, stem: str, at: Place = END) -> bytes:
        """The key of the machine that numbers; empty where no machine may."""
        if self.is_alone:
            return self.own_key
        named, owners = self._standing(HOLDER, at), self._standing(OWNER, at)
        if not named and not owners:
            named, owners = self._first()
        for wanted in (stem, ""):
            for word in reversed(named):
                match word.value:
                    case (str(its), bytes(key), *_) if its == wanted:
                        return key
                    case _:
                        continue
        owner = _owner(owners[-1]) if owners else None
        return owner.machine_keys[0] if owner is not None else b""

    def granter(self, stem: str, at: Place = END) -> bytes:
        """The key of the machine that lends blocks: the holder, else the hub."""
        return self.holder(stem, at) or self.hub_key

    def leases(self, stem: str, at: Place = END) -> list[Lease]:
        """Blocks that were lent by right, the oldest first, and what is left of them.

        Sealing the sequence ends the blocks that were lent before.
        """
        closings = self.closings(stem, at)
        found = []
        for word in self._standing(LEASED, at):
            match word.value:
                case (str(its), int(first), int(last), bytes(key), bytes(log), int(n)):
                    place = _place(word)
                    if its != stem or not 0 < first <= last:
                        continue
                    if word.machine_key != self.granter(stem, place):
                        continue
                    span = Span(first, last)
                    is_ended = any(place < each.place for each in closings)
                    left = () if is_ended else self._left(word.dot, span, key, at)
                    asked = Dot(log, n)
                    found.append(Lease(word.dot, its, span, key, place, asked, left))
                case _:
                    continue
        return found

    def closings(self, stem: str, at: Place = END) -> list[Closing]:
        """How far the sequence was sealed by its holder or the hub, the last last."""
        found = []
        for word in self._standing(CLOSED, at):
            match word.value:
                case (str(its), int(last), int(amount), *_) if its == stem:
                    place, key = _place(word), word.machine_key
                    if key in {self.holder(stem, place), self.hub_key}:
                        found.append(Closing(its, last, amount, place, key))
                case _:
                    continue
        return found

    def sealed_to(self, stem: str, at: Place = END) -> int:
        """The highest number up to which the sequence is sealed; 0 while it is open."""
        return max((each.last for each in self.closings(stem, at)), default=0)

    def has_right(self, key: bytes, stem: str, number: int, at: Place = END) -> bool:
        """Whether the machine numbers by right: as holder, or within its own block."""
        leases = self.leases(stem, at)
        if any(
            lease.machine_key == key and _holds(lease.left, number) for lease in leases
        ):
            return True
        if not key or self.holder(stem, at) != key:
            return False
        return not any(
            lease.machine_key != key and _holds(lease.left, number) for lease in leases
        )

    def asks(self, at: Place = END) -> list[Ask]:
        """What machines asked for and nobody answered yet, the oldest first."""
        found = []
        answered = self._answered()
        for word in self._standing(ASKED, at):
            match word.value:
                case (str(stem), int(amount), *_) if stem and amount > 0:
                    if (stem, word.dot) not in answered:
                        wanted = min(amount, MOST_ASKED)
                        place = _place(word)
                        key = word.machine_key
                        found.append(Ask(word.dot, stem, wanted, key, place))
                case _:
                    continue
        return found

    def stems(self) -> set[str]:
        """Every sequence that the registers name."""
        found = set()
        for field in (HOLDER, ASKED, LEASED, CLOSED):
            for word in self.words.get(field, ()):
                match word.value:
                    case (str(stem), *_) if stem:
                        found.add(stem)
                    case _:
                        continue
        return found

    def _first(self) -> tuple[list[Word], list[Word]]:
        """The first word on who numbers: it counts for what came before it too."""
        said = [
            (_place(word), field, word)
            for field in (HOLDER, OWNER)
            for word in self.words.get(field, ())
            if field == OWNER or word.value[:1] == ("",)
        ]
        if not said:
            return [], []
        _, field, word = min(said, key=lambda each: each[:2])
        return ([word], []) if field == HOLDER else ([], [word])

    def _standing(self, field: int, at: Place) -> list[Word]:
        return [word for word in self.words.get(field, ()) if _place(word) < at]

    def _answered(self) -> set[tuple[str, Dot]]:
        """Asks to which a block was lent by right: by sequence and dot."""
        found = set()
        for word in self._standing(LEASED, END):
            match word.value:
                case (str(stem), int(first), int(last), bytes(), bytes(log), int(n)):
                    is_granted = word.machine_key == self.granter(stem, _place(word))
                    if is_granted and 0 < first <= last:
                        found.add((stem, Dot(log, n)))
                case _:
                    continue
        return found

    def _left(self, dot: Dot, span: Span, key: bytes, at: Place) -> tuple[Span, ...]:
        left = [span]
        for word in self._standing(RETURNED, at):
            match word.value:
                case (bytes(log), int(n), int(first), int(last)):
                    if Dot(log, n) == dot and word.machine_key == key:
                        left = without(left, Span(first, last))
                case _:
                    continue
        return tuple(left)


def book_of(rows: Rows, scope_no: int) -> SequenceBook:
    """What the registers of a scope say, own work included."""
    hub, own = hub_key(rows), own_key(rows)
    is_ordered = hub is not None and (
        hub == own or rows.scopes.row(scope_no).is_granted
    )
    fields = (OWNER, HOLDER, ASKED, LEASED, RETURNED, CLOSED)
    return SequenceBook(
        own,
        hub or own,
        not is_ordered,
        {field: tuple(words(rows, scope_no, field)) for field in fields},
    )


def without(spans: Iterable[Span], gone: Span) -> list[Span]:
    """The numbers of *spans* that are not in *gone*."""
    left = []
    for span in spans:
        if gone.last < span.first or span.last < gone.first:
            left.append(span)
            continue
        if span.first < gone.first:
            left.append(Span(span.first, gone.first - 1))
        if gone.last < span.last:
            left.append(Span(gone.last + 1, span.last))
    return left


def onward(top: int, avoided: Iterable[Span], count: int) -> list[int]:
    """The next *count* numbers behind *top* that lie in no span to be avoided."""
    taken = sorted(avoided)
    found: list[int] = []
    number = top + 1
    while len(found) < count:
        blocked = next((s for s in taken if s.first <= number <= s.last), None)
        if blocked is not None:
            number = blocked.last + 1
            continue
        found.append(number)
        number += 1
    return found


def within(spans: Iterable[Span], used: Sequence[int], count: int) -> list[int]:
    """At most *count* numbers of own blocks; each block goes on from its highest."""
    found: list[int] = []
    for span in sorted(spans):
        inside = [each for each in used if span.first <= each <= span.last]
        first = max(inside, default=span.first - 1) + 1
        found += range(first, min(span.last, first + count - len(found) - 1) + 1)
        if len(found) >= count:
            break
    return found[:count]


def spare(spans: Iterable[Span], used: Sequence[int]) -> list[Span]:
    """What of own blocks was not numbered with, block by block."""
    found = []
    for span in sorted(spans):
        inside = [each for each in used if span.first <= each <= span.last]
        first = max(inside, default=span.first - 1) + 1
        if first <= span.last:
            found.append(Span(first, span.last))
    return found


def next_block(
    top: int, leases: Iterable[Lease], amount: int, highest: int
) -> Span | None:
    """A block above everything that is known; None where there is no room for any."""
    lent = [span.last for lease in leases for span in lease.left]
    first = max(top, *lent, 0) + 1
    last = min(first + amount - 1, highest)
    return Span(first, last) if first <= last else None


def highest_of(codes: Iterable[str]) -> int:
    """The highest number for which codes of that width have room."""
    widths = {len(code.rpartition("-")[2]) for code in codes}
    return int("9" * (max(widths) if widths else _USUAL_DIGITS))


def _holds(spans: Iterable[Span], number: int) -> bool:
    return any(span.first <= number <= span.last for span in spans)


def _place(word: Word) -> Place:
    return place_behind(word.place, word.dot.n)


def _owner(word: Word) -> Owner | None:
    site, *keys = word.value
    named = tuple(key for key in keys if isinstance(key, bytes))
    return Owner(str(site), named) if named else None
