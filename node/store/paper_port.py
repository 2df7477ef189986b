"""The port's noun of papers: which records are alike (node/store/port.py)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol


class PaperRow(NamedTuple):
    """Under which keys a record's like is found."""

    record_no: int
    scope_no: int
    log_no: int
    n: int
    keys: tuple[bytes, ...]
    """8 bytes each; for its like in the same scope."""
    marks: tuple[bytes, ...]
    """8 bytes each; for the same paper in any scope."""
    is_digital: bool
    """There is an image of it."""


class PairRow(NamedTuple):
    """Two papers of one scope that are alike."""

    scope_no: int
    record_no: int
    other_no: int
    score: int


class PaperRows(Protocol):
    """Papers by their keys, pairs of them, and what is still to be looked at."""

    def note(self, record_nos: Iterable[int]) -> None:
        """These records were written, or are gone; they are to be looked at."""

    def unnoted(self, after_record_no: int, limit: int) -> list[int]:
        """Numbers of all records above a number, rising, noted or not."""

    def waiting(self, limit: int) -> list[int]:
        """Numbers of records to be looked at, rising."""

    def waiting_amount(self) -> int:
        """How many records are to be looked at."""

    def done(self, record_nos: Iterable[int]) -> None:
        """They have been looked at."""

    def get(self, record_no: int) -> PaperRow | None:
        """The paper that was last made of a record."""

    def put(self, row: PaperRow) -> None:
        """The paper and its keys, in place of what was known of the record."""

    def remove(self, record_no: int) -> None:
        """The record is no paper any more; its pairs stay."""

    def holders(self, scope_no: int, key: bytes, limit: int) -> list[int]:
        """Numbers of records under *key*, rising, at most *limit*."""

    def marked(self, mark: bytes, limit: int) -> list[tuple[int, int]]:
        """(scope_no, record_no) under *mark*, in order, at most *limit*."""

    def shared_marks(self, after: bytes, limit: int) -> list[bytes]:
        """Marks above *after* that stand in more than one scope, rising."""

    def digital(
        self, after: tuple[int, int], limit: int
    ) -> list[tuple[int, int, tuple[bytes, ...]]]:
        """(scope_no, record_no, marks) of papers with an image behind a key."""

    def others(self, record_no: int) -> dict[int, int]:
        """Scores of the pairs of a record, by the other record's number."""

    def pair(self, row: PairRow) -> None:
        """The two are alike, by that score."""

    def part(self, record_no: int, other_no: int) -> None:
        """The two are not alike any more."""

    def pairs(self, scope_no: int | None, offset: int, limit: int) -> list[PairRow]:
        """Pairs, each once, the lower number first; the highest score first."""

    def pair_amount(self, scope_no: int | None) -> int:
        """How many pairs there are."""


def split_keys(packed: bytes, size: int) -> tuple[bytes, ...]:
    """Keys of *size* bytes that were joined."""
    return tuple(packed[at : at + size] for at in range(0, len(packed), size))


def join_keys(keys: Sequence[bytes]) -> bytes:
    """Keys as one run of bytes."""
    return b"".join(keys)
