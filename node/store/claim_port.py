"""The port's noun of claims on codes: what was named, stamped, and had before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol


class ContestedRow(NamedTuple):
    """A 重号 of which this hub has not named the holder as it stands now."""

    scope_no: int
    subject: bytes
    version: bytes


class StampedRow(NamedTuple):
    """The code that somebody stamped on the paper in place of a former one."""

    record_no: int
    code: str
    former: str
    actor: str
    made_at: int


class ClaimRows(Protocol):
    """Codes between records and paper."""

    def unnamed(self, limit: int) -> list[ContestedRow]:
        """Contested codes without a named holder, or changed since."""

    def name(self, row: ContestedRow) -> None:
        """The holder is named, as the ticket stands."""

    def forget_settled(self) -> None:
        """Drop what is contested no more."""

    def had(self, part: str, limit: int) -> list[int]:
        """Numbers of records that had a code containing *part*, rising."""

    def changed(self, scope_no: int, after: int, limit: int) -> list[int]:
        """Numbers of records of a scope that gave a code up, above *after*, rising."""

    def stamped(self, record_nos: Iterable[int]) -> dict[int, StampedRow]:
        """What was stamped anew, by record."""

    def stamp(self, rows: Sequence[StampedRow]) -> None:
        """These codes stand on the paper now."""

    def unstamp(self, record_nos: Iterable[int]) -> None:
        """Forget that they were stamped anew."""
