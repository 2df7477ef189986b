"""The shelves of one machine, for one person."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from node.catalogue.changing import Changed, ChangePreview
from node.catalogue.codes import normalise_code
from node.catalogue.door import Catalogue
from node.catalogue.listing import ClassCount, Listing, Order, Where
from node.catalogue.reading import Fonds
from node.catalogue.record import Record
from node.errors import AmbiguousRecord, UnknownRecord
from node.search.places import volume_of_code
from node.search.query import Query
from node.store.stopping import Stop
from protocol.operations import Actor
from tui.port.shelves import OnProgress, Selection

_MOST_LOOKED_AT: Final = 200


class DeskShelves:
    """The port of shelves on an opened catalogue."""

    def __init__(self, catalogue: Catalogue, actor: Actor) -> None:
        self._catalogue = catalogue
        self._shelves = catalogue.shelves
        self._actor = actor

    async def fonds(self) -> Sequence[Fonds]:
        """The fonds, by code."""
        return await self._catalogue.fonds(self._actor)

    async def classes(self) -> Sequence[ClassCount]:
        """Every class that holds something."""
        return await self._shelves.classes(self._actor)

    async def listing(
        self, where: Where, order: Order, words: str, on_progress: OnProgress
    ) -> Listing:
        """Records of *where*; who cancels this ends the reads as well."""
        if words.strip():
            where = replace(where, query=Query((words,)))
        stop = Stop()
        making = asyncio.create_task(
            self._shelves.listing(
                self._actor, where, order, progress=on_progress, stop=stop
            )
        )
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait([making])
            raise

    async def rows(self, listing: Listing, offset: int, count: int) -> Sequence[Record]:
        """Records as they are now."""
        return await self._shelves.rows(self._actor, listing, offset, count)

    async def place_of(self, listing: Listing, record_id: str) -> int | None:
        """Where a record stands in the listing."""
        return await self._shelves.place_of(self._actor, listing, record_id)

    async def place_of_code(self, listing: Listing, text: str) -> int | None:
        """By the whole code, else by its end, else by any part of it."""
        code = normalise_code(text)
        for wanted in dict.fromkeys((text.strip(), code)):
            try:
                place = await self.place_of(listing, wanted) if wanted else None
            except (UnknownRecord, AmbiguousRecord):
                continue
            if place is not None:
                return place
        return await self._place_by_part(listing, code)

    async def _place_by_part(self, listing: Listing, part: str) -> int | None:
        filters = {"code": part}
        fonds, year = listing.where.fonds, listing.where.year
        if fonds:
            filters["fonds"] = fonds
        if year:
            filters["year"] = str(year)
        found = await self._catalogue.searches.find(self._actor, Query(filters=filters))
        records = await self._catalogue.searches.rows(
            self._actor, found, 0, _MOST_LOOKED_AT
        )
        by_end = sorted(records, key=lambda r: not (r.code or "").endswith(part))
        for record in by_end:
            place = await self.place_of(listing, record.id)
            if place is not None:
                return place
        return None

    async def home_of(self, record_id: str) -> Where:
        """The year's items of its fonds, its volume, or all volumes of the fonds."""
        filled = await self._catalogue.details.fill(self._actor, record_id)
        record = filled.record
        if record.level == "volume":
            return Where(fonds=record.fonds, level="volume")
        volume = self.volume_of(record)
        if volume:
            return Where(fonds=record.fonds, level="item", volume=volume)
        year = record.fields.get("year")
        return Where(
            fonds=record.fonds,
            level="item",
            volume="",
            year=year if isinstance(year, int) else 0,
        )

    def volume_of(self, record: Record) -> str:
        """By its code."""
        return volume_of_code(record.code or "")

    async def version(self) -> int:
        """Another number after anything was saved."""
        return await self._shelves.version(self._actor)

    async def preview_change(
        self, selection: Selection, field: str, value: str, reason: str
    ) -> ChangePreview:
        """What the change would come to."""
        return await self._catalogue.acts.preview_change(
            self._actor, selection, field, value, reason
        )

    async def change_many(
        self,
        selection: Selection,
        field: str,
        value: str,
        reason: str,
        on_progress: OnProgress,
    ) -> Changed:
        """Do it, as one act."""
        return await self._catalogue.acts.change_many(
            self._actor, selection, field, value, reason, progress=on_progress
        )
