"""Leafing through the catalogue: classes, listings, rows, one field of many records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from node.catalogue.changing import Changed, ChangePreview
from node.catalogue.listing import ClassCount, Listing, Order, Where
from node.catalogue.reading import Fonds
from node.catalogue.record import Record

OnProgress = Callable[[int, int], None]
"""Told how much is done, and of how much."""
Selection = Sequence[str] | Listing
"""Ids of records, or all records of a listing."""


class ShelvesPort(Protocol):
    """What stands on the shelves of one machine."""

    async def fonds(self) -> Sequence[Fonds]:
        """The fonds, by code."""

    async def classes(self) -> Sequence[ClassCount]:
        """Every class that holds something, in the order of the shelf."""

    async def listing(
        self,
        where: Where,
        order: Order,
        words: str,
        on_progress: OnProgress,
    ) -> Listing:
        """Records of *where* that hold every word of *words*, in *order*.

        Who cancels this ends the sorting as well.
        """

    async def rows(self, listing: Listing, offset: int, count: int) -> Sequence[Record]:
        """Records at a place of the listing and behind it, as they are now."""

    async def place_of(self, listing: Listing, record_id: str) -> int | None:
        """Where a record stands in the listing."""

    async def place_of_code(self, listing: Listing, text: str) -> int | None:
        """Where the first record stands whose code is, or ends in, or holds *text*."""

    async def home_of(self, record_id: str) -> Where:
        """The part of the shelf in which a record stands."""

    def volume_of(self, record: Record) -> str:
        """The name of the volume that a record is, or is in; empty where of none."""

    async def version(self) -> int:
        """Another number after anything was saved, here or elsewhere."""

    async def preview_change(
        self, selection: Selection, field: str, value: str, reason: str
    ) -> ChangePreview:
        """What giving one field of many records a value would come to."""

    async def change_many(
        self,
        selection: Selection,
        field: str,
        value: str,
        reason: str,
        on_progress: OnProgress,
    ) -> Changed:
        """Give one field of many records a value, as one act."""
