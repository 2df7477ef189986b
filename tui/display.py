"""Text as a terminal can draw it.

What is stored is never touched: only the picture of it changes. No terminal draws
Mongolian script as it is written, so a run of it stands as a placeholder with its
length; control characters and marks that move what follows stand as a small sign.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

_MONGOLIAN: Final = re.compile(
    "[\u1800-\u18af\U00011660-\U0001167f]"
    "(?:[\u1800-\u18af\U00011660-\U0001167f\u200c\u200d\u202f ]*"
    "[\u1800-\u18af\U00011660-\U0001167f])?"
)
_SIGN: Final = "\ufffd"
_MOVERS: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_PLAIN: Final = re.compile("[\x20-\x7e\u00b7\u3001-\u301f\u4e00-\u9fff\uff01-\uff5e]*")

Named = Callable[[int], str]
"""The placeholder for a run of so many Mongolian letters."""


def drawable(text: str, named: Named) -> str:
    """*text* for a line of the screen, with placeholders for what cannot be drawn."""
    if _PLAIN.fullmatch(text):
        return text
    return _MONGOLIAN.sub(lambda run: named(letters(run[0])), _without_movers(text))


def drawn_alike(text: str) -> str:
    """*text* with one drawable character for each of its own, for an editor."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(_SIGN if _is_undrawable(each) else each for each in text)


def time_text(seconds: int) -> str:
    """A time for people, in the time zone of this machine; empty for none."""
    if not seconds:
        return ""
    try:
        local = datetime.fromtimestamp(seconds, UTC).astimezone()
    except (OverflowError, OSError, ValueError):
        return ""
    return f"{local:%Y-%m-%d %H:%M}"


def letters(text: str) -> int:
    """How many Mongolian letters *text* has; selectors and joiners do not count."""
    return sum(1 for each in text if unicodedata.category(each) in ("Lo", "Lm", "Nd"))


def _without_movers(text: str) -> str:
    kept = []
    for each in text:
        if unicodedata.category(each) not in _MOVERS or _is_in_mongolian(each):
            kept.append(each)
        elif each in "\t\n\r":
            kept.append(" ")
        else:
            kept.append(_SIGN)
    return "".join(kept)


def _is_in_mongolian(each: str) -> bool:
    return "\u180b" <= each <= "\u180f" or each in "\u200c\u200d"


def _is_undrawable(each: str) -> bool:
    if _MONGOLIAN.match(each) or unicodedata.combining(each):
        return True
    return unicodedata.category(each) in _MOVERS or unicodedata.category(each) == "Mn"
