"""Searching while typing: what was found, and where the words stand in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from node.catalogue.extracts import SharedRecord
from node.catalogue.record import Record

Span = tuple[int, int]
"""First character of a piece, and the one behind its last."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for."""

    text: str = ""
    """Words, all of which must be there."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """``year``, ``retention_code``, ``fonds``, ``state`` to what they must be."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return not self.text.strip() and not self.filters


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found."""

    record: Record
    spans: Mapping[str, tuple[Span, ...]]
    """For each field in which a word stands, the pieces of its text in one line."""


class Results(Protocol):
    """What a search found."""

    @property
    def size(self) -> int:
        """How many hits can be looked at: at most a thousand."""

    @property
    def is_exact(self) -> bool:
        """There are no more than these."""


@dataclass(frozen=True, slots=True)
class Lent:
    """What a search found in extracts of other fonds."""

    size: int
    """How many rows can be looked at: at most a thousand."""
    is_exact: bool
    rows: Sequence[SharedRecord]
    """Those that were asked for."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A value to filter by."""

    value: str
    label: str
    amount: int
    """How many records have it."""


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be filtered by, as the catalogue stands."""

    years: Sequence[Offer]
    terms: Sequence[Offer]
    fonds: Sequence[Offer]


class SearchesPort(Protocol):
    """Searches of one person; a search that is cancelled stops at once."""

    async def find(self, asked: Asked) -> Results:
        """What *asked* finds.

        Raises:
            UnknownField, InvalidValue: a filter cannot be understood.
        """

    async def hits(self, results: Results, offset: int, count: int) -> Sequence[Hit]:
        """Hits from a place on, as they are now."""

    async def lent(self, asked: Asked, offset: int, count: int) -> Lent:
        """What *asked* finds in extracts of other fonds, from a place on.

        Raises:
            UnknownField, InvalidValue: a filter cannot be understood.
        """

    async def offers(self) -> Offers:
        """What can be filtered by."""

    async def recent(self) -> Sequence[str]:
        """What the person searched for, the last first."""

    async def remember(self, text: str) -> None:
        """The person found something by *text*."""

    async def version(self) -> int:
        """Another number after anything was saved, here or elsewhere."""
