"""Filing (整理归档), as screens ask for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from node.catalogue.arrangement import Arrangement
from node.catalogue.checks import Finding
from node.catalogue.closing import Closed, ClosingLook
from node.catalogue.codes import CodeRule
from node.catalogue.filing import Filed, FilingGroup
from node.catalogue.numbering import FilingKey
from node.catalogue.reading import Fonds
from node.catalogue.restamping import Restamp

OnProgress = Callable[[int, int], None]
"""Told how much is done, and of how much."""


@dataclass(frozen=True, slots=True)
class BoxNote:
    """What is printed on the box and in its note."""

    number: str = ""
    width_mm: int = 30
    situation: str = ""
    arranged_by: str = ""
    arranged_on: str = ""
    checked_by: str = ""
    checked_on: str = ""


class FilingsPort(Protocol):
    """Groups are arranged, checked, numbered, filed and printed."""

    async def fonds(self) -> list[Fonds]:
        """The fonds of this machine, by code."""

    async def groups(self, fonds: str) -> list[FilingGroup]:
        """Every class of the fonds that holds an item."""

    async def code_rule(self, fonds: str) -> CodeRule:
        """The rule by which the fonds numbers."""

    def code_rules(self) -> list[CodeRule]:
        """The rules by which a fonds may number."""

    async def choose_code_rule(self, fonds: str, rule: str) -> None:
        """From now on the fonds numbers by *rule*."""

    async def arrangement(self, key: FilingKey) -> Arrangement:
        """A class in the order in which it is to be filed."""

    async def check(self, arrangement: Arrangement) -> list[Finding]:
        """What there is to say of it before it is filed."""

    async def file(self, arrangement: Arrangement, on_progress: OnProgress) -> Filed:
        """Number and file it as it stands."""

    async def sealing(self, stem: str) -> ClosingLook:
        """What sealing a sequence would come to."""

    async def seal(
        self, stem: str, reason: str, *, closes_gaps: bool | None, ends_leases: bool
    ) -> Closed:
        """Seal it (封册)."""

    async def give_back(self, stem: str) -> Sequence[tuple[int, int]]:
        """Give back what is left of own blocks; the numbers."""

    async def restamps(self) -> Sequence[Restamp]:
        """Papers filed here that bear another code than their record."""

    async def restamped(self, records: Sequence[str]) -> int:
        """These bear their new codes now; how many."""

    def slip_path(self, name: str) -> Path:
        """Where the slip of papers to be stamped anew is put."""

    async def print_slip(
        self, papers: Sequence[Restamp], path: Path, sentences: Mapping[str, str]
    ) -> int:
        """Write the slip of these papers to *path*; how many pages."""

    def print_path(self, key: FilingKey, name: str) -> Path:
        """Where its printed forms are put unless a person says otherwise."""

    async def print(
        self,
        arrangement: Arrangement,
        note: BoxNote,
        path: Path,
        sentences: Mapping[str, str],
        *,
        on_progress: OnProgress,
    ) -> Sequence[str]:
        """Write the forms of what has a number to *path*; names of the parts."""
