"""上报: exchanging with the hub, by wire or by stick, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from node.catalogue.aside import SetAside, Touched
from node.ledger import Exchange
from tui.jobs import Report

__all__ = [
    "Bundle",
    "Carried",
    "Exchange",
    "ExchangesPort",
    "SetAside",
    "Stick",
    "Touched",
]


@dataclass(frozen=True, slots=True)
class Carried:
    """What an exchange did."""

    sent: int = 0
    received: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    seconds: float = 0.0
    results: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stick:
    """A place for bundles: a stick that is plugged in, or a folder."""

    path: Path
    kind: str
    """removable · folder · home · practice."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle file on a stick."""

    path: Path
    size_bytes: int
    changed_at: int


class ExchangesPort(Protocol):
    """Exchanges with the hub."""

    async def exchange(self, language: str, report: Report) -> Carried:
        """Exchange now, in a process of its own; cancelled, what arrived stays.

        *report* is told sets done and in all, and the facts of the progress.

        Raises:
            ChildFailed: it did not come to its end; the code says why.
        """

    async def ledger(self, limit: int, before: int | None = None) -> Sequence[Exchange]:
        """Lines of the ledger, newest first."""

    async def aside(self) -> Sequence[SetAside]:
        """Change-sets that are set aside, and why."""

    async def window(self) -> str:
        """The hour at which the room reports by itself; empty where it does not."""

    async def choose_window(self, text: str) -> bool:
        """Choose the hour, or none with an empty text; False where it is no hour."""

    async def is_due(self) -> bool:
        """Whether the hour has passed and nobody has reported since."""

    async def sticks(self) -> Sequence[Stick]:
        """Where a bundle may be written or lie: what can be pulled out first."""

    async def bundles(self, folder: Path) -> Sequence[Bundle]:
        """Bundles in a folder, the newest first.

        Raises:
            OSError: it cannot be read.
        """

    async def write_bundle(self, folder: Path, language: str) -> tuple[Path, int]:
        """Write what the hub has not yet into a new file; its path, and how many sets.

        Raises:
            ChildFailed: it cannot be done.
        """

    async def read_bundle(self, path: Path, language: str) -> Carried:
        """Take in a bundle that somebody brought.

        Raises:
            ChildFailed: it cannot be done; what stood whole in it is kept.
        """
