"""The port's nouns of extracts: those that a room holds, those that a hub makes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol


class ExtractRow(NamedTuple):
    """One extract of which this room has heard."""

    extract_no: int
    extract: bytes
    serial: int
    """Of the edition that is whole; after an end, of the word that ended it."""
    head: bytes
    """Its head as the hub signed it; empty: nothing is shown of it."""
    coming_serial: int = 0
    coming: bytes = b""
    """Head of a newer edition of which parts are missing; empty: none."""
    missing: int = 0
    """How many."""


class PartRow(NamedTuple):
    """A part as the hub signed it."""

    part_no: int
    part: bytes
    content: bytes
    signature: bytes


class FoundRow(NamedTuple):
    """A row of a part that fulfils a test."""

    row_no: int
    extract_no: int
    part_no: int
    place: int
    """In the part, from 0."""


class RowTextOf(NamedTuple):
    """What is searched of a row of a part."""

    level: int
    search_text: str
    tokens: str


class ExtractTest(NamedTuple):
    """What a row of an extract must fulfil to count as found."""

    match: str
    """FTS5 expression; empty: every row."""
    needles: tuple[str, ...]
    levels: tuple[int, int]
    extract_nos: tuple[int, ...]
    """Extracts that may be shown."""
    accepts: Callable[[str], bool] | None


class ExtractRows(Protocol):
    """Extracts that a room holds."""

    def all(self) -> list[ExtractRow]:
        """Every extract heard of, by number."""

    def get(self, extract: bytes) -> ExtractRow | None:
        """One extract."""

    def put(self, row: ExtractRow) -> int:
        """Enter or renew an extract, by its id; its number."""

    def part_ids(self, extract_no: int) -> set[bytes]:
        """Ids of the parts that are there, shown or not."""

    def has(self, extract_no: int, part: bytes) -> bool:
        """Whether that part is there."""

    def want(self, extract_no: int, parts: Sequence[bytes]) -> None:
        """These parts belong to the edition that is coming, and no others."""

    def show(self, extract_no: int) -> None:
        """What was wanted is shown, and nothing else."""

    def hide(self, extract_no: int) -> None:
        """No part is shown or wanted."""

    def add(
        self,
        extract_no: int,
        part: bytes,
        content: bytes,
        signature: bytes,
        texts: Sequence[RowTextOf],
    ) -> None:
        """A part that is wanted has come, with the texts of its rows."""

    def parts(self, extract_no: int, ids: Iterable[bytes]) -> list[PartRow]:
        """The parts with these ids that are there, in that order."""

    def part(self, part_no: int) -> PartRow | None:
        """One part."""

    def amount(self, extract_no: int) -> int:
        """How many rows are shown of an extract."""

    def find(self, test: ExtractTest, limit: int) -> list[FoundRow]:
        """Shown rows that fulfil *test*, by number."""

    def has_waste(self) -> bool:
        """Whether there are parts that are neither shown nor wanted."""

    def drop_waste(self) -> bool:
        """Delete one such part with its rows; False where there was none."""


class EditionRow(NamedTuple):
    """One edition that the hub made."""

    extract: bytes
    serial: int
    kind: int
    until: int
    made_at: int
    fonds: str
    title: str
    stamp: bytes
    """Of everything that it was made of: the same stamp, the same edition."""
    parts: bytes
    """Ids, one behind the other."""


class Candidate(NamedTuple):
    """A record that an agreement may show."""

    record_no: int
    log_no: int
    n: int
    leaf: bytes


class Choice(NamedTuple):
    """Which records an agreement may show; they stand, and are not withdrawn."""

    scope_no: int
    levels: tuple[int, int]
    categories: tuple[str, ...]
    """Empty: all."""
    years: tuple[int, int]
    """(0, 0): all."""
    hidden_imports: tuple[int, ...]


class EditionRows(Protocol):
    """Editions that a hub makes."""

    def candidates(
        self, choice: Choice, after: tuple[int, int], limit: int
    ) -> list[Candidate]:
        """Records of the choice behind the dot (log_no, n), by dot."""

    def newest(self, extract: bytes) -> EditionRow | None:
        """The newest edition."""

    def get(self, extract: bytes, serial: int) -> EditionRow | None:
        """An edition that is still remembered."""

    def put(self, row: EditionRow) -> None:
        """Enter an edition, or renew its stamp."""

    def forget(self, extract: bytes, *, keep: int) -> None:
        """Keep only the newest editions."""

    def stamps(self, extract: bytes) -> dict[bytes, tuple[bytes, ...]]:
        """Ids of parts by the stamp of what was looked at; it may have given none."""

    def add_parts(
        self, extract: bytes, stamp: bytes, parts: Sequence[tuple[bytes, bytes]]
    ) -> None:
        """What has that stamp was looked at, and gave these parts (id, content)."""

    def content(self, extract: bytes, part: bytes) -> bytes | None:
        """The content of a part."""

    def drop_parts(self, extract: bytes, keep: Iterable[bytes], limit: int) -> bool:
        """Drop some parts of stamps not in *keep*; False where there was none."""
