"""The door's face for extracts (外单位摘录): what others let this room see, offline.

They are the hub's tables, read only: in no count, export or digest, and never among
this room's own records. Each says from which fonds it comes, through which hub, and
until when it may be read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from node.catalogue.agreement_words import last_day
from node.catalogue.edition_parts import joined
from node.catalogue.fields import CODE, LEVEL
from node.catalogue.pack import Pack
from node.catalogue.premises import Premises
from node.catalogue.record import Shown
from node.catalogue.saving import check_actor
from node.catalogue.values import LEVEL_NAMES, shown_value
from node.history.extracts import (
    LEFT_OUT,
    extracts_shown,
    head_of_row,
    members_of,
)
from node.search.query import EXACT_TOTAL, Query, compile_query, divided
from node.store.extract_port import ExtractRow, ExtractTest, FoundRow
from node.store.port import Rows
from node.store.stopping import Stop
from protocol.extract_rows import ExtractTable, read_rows
from protocol.extracts import ExtractHead, ExtractKind
from protocol.identity import Dot, printed_id
from protocol.operations import Actor, Tag, Value

_STATES_SHOWN: Final = frozenset({None, "active", "all"})


@dataclass(frozen=True, slots=True)
class SharedRecord:
    """A record of another fonds, as the hub showed it."""

    id: str
    """Printed id; it names the record in its own room and at the hub."""
    level: str
    fonds: str
    fonds_title: str
    hub: str
    code: str | None
    fields: dict[str, Shown]
    """By English name."""
    made_at: int
    """Hub time at which the hub wrote it out."""
    until: int
    """Hub time from which on it may not be read."""

    def to_json(self) -> dict[str, object]:
        """The record as JSON shows it."""
        return {
            "id": self.id,
            "level": self.level,
            "fonds": self.fonds,
            "code": self.code,
            "fields": dict(self.fields),
            "provenance": self.provenance(),
        }

    def provenance(self) -> dict[str, object]:
        """Where the record comes from, and until when it may be read."""
        return {
            "kind": "extract",
            "fonds": self.fonds,
            "title": self.fonds_title,
            "hub": self.hub,
            "made_at": self.made_at,
            "until": last_day(self.until),
        }


@dataclass(frozen=True, slots=True)
class SharedPage:
    """What a search in extracts found."""

    total: int
    """Counted up to 1,000."""
    total_is_exact: bool
    results: tuple[SharedRecord, ...]


@dataclass(frozen=True, slots=True)
class SharedExtract:
    """One extract that this room holds, or that is arriving."""

    id: str
    kind: str
    """catalogue · digests."""
    fonds: str
    title: str
    hub: str
    made_at: int
    until: int
    rows: int
    missing: int
    """Parts of a newer edition that have not come yet."""
    is_shown: bool
    """There is a whole edition, and its end has not come."""

    def to_json(self) -> dict[str, object]:
        """The extract as JSON shows it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "fonds": self.fonds or None,
            "title": self.title or None,
            "hub": self.hub,
            "made_at": self.made_at,
            "until": last_day(self.until),
            "rows": self.rows,
            "missing": self.missing,
            "shown": self.is_shown,
        }


class _Part(NamedTuple):
    table: ExtractTable
    head: ExtractHead


