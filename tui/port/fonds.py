"""Fonds of this machine, for the screens: which there are, and opening new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FondsLine:
    """One fonds as people see it."""

    code: str
    title: str
    items: int
    needs_grant: bool
    """The room belongs to a hub that has not granted it this fonds."""


class FondsPort(Protocol):
    """What a desk does with fonds."""

    async def all(self) -> Sequence[FondsLine]:
        """The fonds, by code."""

    async def is_joined(self) -> bool:
        """Whether a hub has to grant what is opened here."""

    def code_fault(self, text: str) -> str:
        """Why *text* is no fonds code, as a slug; empty where it is one."""

    def title_fault(self, text: str) -> str:
        """Why *text* is no title of a fonds; empty where it is one."""

    async def open(self, code: str, title: str) -> None:
        """A new fonds.

        Raises:
            FondsExists: there is one with that code.
            InvalidValue: the code or the title cannot be kept.
        """
