"""Looks of the desk: readable paper, high contrast. Colour is never the only sign."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DEFAULT_THEME: Final = "paper"
_PAPER: Final = Theme(
    name="paper",
    primary="#1f4e79",
    secondary="#5f5f5f",
    accent="#9c2a1f",
    warning="#8a5a00",
    error="#9c2a1f",
    success="#2d6a3e",
    foreground="#1c1c1c",
    background="#f6f2e7",
    surface="#f6f2e7",
    panel="#e6dfcc",
    dark=False,
)
_CONTRAST: Final = Theme(
    name="contrast",
    primary="#ffff00",
    secondary="#ffffff",
    accent="#ffff00",
    warning="#ffff00",
    error="#ff8080",
    success="#80ff80",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#303030",
    dark=True,
)
THEMES: Final = (_PAPER, _CONTRAST)
