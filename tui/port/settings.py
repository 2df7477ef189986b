"""How a person wants the desk to look: colours, widths, spacing, language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tui.width import Width


class Look(StrEnum):
    """The colours of the desk."""

    PAPER = "paper"
    CONTRAST = "contrast"


class Spacing(StrEnum):
    """How far lines stand apart."""

    NORMAL = "normal"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Settings:
    """What one person chose."""

    look: Look = Look.PAPER
    width: Width = Width.AUTO
    spacing: Spacing = Spacing.NORMAL
    language: str = ""
    """Empty: the language of the system."""

    @property
    def row_lines(self) -> int:
        """Lines that a row of a ledger takes."""
        return 2 if self.spacing is Spacing.LARGE else 1


class SettingsKeeper(Protocol):
    """Remembers settings; they stay on this machine."""

    def of(self, person: str) -> Settings:
        """What *person* chose; as delivered where nothing is known."""

    def keep(self, person: str, settings: Settings) -> None:
        """Remember it.

        Raises:
            StoreFull, OSError: it cannot be written; what was kept before stands.
        """
