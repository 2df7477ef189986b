"""Papers and margins, in millimetres.

The catalogue is bound at its left edge: that margin holds the thread. The margins are
those of the papers of GB/T 9705: head 20, foot 15, binding edge 25, fore edge 15.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Paper:
    """A page and where on it one may print."""

    width: float
    height: float
    left: float = 25
    right: float = 15
    top: float = 20
    bottom: float = 15

    @property
    def inner_width(self) -> float:
        """Between the margins."""
        return self.width - self.left - self.right

    @property
    def foot(self) -> float:
        """The lower edge of what is printed."""
        return self.height - self.bottom


A4_LANDSCAPE: Final = Paper(297, 210)
A4_PORTRAIT: Final = Paper(210, 297)
LABELS_A4: Final = Paper(210, 297, left=10, right=10, top=10, bottom=10)
LABELS_A3: Final = Paper(297, 420, left=10, right=10, top=10, bottom=10)
