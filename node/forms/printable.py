"""Text as paper can carry it.

What is stored is never touched. Marks that only steer a screen (control characters,
changes of direction, byte marks) have no shape on paper and are left out; everything
else is printed, or a sign says what is missing. Mongolian letters stay together with
their selectors, because they are joined when they are drawn.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_PLAIN: Final = re.compile("[\x20-\x7e\u00b7\u3001-\u301f\u4e00-\u9fff\uff01-\uff5e]*")
_SPACES: Final = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029]+")
_MONGOLIAN: Final = re.compile(
    "[\u1800-\u18af](?:[\u1800-\u18af\u200c\u200d]|[\u202f](?=[\u1800-\u18af]))*"
)
_JOINERS: Final = frozenset("\u200c\u200d\u202f")
_STEERING: Final = frozenset({"Cc", "Cf"})


def printable(text: str) -> str:
    """*text* in one line, composed, without what has no shape."""
    if _PLAIN.fullmatch(text):
        return text.strip()
    composed = unicodedata.normalize("NFC", _SPACES.sub(_one_space, text))
    return "".join(each for each in composed if _has_shape(each)).strip()


def mongolian_runs(text: str) -> list[tuple[int, int]]:
    """Where *text* is in Mongolian script: words, from and to."""
    return [run.span() for run in _MONGOLIAN.finditer(text)]


def letters(text: str) -> int:
    """How many Mongolian letters *text* has; selectors and joiners do not count."""
    return sum(1 for each in text if unicodedata.category(each) in ("Lo", "Lm", "Nd"))


def code_points(text: str) -> str:
    """*text* as the names of its characters: ``U+0F40 U+0F41``."""
    return " ".join(f"U+{ord(each):04X}" for each in text)


def columns_of(text: str, *, is_ambiguous_wide: bool) -> int:
    """How many columns *text* takes on a printer with letters of one width."""
    wide = ("W", "F", "A") if is_ambiguous_wide else ("W", "F")
    return sum(
        0
        if unicodedata.combining(each)
        else 2
        if unicodedata.east_asian_width(each) in wide
        else 1
        for each in text
    )


def _one_space(run: re.Match[str]) -> str:
    """White space is one space, but what joins Mongolian or sets type stays."""
    return run[0] if run[0] in ("\u3000", "\u202f") else " "


def _has_shape(each: str) -> bool:
    if each in _JOINERS or "\u180b" <= each <= "\u180f":
        return True
    if "\ufe00" <= each <= "\ufe0f" or "\U000e0100" <= each <= "\U000e01ef":
        return False
    return unicodedata.category(each) not in _STEERING
