"""What can be done on a screen: a digit for everyone, a function key as second way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Act = Callable[[], Awaitable[None] | None]


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a person can do here."""

    digits: str
    """What to type before Enter: ``1`` … ``99``; ``0`` steps back."""
    words: str
    """Key of its name in the message catalogue."""
    act: Act
    key: str = ""
    """The function key of the same act, e.g. ``f2``."""
    name: str = ""
    """Its name where that is no fixed sentence."""
    is_listed: bool = True
    """It stands in the command line (a key that every screen has need not)."""
