"""Extracts at a hub: editions made of agreements, and what a room has not yet of them.

Laws of this file (docs/protocol.md, Extracts):

1. The same records shown in the same way are the same edition; it is not sent again.
2. Parts that were made are kept: an edition is made anew in short steps, only where
   something changed, and for a moment at a time; the next exchange goes on.
3. What a room holds of an agreement that is in force no more is ended by a word, said
   before anything else; should it be in force again, its serial stands above that word.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from typing import Final

from node.catalogue.agreement_words import Agreement, all_agreements
from node.catalogue.edition_facts import Facts, facts_of
from node.catalogue.edition_parts import (
    Stretch,
    ids_of,
    parts_of,
    pieces_of,
    stretches,
)
from node.catalogue.fields import LEVEL_ITEM, LEVEL_VOLUME
from node.catalogue.likeness.digest_list import make_digest_list
from node.catalogue.premises import Premises
from node.catalogue.unsealed import hidden_imports
from node.clock import elapsed
from node.history.trust import entry_of_key, scopes_of, serial_of
from node.store.extract_port import Candidate, Choice, EditionRow
from node.store.port import Rows
from node.store.stopping import Stop
from protocol.errors import RemoteProtocolError
from protocol.exchange_limits import EXTRACT_PARTS_LIMIT, EXTRACTS_LIMIT
from protocol.extracts import (
    ExtractHead,
    ExtractKind,
    ExtractPart,
    Held,
    decode_held,
    encode_extract,
    sign_head,
    sign_part,
)
from protocol.identity import digest_128
from protocol.messages import ExtractItem

MAKING_SECONDS: Final = 5.0
"""An answer waits so long for editions that are out of date; what is made is kept."""
DIGESTS_SECONDS: Final = 20 * 3600
"""The digest list is not made anew more often."""
REMEMBERED: Final = 8
"""Editions whose parts are remembered, for rooms that hold an older one."""
SERIALS_AHEAD: Final = 2**24
"""A serial further above the hub time is not believed."""
_SCANNED_AT_ONCE: Final = 4000
_DROPPED_AT_ONCE: Final = 64
_MADE_AT_ONCE: Final = 4
_SHRINKS: Final = {int(ExtractKind.CATALOGUE): 2}
"""Texts take at most half of their bytes on the wire; hashes take them all."""


class Editions:
    """Makes extracts for rooms, and says them what they have not."""

    def __init__(self, premises: Premises, name: str) -> None:
        self._premises = premises
        self._name = name
        self._making = asyncio.Lock()
        self._known: tuple[object, list[Agreement]] | None = None

    async def items(
        self, reader: bytes, held: bytes, left_bytes: int, *, is_live: bool
    ) -> AsyncIterator[ExtractItem]:
        """What the machine with the key *reader* has not yet; see ExtractSource."""
        told = _read_held(held)
        now = self._premises.clock.now()
        standing = await self._in_force(reader, now)
        ids = {agreement.id for agreement in standing}
        for each in told.values():
            if each.extract not in ids:
                yield await self._ended(each, reader, now)
        begun = elapsed()
        left = left_bytes
        for agreement in standing[:EXTRACTS_LIMIT]:
            if not await self._renew_in_turn(agreement, begun + MAKING_SECONDS):
                continue
            mine = told.get(agreement.id)
            edition = await self._edition(agreement.id, mine, now)
            if edition is None or (mine and mine.serial == edition.serial):
                continue
            if mine is None or mine.coming != edition.serial:
                head = self._head(edition, reader)
                left -= len(head.payload)
                yield head
            if mine is None and is_live:
                # Whoever knows no extracts is told of one, and not given its parts.
                continue
            for part in await self._missing(edition, mine):
                if left <= 0:
                    return
                content = await self._content(edition.extract, part)
                if content is not None:
                    left -= len(content) // _SHRINKS.get(edition.kind, 1)
                    yield self._part(edition.extract, content, reader)

    async def _in_force(self, reader: bytes, now: int) -> list[Agreement]:
        """Agreements by which the machine may read now, by id."""

        def work(rows: Rows) -> list[Agreement]:
            found = [
                each
                for each in self._agreements(rows)
                if each.is_active and each.until > now and each.reader in (b"", reader)
            ]
            own = _read_whole(rows, reader) if found else frozenset()
            return [
                each
                for each in found
                if each.kind == ExtractKind.DIGESTS or each.scope_no not in own
            ]

        found = await self._premises.store.read(work)
        return sorted(found, key=lambda each: each.id)

    def _agreements(self, rows: Rows) -> list[Agreement]:
        """Every agreement; read again where this hub has said something since."""
        own = [log.log_no for log in rows.logs.all() if log.is_own]
        last = [rows.sets.last(log_no) for log_no in own]
        mark = (
            tuple(None if row is None else row.hash for row in last),
            rows.journal.last_n(),
            serial_of(rows),
        )
        if self._known is None or self._known[0] != mark:
            self._known = (mark, all_agreements(rows))
        return self._known[1]

    async def _renew_in_turn(self, agreement: Agreement, deadline: float) -> bool:
        """One edition is made at a time; False for who waited too long.

        Nothing is told of an edition that may show what it must not show any more.
        """
        try:
            async with asyncio.timeout(max(0.0, deadline - elapsed())):
                await self._making.acquire()
        except TimeoutError:
            return False
        try:
            return await self._renew(agreement, deadline)
        finally:
            self._making.release()

    async def _renew(self, agreement: Agreement, deadline: float) -> bool:
        """Make a new edition where something changed; False where time was short."""
        store = self._premises.store
        newest = await store.read(lambda rows: rows.editions.newest(agreement.id))
        if agreement.kind == ExtractKind.DIGESTS:
            await self._renew_digests(agreement, newest)
            return True
        facts = await store.read(
            partial(
                facts_of, agreement=agreement, pack=self._premises.pack, hub=self._name
            )
        )
        if newest is not None and newest.stamp == facts.stamp:
            return True
        known = await store.read(lambda rows: rows.editions.stamps(agreement.id))
        stamps: list[bytes] = []
        waiting: list[Candidate] = []
        after, is_last = (0, 0), False
        while not is_last:
            some = await self._candidates(agreement, after)
            is_last = not some
            whole, waiting = stretches([*waiting, *some], facts.basis, is_last=is_last)
            lacking = [each for each in whole if each.stamp not in known]
            for start in range(0, len(lacking), _MADE_AT_ONCE):
                if elapsed() > deadline:
                    return False
                made = lacking[start : start + _MADE_AT_ONCE]
                known.update(await self._make(agreement, made))
            stamps += [each.stamp for each in whole]
            after = (some[-1].log_no, some[-1].n) if some else after
        ids = [part for stamp in stamps for part in known[stamp]]
        await self._enter(agreement, facts, ids, stamps)
        return True

    async def _renew_digests(
        self, agreement: Agreement, newest: EditionRow | None
    ) -> None:
        now = self._premises.clock.now()
        is_due = newest is None or newest.made_at + DIGESTS_SECONDS <= now
        if not is_due and newest is not None and newest.until == agreement.until:
            return
        data = await self._premises.store.read(make_digest_list, Stop())
        parts = pieces_of(data)
        stamp = digest_128("dangyi/digests/1", data)
        facts = Facts("", "", stamp, b"")
        if newest is None or newest.stamp != stamp:
            await self._premises.store.write(
                lambda rows: rows.editions.add_parts(agreement.id, stamp, parts)
            )
        await self._enter(agreement, facts, [part for part, _ in parts], [stamp])

    async def _facts(self, agreement: Agreement) -> Facts:
        pack, hub = self._premises.pack, self._name
        return await self._premises.store.read(
            lambda rows: facts_of(rows, agreement, pack, hub)
        )

    async def _candidates(
        self, agreement: Agreement, after: tuple[int, int]
    ) -> list[Candidate]:
        """Some of the records that the agreement may show, behind a dot."""
        levels = (LEVEL_VOLUME, LEVEL_ITEM)
        if agreement.level:
            levels = (agreement.level, agreement.level)

        def work(rows: Rows) -> list[Candidate]:
            choice = Choice(
                agreement.scope_no,
                levels,
                agreement.categories,
                (agreement.first_year, agreement.last_year),
                tuple(hidden_imports(rows)),
            )
            return rows.editions.candidates(choice, after, _SCANNED_AT_ONCE)

        return await self._premises.store.read(work)

    async def _make(
        self, agreement: Agreement, some: Sequence[Stretch]
    ) -> dict[bytes, tuple[bytes, ...]]:
        """Make and keep the parts of some stretches; their ids by stamp."""
        pack = self._premises.pack

        def read(rows: Rows) -> list[list[tuple[bytes, bytes]]]:
            return [parts_of(rows, agreement, each, pack) for each in some]

        made = await self._premises.store.read(read)

        def write(rows: Rows) -> None:
            for each, parts in zip(some, made, strict=True):
                rows.editions.add_parts(agreement.id, each.stamp, parts)

        await self._premises.store.write(write)
        return {
            each.stamp: tuple(part for part, _ in parts)
            for each, parts in zip(some, made, strict=True)
        }

    async def _enter(
        self,
        agreement: Agreement,
        facts: Facts,
        ids: Sequence[bytes],
        stamps: Iterable[bytes],
    ) -> None:
        """The edition that is made; a new serial only where it says something new."""
        now = self._premises.clock.now()
        parts = b"".join(ids[:EXTRACT_PARTS_LIMIT])

        def work(rows: Rows) -> None:
            newest = rows.editions.newest(agreement.id)
            row = EditionRow(
                agreement.id,
                now if newest is None else max(newest.serial + 1, now),
                agreement.kind,
                agreement.until,
                now,
                facts.fonds,
                facts.title,
                facts.stamp,
                parts,
            )
            if newest is not None and _says_same(newest, row):
                is_digests = agreement.kind == ExtractKind.DIGESTS
                made_at = now if is_digests else newest.made_at
                row = row._replace(serial=newest.serial, made_at=made_at)
            _put(rows, row)

        store = self._premises.store
        await store.write(work)
        kept = frozenset(stamps)
        while await store.write(
            lambda rows: rows.editions.drop_parts(agreement.id, kept, _DROPPED_AT_ONCE)
        ):
            pass

    async def _edition(
        self, extract: bytes, mine: Held | None, now: int
    ) -> EditionRow | None:
        """The newest edition, under a serial above any that the room has heard of."""
        store = self._premises.store
        newest = await store.read(lambda rows: rows.editions.newest(extract))
        if newest is None or mine is None:
            return newest
        heard = max(mine.serial, mine.coming)
        if not newest.serial < heard <= now + SERIALS_AHEAD:
            return newest
        risen = newest._replace(serial=max(heard + 1, now))
        await store.write(partial(_put, row=risen))
        return risen

    async def _missing(self, edition: EditionRow, mine: Held | None) -> list[bytes]:
        """Parts that are in none of the editions that the room says it has."""

        def work(rows: Rows) -> set[bytes]:
            if mine is None:
                return set()
            whole = rows.editions.get(edition.extract, mine.serial)
            coming = rows.editions.get(edition.extract, mine.coming)
            there = ids_of(b"" if whole is None else whole.parts)
            there += ids_of(b"" if coming is None else coming.parts)[: mine.parts]
            return set(there)

        there = await self._premises.store.read(work)
        return [part for part in ids_of(edition.parts) if part not in there]

    async def _content(self, extract: bytes, part: bytes) -> bytes | None:
        return await self._premises.store.read(
            lambda rows: rows.editions.content(extract, part)
        )

    def _head(self, edition: EditionRow, reader: bytes) -> ExtractItem:
        head = ExtractHead(
            extract=edition.extract,
            kind=edition.kind,
            serial=edition.serial,
            until=edition.until,
            made_at=edition.made_at,
            hub=self._name,
            fonds=edition.fonds,
            title=edition.title,
            parts=tuple(ids_of(edition.parts)),
        )
        return self._signed(head, reader)

    async def _ended(self, held: Held, reader: bytes, now: int) -> ExtractItem:
        heard = max(held.serial, held.coming)
        serial = max(now, heard + 1 if heard <= now + SERIALS_AHEAD else now)

        def rise(rows: Rows) -> None:
            newest = rows.editions.newest(held.extract)
            if newest is not None and newest.serial <= serial:
                _put(rows, newest._replace(serial=serial + 1))

        await self._premises.store.write(rise)
        head = ExtractHead(
            held.extract, ExtractKind.CATALOGUE, serial, 0, now, self._name, "", "", ()
        )
        return self._signed(head, reader)

    def _part(self, extract: bytes, content: bytes, reader: bytes) -> ExtractItem:
        seed = self._premises.keys.machine_seed
        part = sign_part(ExtractPart(extract, content), reader, seed)
        return ExtractItem(encode_extract(part))

    def _signed(self, head: ExtractHead, reader: bytes) -> ExtractItem:
        seed = self._premises.keys.machine_seed
        return ExtractItem(encode_extract(sign_head(head, reader, seed)))


def _read_whole(rows: Rows, reader: bytes) -> frozenset[int]:
    """Scopes that the machine reads whole, so needs no extract of."""
    entry = entry_of_key(rows, reader)
    return frozenset() if entry is None else scopes_of(rows, entry)


def _put(rows: Rows, row: EditionRow) -> None:
    rows.editions.put(row)
    rows.editions.forget(row.extract, keep=REMEMBERED)


def _says_same(newest: EditionRow, row: EditionRow) -> bool:
    facts = ("kind", "until", "fonds", "title", "parts")
    return all(getattr(newest, name) == getattr(row, name) for name in facts)


def _read_held(data: bytes) -> dict[bytes, Held]:
    """What a room says that it has; what cannot be read says nothing."""
    if not data:
        return {}
    try:
        return {each.extract: each for each in decode_held(data)}
    except RemoteProtocolError:
        return {}
