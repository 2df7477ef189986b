"""The face of the door that people leaf through: classes, listings, rows.

In the order of the shelf nothing is read but amounts of classes, and rows where
somebody looks. Any other order, and what a query finds, is an array of numbers that is
made in many short reads. Records of an import under way are neither shown nor counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from node.catalogue.arranging import chosen_by, runs_of
from node.catalogue.fields import LEVEL_FONDS, LEVEL_ITEM, LEVEL_VOLUME
from node.catalogue.listing import (
    ClassCount,
    Listing,
    Order,
    Stage,
    Totals,
    Where,
)
from node.catalogue.premises import Premises
from node.catalogue.reading import find_record, fonds_codes, record_of
from node.catalogue.record import Record
from node.catalogue.saving import check_actor
from node.catalogue.shelf import Shelf, ShelfReader
from node.catalogue.sorting import Sorting
from node.catalogue.unsealed import hidden_imports
from node.store.port import Rows
from node.store.stopping import Stop
from protocol.operations import Actor

Progress = Callable[[int, int], None]

_MOST_MERGED: Final = 16
"""Classes that one statement reads together."""


class Shelves:
    """Leafs through the catalogue of one machine."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises
        self._known: Shelf | None = None
        self._reader = ShelfReader()

    async def version(self, actor: Actor) -> int:
        """A number that is another one after anything was saved, by whomever."""
        check_actor(actor)
        return await self._premises.store.version()

    async def classes(self, actor: Actor, fonds: str | None = None) -> list[ClassCount]:
        """Every class that holds something, in the order of the shelf."""
        check_actor(actor)
        shelf = await self._shelf()
        if fonds is None:
            return list(shelf.counts)
        return [each for each in shelf.counts if each.key.fonds == fonds]

    async def totals(self, actor: Actor) -> Totals:
        """How much the shelves hold; a fonds that several rooms opened is one."""
        check_actor(actor)
        shelf = await self._shelf()
        items = dict.fromkeys(Stage, 0)
        volumes = 0
        fonds: set[int] = set()
        for _, row in shelf.classes:
            if row.level == LEVEL_ITEM:
                items[Stage(row.stage)] += row.amount
            elif row.level == LEVEL_VOLUME:
                volumes += row.amount
            elif row.level == LEVEL_FONDS and row.amount:
                fonds.add(row.scope_no)
        return Totals(
            drafts=items[Stage.DRAFT],
            numbered=items[Stage.NUMBERED],
            filed=items[Stage.FILED],
            volumes=volumes,
            fonds=len(fonds),
        )

    async def listing(
        self,
        actor: Actor,
        where: Where,
        order: Order = Order.CODE,
        *,
        progress: Progress | None = None,
        stop: Stop | None = None,
    ) -> Listing:
        """The records of *where* in *order*.

        Raises:
            UnknownField, InvalidValue: a filter of the query cannot be understood.
            ReadStopped: *stop* was set.
        """
        check_actor(actor)
        shelf = await self._shelf()
        chosen = chosen_by(shelf.classes, where, shelf.fonds)
        runs = runs_of(chosen)
        is_shelf_order = order.field == "code" and where.query is None
        if is_shelf_order and all(len(run.class_nos) <= _MOST_MERGED for run in runs):
            ends, total = [], 0
            for run in runs:
                total += run.size
                ends.append(total)
            return Listing(
                where,
                order,
                total,
                shelf.version,
                runs=tuple(runs),
                ends=tuple(ends),
                run_of={no: at for at, run in enumerate(runs) for no in run.class_nos},
            )
        rows = [placed.row for placed in chosen]
        sorting = Sorting(self._premises, where, order.field, rows, runs, shelf.hidden)
        numbers = await sorting.run(progress, stop or Stop())
        return Listing(where, order, len(numbers), shelf.version, numbers=numbers)

    async def rows(
        self, actor: Actor, listing: Listing, offset: int, count: int
    ) -> tuple[Record, ...]:
        """The records at *offset* and behind it, at most *count*.

        Nothing is sealed for it: who prints an id asks the door's ``show``.
        """
        check_actor(actor)
        if listing.order.is_descending:
            last = listing.size - max(0, offset)
            offset, count = max(0, last - count), min(count, last)
        if count <= 0 or offset >= listing.size:
            return ()

        def work(rows: Rows) -> tuple[Record, ...]:
            numbers = numbers_at(rows, listing, max(0, offset), count)
            if listing.order.is_descending:
                numbers.reverse()
            found = rows.records.rows(numbers)
            codes = self._codes_of(rows, {row.scope_no for row in found.values()})
            return tuple(
                record_of(
                    rows, found[no], self._premises.pack, codes[found[no].scope_no]
                )
                for no in numbers
                if no in found
            )

        return await self._premises.store.read(work)

    async def place_of(
        self, actor: Actor, listing: Listing, record_id: str
    ) -> int | None:
        """Where in the listing a record stands; None where it does not.

        Raises:
            UnknownRecord, AmbiguousRecord: *record_id* names no one record.
        """
        check_actor(actor)

        def work(rows: Rows) -> int | None:
            row = find_record(rows, record_id, hidden_imports(rows))
            return _place_of(rows, listing, row.record_no)

        place = await self._premises.store.read(work)
        if place is None or not listing.order.is_descending:
            return place
        return listing.size - 1 - place

    async def _shelf(self) -> Shelf:
        """All classes; read anew where anything was saved since."""
        store = self._premises.store
        version = await store.version()
        if self._known is None or self._known.version != version:
            self._known = await store.read(
                lambda rows: self._reader.read(rows, version)
            )
        return self._known

    def _codes_of(self, rows: Rows, scopes: set[int]) -> Mapping[int, str]:
        """Codes of fonds; read where they are not known yet."""
        known = {} if self._known is None else self._known.fonds
        if scopes <= known.keys():
            return known
        return {**dict.fromkeys(scopes, ""), **fonds_codes(rows)}


def numbers_at(rows: Rows, listing: Listing, offset: int, count: int) -> list[int]:
    """Numbers of the records from *offset* on, as the order rises."""
    if listing.numbers is not None:
        return list(listing.numbers[offset : offset + count])
    hidden = hidden_imports(rows)
    found: list[int] = []
    number, start = listing.run_at(offset)
    while len(found) < count and number < len(listing.runs):
        run = listing.runs[number]
        wanted = count - len(found)
        found += rows.shelves.page(run.class_nos, hidden, start, wanted)
        number, start = number + 1, 0
    return found


def _place_of(rows: Rows, listing: Listing, record_no: int) -> int | None:
    if listing.numbers is not None:
        try:
            return listing.numbers.index(record_no)
        except ValueError:
            return None
    row = rows.shelves.row(record_no)
    number = None if row is None else listing.run_of.get(row.class_no)
    if row is None or number is None:
        return None
    run = listing.runs[number]
    start = listing.ends[number] - run.size
    return start + rows.shelves.before(run.class_nos, hidden_imports(rows), row)
