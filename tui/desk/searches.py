"""Searches of one person at one machine."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from node.catalogue.door import Catalogue
from node.catalogue.listing import ClassCount
from node.catalogue.record import Record
from node.catalogue.searches import Found
from node.search.hits import folded_words, hits_in
from node.search.query import Query
from node.store.stopping import Stop
from protocol.operations import Actor
from tui.cells import text_of
from tui.port.searches import Asked, Hit, Lent, Offer, Offers, Results


@dataclass(frozen=True, slots=True)
class FoundResults:
    """What was found, with the words that found it."""

    found: Found
    words: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many hits can be looked at."""
        return len(self.found.numbers)

    @property
    def is_exact(self) -> bool:
        """There are no more than these."""
        return self.found.is_exact


class DeskSearches:
    """The port of searches on an opened catalogue."""

    def __init__(self, catalogue: Catalogue, actor: Actor) -> None:
        self._catalogue = catalogue
        self._actor = actor

    async def find(self, asked: Asked) -> FoundResults:
        """What *asked* finds; whoever cancels this ends the read as well."""
        query = Query((asked.text,), asked.filters)
        stop = Stop()
        finding = asyncio.create_task(
            self._catalogue.searches.find(self._actor, query, stop=stop)
        )
        try:
            found = await asyncio.shield(finding)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait([finding])
            raise
        return FoundResults(found, folded_words(query.words))

    async def hits(self, results: Results, offset: int, count: int) -> Sequence[Hit]:
        """Hits from a place on, as they are now."""
        if not isinstance(results, FoundResults):
            return ()
        records = await self._catalogue.searches.rows(
            self._actor, results.found, offset, count
        )
        return [_hit(record, results.words) for record in records]

    async def lent(self, asked: Asked, offset: int, count: int) -> Lent:
        """What *asked* finds in extracts of other fonds, from a place on."""
        query = Query((asked.text,), asked.filters, limit=count, offset=offset)
        page = await self._catalogue.extracts.search(self._actor, query)
        return Lent(page.total, page.total_is_exact, page.results)

    async def offers(self) -> Offers:
        """What can be filtered by."""
        classes = await self._catalogue.shelves.classes(self._actor)
        fonds = await self._catalogue.fonds(self._actor)
        years: Counter[str] = Counter()
        terms: Counter[str] = Counter()
        amounts: Counter[str] = Counter()
        for each in classes:
            _count(each, years, terms, amounts)
        return Offers(
            years=[Offer(v, v, n) for v, n in sorted(years.items(), reverse=True)],
            terms=[Offer(v, v, terms[v]) for v in sorted(terms, key=self._rank)],
            fonds=[Offer(f.code, f.title, amounts[f.code]) for f in fonds],
        )

    def _rank(self, term: str) -> tuple[int, str]:
        """Terms in the order of the rule pack, then those of other rules."""
        offered = self._catalogue.pack.form.values.get("retention_code", ())
        known = [each.value for each in offered]
        return (known.index(term) if term in known else len(known), term)

    async def recent(self) -> Sequence[str]:
        """What the person searched for, the last first."""
        return await self._catalogue.searches.recent(self._actor)

    async def remember(self, text: str) -> None:
        """The person found something by *text*."""
        await self._catalogue.searches.remember(self._actor, text)

    async def version(self) -> int:
        """Another number after anything was saved, here or elsewhere."""
        return await self._catalogue.shelves.version(self._actor)


def _count(
    each: ClassCount, years: Counter[str], terms: Counter[str], fonds: Counter[str]
) -> None:
    key = each.key
    if key.level == "fonds":
        return
    if key.year is not None:
        years[str(key.year)] += each.amount
    if key.retention:
        terms[key.retention] += each.amount
    fonds[key.fonds] += each.amount


def _hit(record: Record, words: tuple[str, ...]) -> Hit:
    spans = {
        name: found
        for name, value in record.fields.items()
        if (found := hits_in(text_of(value), words))
    }
    return Hit(record, spans)
