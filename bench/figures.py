"""What a bench says: a figure, what it was to reach, and what was counted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO
from unicodedata import east_asian_width


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number beside its aim."""

    what: str
    measured: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None
    counted: str = ""
    """How it was counted, in a sentence."""

    @property
    def is_reached(self) -> bool | None:
        """Whether the aim is reached; None where the figure has none."""
        if self.at_most is not None:
            return self.measured <= self.at_most
        if self.at_least is not None:
            return self.measured >= self.at_least
        return None

    @property
    def aim(self) -> str:
        """The aim as it is printed."""
        if self.at_most is not None:
            return f"≤ {number_text(self.at_most)}"
        if self.at_least is not None:
            return f"≥ {number_text(self.at_least)}"
        return ""

    @property
    def mark(self) -> str:
        """Reached, missed, or nothing."""
        match self.is_reached:
            case None:
                return ""
            case True:
                return "reached"
            case False:
                return "MISSED"

    def as_json(self) -> dict[str, object]:
        """The figure for a file."""
        return {
            "what": self.what,
            "measured": self.measured,
            "unit": self.unit,
            "at_most": self.at_most,
            "at_least": self.at_least,
            "is_reached": self.is_reached,
            "counted": self.counted,
        }


def number_text(value: float) -> str:
    """A number as people read it: 13,520 · 1.134 · 0.042."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.4g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which *share* of *values* lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def print_figures(figures: Sequence[Figure], paper: TextIO) -> None:
    """The figures as a table, each with the sentence of what was counted."""
    width = max((cell_width(figure.what) for figure in figures), default=0)
    for figure in figures:
        name = figure.what + " " * (width - cell_width(figure.what))
        measured = f"{number_text(figure.measured)} {figure.unit}"
        paper.write(f"  {name}  {measured:>16}  {figure.aim:>10}  {figure.mark}\n")
        if figure.counted:
            paper.write(f"      {figure.counted}\n")
    paper.flush()


def cell_width(text: str) -> int:
    """Columns that *text* takes on a terminal."""
    return sum(2 if east_asian_width(sign) in "FW" else 1 for sign in text)
