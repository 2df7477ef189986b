"""Rows of a workbook meet the catalogue: added, updated or unchanged.

A row that was imported before is known by the digest of its cells; else its record is
looked for by code, and without a code by document number, title and date. Of a known
row only those cells count that differ from what was imported before: what people
wrote since stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from node.catalogue.fields import (
    LEVEL_FONDS,
    LEVEL_ITEM,
    LEVEL_VOLUME,
)
from node.catalogue.members import is_filed_row
from node.catalogue.pack import Pack
from node.catalogue.reading import Fonds, all_fonds, held_of
from node.catalogue.saving import (
    Parsed,
    check_sizes,
    create,
    edits,
    fonds_values,
)
from node.errors import FieldTooLarge, InvalidValue
from node.exchange.counterpart import candidates, is_alike
from node.exchange.differences import differences, without_legacy
from node.exchange.entry import Entry, Refusal
from node.exchange.kept import Cells, known_cells, pack_row, refused_key
from node.history.journal import own_log_no, save_all
from node.keys import random_bytes
from node.store.catalogue_port import ImportedRow, RowOutcome
from node.store.port import Rows
from node.store.row_types import RecordRow
from protocol.identity import FONDS_ID_BYTES, Scope, digest_128
from protocol.operations import Actor, Operation

_LIGHT_CHARACTERS: Final = 10_000
BARRED: Final = "secret-refused"
FONDS_ABSENT: Final = "unknown-fonds"
"""Of a row that is refused for this, nothing is kept but the reason."""
ROLE: Final = "machine.role"
HUB_ROLE: Final = 2


class Line(NamedTuple):
    """One row on its way in."""

    number: int
    cells: Cells
    reading: Entry | Refusal
    is_entry: bool = True
    """A title, a form line or headings are kept beside the entries."""


class Taken(NamedTuple):
    """What became of a row."""

    line: Line
    outcome: RowOutcome
    refusal: Refusal | None = None


class _New(NamedTuple):
    """A row that becomes a record."""

    line: Line
    scope_no: int
    key: bytes
    parsed: Parsed
    level: int


def _without_secret(refusal: Refusal) -> Refusal:
    """What was found is the secret itself: only where it stood is kept."""
    if refusal.reason != BARRED:
        return refusal
    return Refusal(BARRED, refusal.heading, "")


@dataclass(slots=True)
class Intake:
    """Takes rows in, some in each transaction."""

    pack: Pack
    actor: Actor
    made_at: int
    import_no: int
    fonds: Fonds | None
    """All rows go here; None: each row says where."""
    is_dry: bool = False
    opened: list[str] = field(default_factory=list)
    _past: bool | None = None
    _used: set[int] = field(default_factory=set)
    _known: dict[str, int] = field(default_factory=dict)
    _titles: dict[str, int] = field(default_factory=dict)
    _was_empty: dict[int, bool] = field(default_factory=dict)
    _fonds_ids: dict[int, bytes] = field(default_factory=dict)

    def take(self, rows: Rows, lines: Sequence[Line]) -> list[Taken]:
        """Take *lines* in, in one transaction."""
        taken: list[Taken] = []
        kept: list[ImportedRow] = []
        new: list[_New] = []
        for line in lines:
            if not line.is_entry:
                kept.append(self._kept(line, RowOutcome.BESIDE))
                continue
            refusal = self._take_line(rows, line, new, kept, taken)
            if refusal is not None:
                row, each = self._refuse(rows, line, _without_secret(refusal))
                kept.append(row)
                taken.append(each)
        kept.extend(self._create(rows, new))
        taken.extend(Taken(each.line, RowOutcome.ADDED) for each in new)
        if not self.is_dry:
            rows.imports.add_rows(sorted(kept))
        return taken

    def _take_line(
        self,
        rows: Rows,
        line: Line,
        new: list[_New],
        kept: list[ImportedRow],
        taken: list[Taken],
    ) -> Refusal | None:
        entry = line.reading
        if isinstance(entry, Refusal):
            return entry
        scope_no = self._scope_for(rows, entry)
        if isinstance(scope_no, Refusal):
            return scope_no
        heavy = sum(len(cell) for _, cell in line.cells)
        parsed = Parsed(entry.values, entry.lists)
        if heavy > _LIGHT_CHARACTERS:
            refusal = self._too_large(parsed, entry.level)
            if refusal is not None:
                return refusal
        packed = pack_row(line.cells)
        key = self._key(rows, scope_no, entry.level, packed)
        met = self._meet(rows, line, entry, scope_no, key)
        if isinstance(met, Refusal):
            return met
        outcome, record_no, n = met
        if outcome is None:
            new.append(_New(line, scope_no, key, parsed, entry.level))
            return None
        kept.append(self._kept(line, outcome, record_no, n, key))
        taken.append(Taken(line, outcome))
        return None

    def _meet(
        self, rows: Rows, line: Line, entry: Entry, scope_no: int, key: bytes
    ) -> tuple[RowOutcome | None, int | None, int | None] | Refusal:
        """What the catalogue makes of the row; no outcome where it is new to it."""
        for before in rows.imports.by_key(key) if self._has_past(rows) else ():
            number = before.record_no
            if number is None or number in self._used:
                continue
            if rows.records.row(number) is not None:
                self._used.add(number)
                return RowOutcome.UNCHANGED, number, None
        row, before_cells = self._counterpart(rows, entry, scope_no)
        if row is None:
            return None, None, None
        self._used.add(row.record_no)
        held = held_of(rows, row)
        wanted = differences(entry, held, line.cells, before_cells, self.pack)
        if is_filed_row(row):
            wanted = without_legacy(wanted)
            if edits(1, self.actor, self.made_at, held, wanted):
                return Refusal("filed-needs-reason", "", "", record_no=row.record_no)
        made: tuple[Operation, ...] = ()

        def make(n: int) -> Sequence[Operation]:
            return edits(n, self.actor, self.made_at, held, wanted)

        if self.is_dry:
            made = tuple(make(1))
        elif wanted.values or wanted.lists:
            made = save_all(rows, row.scope_no, make, import_no=self.import_no)
        if not made:
            return RowOutcome.UNCHANGED, row.record_no, None
        return RowOutcome.UPDATED, row.record_no, made[0].n

    def _refuse(
        self, rows: Rows, line: Line, refusal: Refusal
    ) -> tuple[ImportedRow, Taken]:
        """The row is kept with the reason, unless a person dealt with it before."""
        scope_no = 0 if self.fonds is None else self.fonds.scope_no
        key = refused_key(self._fonds_id(rows, scope_no), line.cells)
        for before in rows.imports.by_key(key) if self._has_past(rows) else ():
            number = before.record_no
            if before.outcome == RowOutcome.BESIDE:
                kept = self._kept(line, RowOutcome.BESIDE, key=key)
                return kept, Taken(line, RowOutcome.UNCHANGED)
            if number is None or number in self._used:
                continue
            if rows.records.row(number) is not None:
                self._used.add(number)
                kept = self._kept(line, RowOutcome.UNCHANGED, number, None, key)
                return kept, Taken(line, RowOutcome.UNCHANGED)
        kept = self._kept(line, RowOutcome.REFUSED, key=key, refusal=refusal)
        return kept, Taken(line, RowOutcome.REFUSED, refusal)

    def _has_past(self, rows: Rows) -> bool:
        """Whether another import stands here."""
        if self._past is None:
            others = {each.import_no for each in rows.imports.all()}
            self._past = bool(others - {self.import_no})
        return self._past

    def _create(self, rows: Rows, new: Sequence[_New]) -> Iterator[ImportedRow]:
        """Make the new records, those of one scope together."""
        if self.is_dry:
            return
        log_no = own_log_no(rows)
        by_scope: dict[int, list[_New]] = {}
        for each in new:
            by_scope.setdefault(each.scope_no, []).append(each)
        for scope_no, mine in by_scope.items():

            def make(n: int, mine: Sequence[_New] = mine) -> Sequence[Operation]:
                return [
                    create(
                        n + step,
                        self.actor,
                        self.made_at,
                        each.level,
                        each.parsed,
                        self.pack,
                    )
                    for step, each in enumerate(mine)
                ]

            made = save_all(
                rows, scope_no, make, import_no=self.import_no, is_one_act=False
            )
            numbers = rows.records.numbers_between(
                scope_no, log_no, made[0].n, made[-1].n
            )
            for each, operation in zip(mine, made, strict=True):
                number = numbers[operation.n]
                self._used.add(number)
                yield self._kept(
                    each.line, RowOutcome.ADDED, number, operation.n, each.key
                )

    def _kept(
        self,
        line: Line,
        outcome: RowOutcome,
        record_no: int | None = None,
        n: int | None = None,
        key: bytes | None = None,
        refusal: Refusal | None = None,
    ) -> ImportedRow:
        is_secret = refusal is not None and refusal.reason == BARRED
        cells = pack_row(() if is_secret else line.cells, refusal)
        return ImportedRow(
            self.import_no, line.number, int(outcome), record_no, n, key, cells
        )

    def _key(self, rows: Rows, scope_no: int, level: int, cells: bytes) -> bytes:
        fonds_id = self._fonds_id(rows, scope_no)
        return digest_128("dangyi/import-row/1", fonds_id, bytes((level,)), cells)

    def _fonds_id(self, rows: Rows, scope_no: int) -> bytes:
        fonds_id = self._fonds_ids.get(scope_no)
        if fonds_id is None:
            fonds_id = rows.scopes.row(scope_no).scope.fonds if scope_no else b""
            self._fonds_ids[scope_no] = fonds_id
        return fonds_id

    def _too_large(self, parsed: Parsed, level: int) -> Refusal | None:
        made = create(1, self.actor, self.made_at, level, parsed, self.pack)
        try:
            check_sizes((made,), self.pack)
        except FieldTooLarge as error:
            name = self.pack.field(error.field).zh
            return Refusal("field-too-large", name, str(error.size_bytes))
        return None

    def _scope_for(self, rows: Rows, entry: Entry) -> int | Refusal:
        """The scope in which the row's record belongs; 0 for a fonds not yet here."""
        if self.fonds is not None:
            return self.fonds.scope_no
        if not self._known:
            self._learn(rows)
        code = entry.fonds_code
        if code:
            if code in self._known:
                return self._known[code]
            return self._open(rows, code, entry.fonds_title)
        if entry.fonds_title in self._titles:
            return self._titles[entry.fonds_title]
        if len(self._known) == 1:
            return next(iter(self._known.values()))
        return Refusal("fonds-not-named", "", entry.fonds_title)

    def _learn(self, rows: Rows) -> None:
        for fonds in all_fonds(rows):
            self._known[fonds.code] = fonds.scope_no
            self._titles[fonds.title] = fonds.scope_no

    def _open(self, rows: Rows, code: str, title: str) -> int | Refusal:
        """A fonds that only the workbook names; a joined room asks its hub instead."""
        is_hub = rows.settings.get(ROLE) == HUB_ROLE
        if not is_hub and any(row.is_granted for row in rows.scopes.all()):
            return Refusal(FONDS_ABSENT, "", code)
        try:
            parsed = fonds_values(code, title or code)
        except InvalidValue as error:
            return Refusal(error.reason, "", code)
        scope_no = 0
        if not self.is_dry:
            scope_no = rows.scopes.ensure(Scope(random_bytes(FONDS_ID_BYTES), 0))
            save_all(
                rows,
                scope_no,
                lambda n: (
                    create(n, self.actor, self.made_at, LEVEL_FONDS, parsed, self.pack),
                ),
                import_no=self.import_no,
            )
        self.opened.append(code)
        self._known[code] = scope_no
        if title:
            self._titles[title] = scope_no
        return scope_no

    def _counterpart(
        self, rows: Rows, entry: Entry, scope_no: int
    ) -> tuple[RecordRow | None, Mapping[int | str, str] | None]:
        """The record that the row is about, and the cells it came from before."""
        if self._scope_was_empty(rows, scope_no):
            return None, None
        others: list[RecordRow] = []
        for row in candidates(rows, entry, scope_no, self._used):
            before = rows.imports.of_record(row.record_no)
            if before:
                return row, known_cells(before[-1].cells)
            others.append(row)
        for row in others:
            if is_alike(row, entry):
                return row, None
        return None, None

    def _scope_was_empty(self, rows: Rows, scope_no: int) -> bool:
        """Whether the scope held no entry before this import."""
        found = self._was_empty.get(scope_no)
        if found is None:
            tallies = rows.classes.levels(scope_no) if scope_no else {}
            amount = tallies.get(LEVEL_ITEM, 0) + tallies.get(LEVEL_VOLUME, 0)
            found = amount == 0
            self._was_empty[scope_no] = found
        return found
