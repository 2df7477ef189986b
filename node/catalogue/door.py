"""The door: every read and write of the catalogue passes here, handed a person.

Rights and the operation log will stand in this place; nothing above node/ reads or
writes records any other way. A printed id is handed out only after its record is
sealed, because an id that left the machine must never mean another record.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from node.catalogue.acts import Acts
from node.catalogue.agreements import Agreements
from node.catalogue.answers import Counts, Page, count_levels
from node.catalogue.aside import Aside
from node.catalogue.awaited import Awaited
from node.catalogue.code_facts import code_facts, found_by_former, told_former
from node.catalogue.decisions import Decisions
from node.catalogue.deliveries import Deliveries
from node.catalogue.details import Details
from node.catalogue.drafts import Drafts
from node.catalogue.extracts import Extracts
from node.catalogue.fields import (
    CODE,
    TITLE,
)
from node.catalogue.filing import Filing
from node.catalogue.hints import Hints
from node.catalogue.histories import history_of
from node.catalogue.likeness.papers import Papers
from node.catalogue.operators import Operators
from node.catalogue.owning import Owning
from node.catalogue.pack import Pack
from node.catalogue.premises import Premises
from node.catalogue.reading import (
    Fonds,
    all_fonds,
    find_record,
    fonds_codes,
    fonds_for,
    records_after,
    records_of,
    scopes_named,
    seen_of,
)
from node.catalogue.record import Record, RecordDetail, Seen, missing_fields
from node.catalogue.restamping import Restamping
from node.catalogue.saves import (
    REASON,
    Saver,
    save_change,
    save_existence,
    save_fonds,
    save_new,
)
from node.catalogue.saving import (
    Typed,
    check_actor,
    check_text,
    fonds_values,
    level_in,
    parse_typed,
)
from node.catalogue.searches import Searches
from node.catalogue.sequencing import Sequences
from node.catalogue.shelves import Shelves
from node.catalogue.tickets import Ticket, ticket_count, tickets_of
from node.catalogue.unsealed import any_unsealed, hidden_imports
from node.catalogue.workbooks import Workbooks
from node.clock import Clock
from node.errors import FondsExists, InvalidValue
from node.exchange.importing import (
    ImportResult,
    Progress,
    Say,
    plain_reason,
)
from node.exchange.undoing import Batch
from node.home import Home
from node.keys import KeyFolder
from node.search.query import EXACT_TOTAL, Query, compile_query
from node.store.port import Rows
from node.store.row_types import RecordRow
from node.store.store import Store
from protocol.limits import TEXT_LIMIT_BYTES
from protocol.operations import Actor

_EXPORTED_AT_ONCE: Final = 500


class Catalogue:
    """Reads and writes the catalogue of one machine."""

    def __init__(
        self, store: Store, pack: Pack, clock: Clock, home: Home, keys: KeyFolder
    ) -> None:
        self.store = store
        self.pack = pack
        self.clock = clock
        self.home = home
        self.keys = keys
        self.premises = Premises(store, pack, clock, home, keys)
        self.workbooks = Workbooks(self.premises)
        self.details = Details(self.premises)
        self.drafts = Drafts(self.premises)
        self.hints = Hints(self.premises)
        self.acts = Acts(self.premises)
        self.filing = Filing(self.premises)
        self.searches = Searches(self.premises)
        self.shelves = Shelves(self.premises)
        self.aside = Aside(self.premises)
        self.awaited = Awaited(self.premises)
        self.owning = Owning(self.premises)
        self.deliveries = Deliveries(self.premises)
        self.sequences = Sequences(self.premises)
        self.restamping = Restamping(self.premises)
        self.decisions = Decisions(self.premises)
        self.agreements = Agreements(self.premises)
        self.extracts = Extracts(self.premises)
        self.papers = Papers(self.premises)
        self.operators = Operators(self.premises)

    async def fonds(self, actor: Actor) -> list[Fonds]:
        """The fonds of this machine, by code."""
        check_actor(actor)
        return await self.store.read(all_fonds)

    async def open_fonds(self, actor: Actor, code: str, title: str) -> Fonds:
        """A new fonds, with a scope of its own.

        Raises:
            FondsExists: there is one with that code.
            InvalidValue: the code or the title is empty or too long.
        """
        check_actor(actor)
        parsed = fonds_values(code, title)
        saver = Saver(actor, self.clock.now(), self.pack)

        def work(rows: Rows) -> Fonds:
            wanted = str(parsed.values[CODE])
            if any(fonds.code == wanted for fonds in all_fonds(rows)):
                raise FondsExists(wanted)
            save_fonds(rows, saver, parsed)
            return fonds_for(rows, wanted)

        made = await self.store.write(work)
        await self.premises.seal()
        return made

    async def add(
        self,
        actor: Actor,
        fonds_code: str | None,
        values: Typed,
        *,
        draft_no: int = 0,
        at_desk: bool = False,
    ) -> Record:
        """A new item (or volume, with ``level=volume``); its draft is dropped with it.

        *at_desk*: the id goes no further than the screen, so nothing is sealed for it.

        Raises:
            UnknownFonds, FondsNotNamed: it is not clear where it belongs.
            UnknownField, InvalidValue, SecretRefused, FieldTooLarge: it cannot be
                saved as it is.
        """
        check_actor(actor)
        level, typed = level_in(values)
        parsed = parse_typed(typed, self.pack)
        saver = Saver(actor, self.clock.now(), self.pack, draft_no)
        code = parsed.values.get(CODE)
        hint = code.split("-")[0] if isinstance(code, str) else ""

        def work(rows: Rows) -> Record:
            scope_no = fonds_for(rows, fonds_code, hint).scope_no
            record_no = save_new(rows, saver, scope_no, level, parsed)
            return records_of(rows, [record_no], self.pack)[0]

        record = await self.store.write(work)
        if not at_desk:
            await self.premises.seal()
        return record

    async def set(
        self,
        actor: Actor,
        record_id: str,
        values: Typed,
        seen: Seen | None = None,
        *,
        reason: str = "",
        draft_no: int = 0,
        at_desk: bool = False,
    ) -> Record:
        """New values for a record; only what differs is written.

        *seen* is what stood in the form; without it, what stands in the row counts as
        seen. A filed item takes a *reason*, which joins its corrections.

        Raises:
            UnknownRecord, AmbiguousRecord: *record_id* names no one record.
            UnknownField, InvalidValue, SecretRefused, FieldTooLarge: it cannot be
                saved as it is.
            FiledNeedsReason: it is filed, and no reason is given.
        """
        check_actor(actor)
        check_text(REASON, reason, TEXT_LIMIT_BYTES)
        parsed = parse_typed(values, self.pack)
        if parsed.values.get(TITLE, "") is None:
            raise InvalidValue(self.pack.by_number[TITLE].name, "title-missing", "")
        saver = Saver(actor, self.clock.now(), self.pack, draft_no)

        def work(rows: Rows) -> tuple[Record, bool]:
            row = self._find(rows, record_id)
            save_change(rows, saver, row, parsed, seen, reason)
            record, is_unsealed = self._told(rows, row)
            return record, is_unsealed and not at_desk

        return await self.premises.sealed(await self.store.write(work))

    async def withdraw(
        self, actor: Actor, record_id: str, reason: str, *, at_desk: bool = False
    ) -> Record:
        """The record should not exist; it stays, marked, and can be restored.

        Raises:
            UnknownRecord, AmbiguousRecord, InvalidValue.
            FiledNeedsReason: it is filed, and the reason is empty.
        """
        saver = Saver(actor, self.clock.now(), self.pack)
        return await self._set_existence(
            saver, record_id, reason, is_withdrawn=True, at_desk=at_desk
        )

    async def restore(
        self, actor: Actor, record_id: str, reason: str, *, at_desk: bool = False
    ) -> Record:
        """The record should exist after all.

        Raises:
            UnknownRecord, AmbiguousRecord, InvalidValue.
            FiledNeedsReason: it is filed, and the reason is empty.
        """
        saver = Saver(actor, self.clock.now(), self.pack)
        return await self._set_existence(
            saver, record_id, reason, is_withdrawn=False, at_desk=at_desk
        )

    async def show(self, actor: Actor, record_id: str) -> RecordDetail:
        """A record with its whole history.

        Raises:
            UnknownRecord, AmbiguousRecord.
        """
        check_actor(actor)

        def work(rows: Rows) -> tuple[RecordDetail, bool]:
            row = self._find(rows, record_id)
            record, is_unsealed = self._told(rows, row)
            detail = RecordDetail(
                record=record,
                history=history_of(rows, row, self.pack),
                seen=seen_of(rows, row),
                missing=missing_fields(record.fields, self.pack),
                code=code_facts(rows, row),
            )
            return detail, is_unsealed

        detail, is_unsealed = await self.store.read(work)
        if is_unsealed:
            await self.premises.seal()
            detail, _ = await self.store.read(work)
        return detail

    async def search(self, actor: Actor, query: Query) -> Page:
        """Records that hold every word and match every filter, in order of entry.

        Raises:
            UnknownField, InvalidValue: a filter cannot be understood.
        """
        check_actor(actor)

        def work(rows: Rows) -> tuple[Page, bool]:
            test = compile_query(
                query,
                self.pack,
                lambda text: scopes_named(rows, text),
                hidden_imports(rows),
            )
            end = query.offset + query.limit
            found = rows.matches.find(test, max(EXACT_TOTAL + 1, end))
            former = found_by_former(rows, query, found)
            found += former
            here = found[query.offset : end]
            page = Page(
                total=min(len(found), EXACT_TOTAL),
                total_is_exact=len(found) <= EXACT_TOTAL,
                results=told_former(records_of(rows, here, self.pack), here, former),
            )
            return page, any_unsealed(rows, here)

        return await self.premises.sealed(await self.store.read(work))

    async def conflicts(self, actor: Actor) -> list[Ticket]:
        """Every field for which people wrote different values and must decide."""
        check_actor(actor)

        def work(rows: Rows) -> list[Ticket]:
            return tickets_of(rows, self.pack, fonds_codes(rows))

        return await self.store.read(work)

    async def conflict_count(self, actor: Actor) -> int:
        """How many fields ``conflicts`` would give."""
        check_actor(actor)
        return await self.store.read(ticket_count)

    async def counts(self, actor: Actor) -> Counts:
        """How much the catalogue holds."""
        check_actor(actor)
        return await self.store.read(count_levels)

    async def export_rows(self, actor: Actor) -> AsyncIterator[Record]:
        """All standing items and volumes, in order of entry."""
        check_actor(actor)
        await self.premises.seal()
        after = 0
        while True:
            records, after = await self.store.read(
                lambda rows, start=after: records_after(rows, start, self.pack)  # type: ignore[misc]
            )
            for record in records:
                yield record
            if after == 0:
                return

    async def import_workbook(
        self,
        actor: Actor,
        path: Path,
        fonds_code: str | None = None,
        *,
        dry_run: bool = False,
        progress: Progress | None = None,
        say: Say = plain_reason,
    ) -> ImportResult:
        """Take the rows of a workbook in; see ``Workbooks.take``."""
        return await self.workbooks.take(
            actor, path, fonds_code, dry_run=dry_run, progress=progress, say=say
        )

    async def imports(self, actor: Actor) -> list[Batch]:
        """All imports that came to their end, by number."""
        return await self.workbooks.batches(actor)

    async def undo_import(self, actor: Actor, batch: int) -> int:
        """Take an import back; see ``Workbooks.undo``."""
        return await self.workbooks.undo(actor, batch)

    async def recover(self) -> int:
        """Finish acts, discard imports that were cut off; the number of imports."""
        await self.acts.recover()
        await self.decisions.recover()
        return await self.workbooks.recover()

    async def _set_existence(
        self,
        saver: Saver,
        record_id: str,
        reason: str,
        *,
        is_withdrawn: bool,
        at_desk: bool,
    ) -> Record:
        check_actor(saver.actor)
        check_text(REASON, reason, TEXT_LIMIT_BYTES)

        def work(rows: Rows) -> tuple[Record, bool]:
            row = self._find(rows, record_id)
            save_existence(rows, saver, row, reason, is_withdrawn=is_withdrawn)
            record, is_unsealed = self._told(rows, row)
            return record, is_unsealed and not at_desk

        return await self.premises.sealed(await self.store.write(work))

    def _find(self, rows: Rows, record_id: str) -> RecordRow:
        return find_record(rows, record_id, hidden_imports(rows))

    def _told(self, rows: Rows, row: RecordRow) -> tuple[Record, bool]:
        """The record as it is now, and whether its id is not sealed yet."""
        (record,) = records_of(rows, [row.record_no], self.pack)
        return record, any_unsealed(rows, [row.record_no])
