"""A class as it is to be filed: lines in order, each with the code it will have.

Pure values. What has a number keeps it; new numbers are given in the order of the
lines: the next that this machine may give. Where its block of numbers has no more, the
last lines wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from node.catalogue.numbering import CodeRun, FilingKey
from node.catalogue.record import Record
from node.catalogue.sequences import Numbers, Right


class ArrangedLine(NamedTuple):
    """One item of an arrangement."""

    record: Record
    place: int
    """From 1."""
    code: str
    """The code it has or will have; empty while the class gives none."""
    number: int
    """Its item number; 0 while the class gives none."""
    is_new: bool
    """It gets its number by this filing."""
    is_filed: bool
    version: bytes
    """Names what the record held when it was arranged."""

    @property
    def is_due(self) -> bool:
        """Whether the filing does something with it."""
        return bool(self.number) if self.is_new else not self.is_filed


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A class, arranged."""

    key: FilingKey
    run: CodeRun | None
    """The run of its numbers; None while the class gives no code."""
    lacks: str
    """The field for which there is no code: its value is missing, or not a code."""
    numbers: Numbers
    """What this machine may number with."""
    lines: tuple[ArrangedLine, ...]

    @property
    def fresh(self) -> tuple[str, ...]:
        """Ids of the items that get their numbers by this filing, in their order."""
        return tuple(line.record.id for line in self.lines if line.is_new)

    @property
    def last_number(self) -> int:
        """The highest number in use."""
        return self.numbers.last

    @property
    def is_provisional(self) -> bool:
        """Whether the new codes are given without right: another may give the same."""
        return self.numbers.right is Right.NONE

    @property
    def unnumbered(self) -> int:
        """How many new items find no number in the machine's own block."""
        return sum(line.is_new and not line.number for line in self.lines)

    @property
    def unfiled(self) -> int:
        """How many items the filing would file, or give the number that they lack."""
        return sum(line.is_due for line in self.lines)

    def ordered(self, order: Sequence[str]) -> Arrangement:
        """The arrangement with its new items in the order of these ids.

        Ids of items that keep their numbers may stand among them and do not count; new
        items that are not named come last, as they were.
        """
        rank = {record_id: place for place, record_id in enumerate(order)}
        fixed = [line for line in self.lines if not line.is_new]
        fresh = sorted(
            (line for line in self.lines if line.is_new),
            key=lambda line: rank.get(line.record.id, len(rank)),
        )
        return replace(self, lines=numbered(fixed, fresh, self.run, self.numbers))

    def moved(self, record_id: str, by: int) -> Arrangement:
        """The arrangement with a new item moved by so many places among the new."""
        order = list(self.fresh)
        if record_id not in order:
            return self
        place = order.index(record_id)
        order.insert(max(0, min(place + by, len(order) - 1)), order.pop(place))
        return self.ordered(order)


def numbered(
    fixed: Sequence[ArrangedLine],
    fresh: Sequence[ArrangedLine],
    run: CodeRun | None,
    numbers: Numbers,
) -> tuple[ArrangedLine, ...]:
    """All lines with their places; the new ones with their numbers."""
    lines = [line._replace(place=place) for place, line in enumerate(fixed, start=1)]
    free = numbers.take(len(fresh)) if run is not None else ()
    for step, line in enumerate(fresh, start=1):
        number = free[step - 1] if step <= len(free) else 0
        code = run.code(number) if run is not None and number else ""
        place = len(fixed) + step
        lines.append(line._replace(place=place, number=number, code=code))
    return tuple(lines)
