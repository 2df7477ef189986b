"""Looks of the desk: readable paper, high contrast. Colour is never the only sign.

A console with sixteen colours gets looks of its own, made of exactly those: what is
nearest to a printed page there is its own white on black.
"""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

from tui.port.settings import Look

_BLACK_AND_WHITE: Final = {
    "ansi-background": "ansi_black",
    "ansi-foreground": "ansi_white",
}
"""What Textual asks of a look with sixteen colours."""

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
_PAPER_16: Final = Theme(
    name="paper-16",
    primary="ansi_cyan",
    secondary="ansi_white",
    accent="ansi_yellow",
    warning="ansi_yellow",
    error="ansi_bright_red",
    success="ansi_green",
    foreground="ansi_white",
    background="ansi_black",
    surface="ansi_black",
    panel="ansi_blue",
    dark=True,
    ansi=True,
    variables=_BLACK_AND_WHITE,
)
_CONTRAST_16: Final = Theme(
    name="contrast-16",
    primary="ansi_bright_yellow",
    secondary="ansi_bright_white",
    accent="ansi_bright_yellow",
    warning="ansi_bright_yellow",
    error="ansi_bright_red",
    success="ansi_bright_green",
    foreground="ansi_bright_white",
    background="ansi_black",
    surface="ansi_black",
    panel="ansi_blue",
    dark=True,
    ansi=True,
    variables=_BLACK_AND_WHITE,
)
THEMES: Final = (_PAPER, _CONTRAST, _PAPER_16, _CONTRAST_16)
FEW_COLOURS: Final = "-16"
"""Ending of the looks for a terminal with sixteen colours."""
_SYSTEMS_OF_FEW: Final = ("standard", "windows")


def theme_for(look: Look, colour_system: str | None) -> str:
    """The name of the theme for *look* on a terminal with those colours."""
    return f"{look}{FEW_COLOURS}" if colour_system in _SYSTEMS_OF_FEW else str(look)
