"""The port's nouns of imports and of finding records, beside node/store/port.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple, Protocol


class ImportState(IntEnum):
    """How far an import is."""

    LIVE = 1
    """Under way: what it made is not shown yet."""
    DONE = 2
    UNDONE = 3
    """Taken back by a person."""
    DISCARDED = 4
    """It did not come to its end; nothing of it is left."""


class RowOutcome(IntEnum):
    """What became of one row of a workbook."""

    ADDED = 1
    UPDATED = 2
    UNCHANGED = 3
    REFUSED = 4
    """With a record: a person made it of the row."""
    BESIDE = 5
    """No entry: a title, a form line, headings, a total."""


class ImportRow(NamedTuple):
    """One import."""

    import_no: int
    state: int
    scope_no: int
    """The fonds it was meant for; 0 where each row says it."""
    first_n: int
    last_n: int
    file_name: str
    file_hash: bytes
    actor: str
    made_at: int
    rows: int
    added: int
    updated: int
    unchanged: int
    refused: int
    detail: bytes
    """Packed by node.exchange."""


class ImportedRow(NamedTuple):
    """One row of a workbook as it came, and what became of it."""

    import_no: int
    row: int
    outcome: int
    record_no: int | None
    n: int | None
    """First own operation made of it."""
    row_key: bytes | None
    """Digest of fonds and cells: the same row again changes nothing."""
    cells: bytes
    """Packed texts of all its cells."""


class MatchTest(NamedTuple):
    """What a record must fulfil to count as found."""

    match: str
    """FTS5 expression; empty: every record."""
    needles: tuple[str, ...]
    """Texts that must stand in ``search_text``."""
    flags_mask: int
    flags: int
    """``record.flags & mask`` must be this."""
    levels: tuple[int, int]
    """Lowest and highest level."""
    hidden_imports: tuple[int, ...]
    """Records of these imports are not shown yet."""
    accepts: Callable[[str], bool] | None
    """A further look at ``search_text``."""
    stages: tuple[int, ...] = ()
    """Stages of classes that count; empty: every stage."""


class ImportRows(Protocol):
    """Imports and the rows they came from."""

    def add(self, row: ImportRow) -> int:
        """Enter an import; its number (the row's own is not looked at)."""

    def update(self, row: ImportRow) -> None:
        """The import has moved on."""

    def get(self, import_no: int) -> ImportRow | None:
        """One import."""

    def all(self) -> list[ImportRow]:
        """All imports, by number."""

    def in_state(self, state: int) -> list[ImportRow]:
        """Imports in *state*, by number."""

    def add_rows(self, rows: Sequence[ImportedRow]) -> None:
        """Keep rows as they came."""

    def rows(self, import_no: int, after_row: int, limit: int) -> list[ImportedRow]:
        """Rows of an import, in order."""

    def by_key(self, row_key: bytes) -> list[ImportedRow]:
        """Rows with that key, of imports that are live or done; newest last."""

    def of_record(self, record_no: int) -> list[ImportedRow]:
        """Rows that met a record, of imports that are live or done; newest last."""

    def row(self, import_no: int, row: int) -> ImportedRow | None:
        """One row of an import."""

    def replace_row(self, row: ImportedRow) -> None:
        """What became of a row has changed."""

    def refused(self, import_no: int) -> list[ImportedRow]:
        """Rows of an import that are refused and have no record, in order."""

    def refused_amount(self, import_no: int) -> int:
        """How many rows of an import are refused and have no record."""

    def release(self, record_no: int) -> None:
        """The record is gone as if it had never been; its number may come again."""

    def forget_rows(self, import_no: int) -> None:
        """Drop the rows of an import that was discarded."""


class MatchRows(Protocol):
    """Records by what stands in them."""

    def find(
        self, test: MatchTest, limit: int, *, newest_first: bool = False
    ) -> list[int]:
        """Numbers of records that fulfil *test*, at most *limit*; rising or falling."""

    def codes(self, codes: Iterable[str]) -> Iterator[tuple[int, int, int, str]]:
        """(record_no, scope_no, flags, code) of records with one of *codes*."""

    def codes_under(
        self, prefix: str, *, falling: bool = False
    ) -> Iterator[tuple[int, int, int, int, str]]:
        """(record_no, scope_no, flags, import_no, code): a digit behind *prefix*."""

    def by_code_part(self, part: str, limit: int) -> list[int]:
        """Numbers of records whose code begins with *part*."""

    def fonds(self) -> list[tuple[int, int]]:
        """(scope_no, record_no) of all records of the level of a fonds."""
