"""Workbooks, for the screens: chosen, looked at, tried out, taken in, mended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

OnProgress = Callable[[int, int], None]
"""Told how many rows are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder where workbooks may lie."""

    path: Path
    kind: str
    """removable · practice · home · folder"""


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One line of a folder."""

    path: Path
    is_folder: bool
    size_bytes: int = 0
    changed_at: int = 0
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of a sheet, and what it is taken for."""

    index: int
    letters: str
    heading: str
    meaning: str
    """A field's name, row_number, fonds_code, fonds_title; empty: kept as it came."""
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One of the first rows, as it would be stored."""

    number: int
    fonds: str
    values: Mapping[str, str | list[str]]
    fault: str
    """The sentence why it is refused; empty where it is not."""


@dataclass(frozen=True, slots=True)
class SheetView:
    """One sheet of a workbook."""

    name: str
    is_catalogue: bool
    heading_row: int
    level: str
    fonds: str
    entries: int
    columns: tuple[SheetColumn, ...]
    rows: tuple[SheetRow, ...]
    head: tuple[tuple[str, ...], ...]
    """Its first rows as they are."""


@dataclass(frozen=True, slots=True)
class SheetChoice:
    """What a person decided about one sheet."""

    columns: Mapping[int, str] = field(default_factory=dict)
    """Index of a column and its meaning."""
    heading_row: int = 0
    """As the spreadsheet counts; 0: the recognised one."""
    is_left_out: bool = False


Choices = Mapping[str, SheetChoice]
"""By name of the sheet."""


@dataclass(frozen=True, slots=True)
class RefusedReason:
    """How many rows are refused for one reason."""

    reason: str
    heading: str
    rows: int


@dataclass(frozen=True, slots=True)
class AbsentFonds:
    """A fonds that rows name and that is not here."""

    code: str
    title: str
    """As the workbook has it; may be empty."""
    rows: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became, or would become, of a workbook's rows."""

    batch: int
    """0 where it was only tried out."""
    rows: int
    added: int
    updated: int
    unchanged: int
    refused: int
    refused_file: str
    opened_fonds: tuple[str, ...]
    reasons: tuple[RefusedReason, ...]
    absent_fonds: tuple[AbsentFonds, ...] = ()
    """The one that most rows name first."""


@dataclass(frozen=True, slots=True)
class PastImport:
    """An import that came to its end."""

    batch: int
    file: str
    who: str
    time: int
    added: int
    updated: int
    unchanged: int
    waiting: int
    """Refused rows that nobody has mended."""
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A refused row that needs a hand."""

    batch: int
    row: int
    sheet: str
    number: int
    level: str
    fonds: str
    cells: tuple[tuple[str, str], ...]
    typed: Mapping[str, str]
    others: tuple[tuple[str, str], ...]
    reason: str
    heading: str
    field: str
    found: str
    offer: str
    record: str
    """Printed id of the filed record that it would have changed; else empty."""


class ImportsPort(Protocol):
    """What a desk does with workbooks."""

    async def places(self) -> Sequence[Place]:
        """Folders to begin in: what can be pulled out first."""

    async def files(self, folder: Path) -> Sequence[FoundFile]:
        """Workbooks of a folder, the newest first, then its folders.

        Raises:
            OSError: it cannot be read.
        """

    async def look(self, path: Path, choices: Choices) -> Sequence[SheetView]:
        """The sheets of a workbook.

        Raises:
            ChildFailed: it cannot be read, or *choices* do not fit it.
        """

    async def try_out(
        self, path: Path, choices: Choices, on_progress: OnProgress
    ) -> Outcome:
        """What taking it in would do; nothing is stored.

        Raises:
            ChildFailed: it cannot be done.
        """

    async def take(
        self, path: Path, choices: Choices, language: str, on_progress: OnProgress
    ) -> Outcome:
        """Take a workbook in; cancelled, nothing of it stays.

        Raises:
            ChildFailed: it cannot be done.
        """

    async def past(self) -> Sequence[PastImport]:
        """The imports of this machine, the newest first."""

    async def undo(self, batch: int, on_progress: OnProgress) -> int:
        """Take an import back; how many records that changed.

        Raises:
            ChildFailed: it is taken back already, or another import is under way.
        """

    async def waiting(self, batch: int) -> Sequence[Waiting]:
        """The refused rows of an import that nobody has mended.

        Raises:
            NodeError: there is no such import, or it was taken back.
        """

    async def leave(self, batch: int, row: int) -> None:
        """A refused row is no entry, and is not asked about any more."""