class Extracts:
    """Finds what others let this room see."""

    def __init__(self, premises: Premises) -> None:
        self._premises = premises

    async def all(self, actor: Actor) -> tuple[SharedExtract, ...]:
        """Extracts held here, and those arriving, by fonds."""
        check_actor(actor)
        now = self._premises.clock.now()

        def work(rows: Rows) -> tuple[SharedExtract, ...]:
            shown = {row.extract for row, _ in extracts_shown(rows, now)}
            found = [_view(rows, row, shown) for row in rows.extracts.all()]
            return tuple(
                sorted((each for each in found if each), key=lambda each: each.fonds)
            )

        return await self._premises.store.read(work)

    async def search(
        self, actor: Actor, query: Query, *, stop: Stop | None = None
    ) -> SharedPage:
        """Rows of extracts that hold every word and match every filter.

        Raises:
            UnknownField, InvalidValue: a filter cannot be understood.
            ReadStopped: *stop* was set.
        """
        check_actor(actor)
        fonds, state, filters = divided(query.filters)
        pack = self._premises.pack
        test = compile_query(replace(query, filters=filters), pack, lambda _text: ())
        now = self._premises.clock.now()

        def work(rows: Rows) -> SharedPage:
            if state not in _STATES_SHOWN:
                return SharedPage(0, total_is_exact=True, results=())
            heads = {
                row.extract_no: head
                for row, head in extracts_shown(rows, now)
                if head.kind == ExtractKind.CATALOGUE and _is_of(head, fonds)
            }
            if not heads:
                return SharedPage(0, total_is_exact=True, results=())
            wanted = ExtractTest(
                test.match, test.needles, test.levels, tuple(heads), test.accepts
            )
            end = query.offset + query.limit
            found = rows.extracts.find(wanted, max(EXACT_TOTAL + 1, end))
            here = found[query.offset : end]
            return SharedPage(
                total=min(len(found), EXACT_TOTAL),
                total_is_exact=len(found) <= EXACT_TOTAL,
                results=tuple(_records(rows, here, heads, pack)),
            )

        return await self._premises.store.read(work, stop)

    async def left_out(self, actor: Actor) -> int:
        """How many pieces came that were not the hub's word to this room."""
        check_actor(actor)

        def work(rows: Rows) -> int:
            return int((rows.settings.get(LEFT_OUT) or [0])[0])

        return await self._premises.store.read(work)

    async def digest_list(self, actor: Actor) -> bytes | None:
        """The newest list of what is digitised elsewhere; None where none is held."""
        check_actor(actor)
        now = self._premises.clock.now()

        def work(rows: Rows) -> bytes | None:
            found = [
                (head.made_at, row, head)
                for row, head in extracts_shown(rows, now)
                if head.kind == ExtractKind.DIGESTS
            ]
            if not found:
                return None
            _, row, head = max(found, key=lambda each: each[0])
            parts = rows.extracts.parts(row.extract_no, head.parts)
            return joined([part.content for part in parts])

        return await self._premises.store.read(work)


def _view(rows: Rows, row: ExtractRow, shown: set[bytes]) -> SharedExtract | None:
    head = head_of_row(row.head) or head_of_row(row.coming)
    if head is None:
        return None
    return SharedExtract(
        id=row.extract.hex()[:8].upper(),
        kind=ExtractKind(head.kind).name.lower(),
        fonds=head.fonds,
        title=head.title,
        hub=head.hub,
        made_at=head.made_at,
        until=head.until,
        rows=rows.extracts.amount(row.extract_no),
        missing=row.missing if row.coming else 0,
        is_shown=row.extract in shown,
    )


def _is_of(head: ExtractHead, fonds: str | None) -> bool:
    if fonds is None:
        return True
    wanted = fonds.strip()
    return bool(wanted) and (head.fonds == wanted or wanted in head.title)


def _records(
    rows: Rows, found: list[FoundRow], heads: dict[int, ExtractHead], pack: Pack
) -> list[SharedRecord]:
    tables: dict[int, ExtractTable] = {}
    records = []
    for each in found:
        table = tables.get(each.part_no)
        if table is None:
            part = rows.extracts.part(each.part_no)
            if part is None:
                continue
            table = tables[each.part_no] = read_rows(part.content)
        record, values = table.rows[each.place]
        shown = dict(zip(table.fields, values, strict=True))
        records.append(_record(record, shown, heads[each.extract_no], pack))
    return records


def _record(
    record: Dot, shown: dict[int, Value], head: ExtractHead, pack: Pack
) -> SharedRecord:
    level, code = shown.get(LEVEL), shown.get(CODE)
    fields: dict[str, Shown] = {}
    for number, value in shown.items():
        known = pack.by_number.get(number)
        if value is None or (known is not None and not known.is_shown):
            continue
        fields[f"field-{number}" if known is None else known.name] = _shown(value)
    return SharedRecord(
        id=printed_id(record),
        level=LEVEL_NAMES.get(level, "item") if isinstance(level, int) else "item",
        fonds=head.fonds,
        fonds_title=head.title,
        hub=head.hub,
        code=code if isinstance(code, str) else None,
        fields=fields,
        made_at=head.made_at,
        until=head.until,
    )


def _shown(value: Value) -> Shown:
    if isinstance(value, tuple) and value[:1] == (int(Tag.GROUP),):
        return [shown_value(member) for member in members_of(value)]
    return value if isinstance(value, int) else shown_value(value)
